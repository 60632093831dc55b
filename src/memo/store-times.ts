import type { Clock } from '../core/clock.js';
import type { Envelope } from './store-envelope.js';

/** A result with what the first level knows of it. Times are milliseconds of the market clock's `now()`. */
export interface StoredResult {
  /** The value. */
  readonly value: unknown;
  /** How long its load took, in milliseconds. */
  readonly loadTime: number;
  /** What it can be invalidated by. */
  readonly tags: readonly string[];
  /** When it was stored first. */
  readonly storedAt: number;
  /** Until when it is fresh; Infinity for ever. */
  readonly freshUntil: number;
  /** Until when it is served while it is refreshed. */
  readonly staleUntil: number;
  /** Until when it may stand in for a load's error. */
  readonly fallbackUntil: number;
}

/** The times of a result. */
type Times = Pick<StoredResult, 'storedAt' | 'freshUntil' | 'staleUntil' | 'fallbackUntil'>;

/**
 * How far the clocks of machines may be apart, in milliseconds. An entry from further in the future is not used:
 * somebody's clock was set, or this is a replay of the past, which must not see what came later.
 */
const MAX_SKEW = 1_000;

/** The times of a result as other processes understand them. */
export function toWallTimes({ storedAt, freshUntil, staleUntil, fallbackUntil }: Times, clock: Clock): Times {
  const offset = clock.wallTime() - clock.now();
  return {
    storedAt: storedAt + offset,
    freshUntil: freshUntil + offset,
    staleUntil: staleUntil + offset,
    fallbackUntil: fallbackUntil + offset,
  };
}

/**
 * The times of an entry on this process's clock; undefined when it is of no use any more, or comes from the future.
 * Where clocks differ, no entry lives longer than it was given when it was stored.
 */
export function fromWallTimes(envelope: Envelope, clock: Clock): Times | undefined {
  const wall = clock.wallTime();
  const { storedAt, freshUntil, staleUntil, fallbackUntil } = envelope;
  if (storedAt > wall + MAX_SKEW || Math.max(freshUntil, staleUntil, fallbackUntil) <= wall) return undefined;
  // Not negative: a clock a little behind the other machine's.
  const age = Math.max(0, wall - storedAt);
  const now = clock.now() - age;
  return {
    storedAt: now,
    freshUntil: now + (freshUntil - storedAt),
    staleUntil: now + (staleUntil - storedAt),
    fallbackUntil: now + (fallbackUntil - storedAt),
  };
}
