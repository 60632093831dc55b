import type { CallKey } from './call-key.js';

/** How an entry came to be. */
export type EntrySource = 'load' | 'refresh' | 'warm' | 'set';

/** One stored result, or one stored error. All entries have one shape. */
export interface Entry {
  /** What it is found by. */
  readonly key: CallKey;
  /** What a call returns: the value, or the promise of it. Unused for errors. */
  readonly answer: unknown;
  /** The value, or the error. */
  readonly value: unknown;
  /** Whether it is an error. */
  readonly isError: boolean;
  /** Whether calls get promises. */
  readonly isAsync: boolean;
  /** Until when a value is fresh; -Infinity for errors, so that the hot path passes them by. */
  readonly freshUntil: number;
  /** Until when a value is served while it is refreshed, or an error is served. */
  readonly staleUntil: number;
  /** Until when a value may stand in for a load's error. */
  readonly fallbackUntil: number;
  /** When it was stored, in milliseconds of the market clock like all times here. */
  readonly storedAt: number;
  /** How long the load took, in milliseconds. */
  readonly loadTime: number;
  /** What it can be invalidated by. */
  readonly tags: readonly string[];
  /** How it came to be. */
  readonly source: EntrySource;
  /** Whether it was counted among the expirations. */
  isExpired: boolean;
}

/** Whether the entry answers calls without a load. */
export function isServed(entry: Entry, now: number): boolean {
  return now < entry.freshUntil || now < entry.staleUntil;
}

/** Whether the entry is of any use still. */
export function isUseful(entry: Entry, now: number): boolean {
  return isServed(entry, now) || now < entry.fallbackUntil;
}
