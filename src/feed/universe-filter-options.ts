import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, clockOrSystem, duration, MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';

/** A symbol has begun or ceased to be tracked. */
export type UniverseChange = 'entered' | 'left';

/** Where a failure inside a UniverseFilter happened. */
export interface UniverseErrorContext {
  /** The symbol it was about. */
  readonly symbol: string;
  /** The callback that failed; what it would have decided stays as it was. `open` is that of `follow`. */
  readonly action: 'enter' | 'leave' | 'pinned' | 'rank' | 'onChange' | 'open' | 'end';
}

/** Options of a {@link UniverseFilter}. */
export interface UniverseFilterOptions<Info> {
  /** Whether a symbol that is not tracked is worth it. */
  readonly enter: (info: Info) => boolean;
  /**
   * Whether a tracked symbol is no longer worth it. Lower thresholds than those of `enter` keep symbols from coming
   * and going with every update.
   * @default as soon as `enter` is false
   */
  readonly leave?: ((info: Info) => boolean) | undefined;
  /**
   * Whether a symbol has to be tracked whatever it is like, such as one that is held. It enters with its next
   * update even when there is no room, and never leaves.
   */
  readonly pinned?: ((symbol: string) => boolean) | undefined;
  /**
   * Shortest time a symbol stays, in milliseconds of `clock`. A pin alone cuts it short, when it needs the room.
   * @default 0
   */
  readonly minStay?: number | undefined;
  /**
   * Most symbols tracked, from 1 to 16 777 216; only pinned ones go beyond.
   * @default 10000
   */
  readonly maxTracked?: number | undefined;
  /**
   * What a symbol is worth among others, such as its volume; the larger, the better. With it the best `maxTracked`
   * are tracked, without it the first. NaN is worth nothing.
   */
  readonly rank?: ((info: Info) => number) | undefined;
  /**
   * Most symbols remembered, tracked or not, from 1 to 16 777 216. Beyond it the one not tracked that was updated
   * longest ago is forgotten.
   * @default 100000
   */
  readonly maxKnown?: number | undefined;
  /** Told of every change, those of other symbols that one update causes included; those that left come first. */
  readonly onChange?: Callback<[symbol: string, change: UniverseChange, reason: string]> | undefined;
  /**
   * Clock of `minStay`.
   * @default systemClock
   */
  readonly clock?: Clock | undefined;
  /** Called for every failure of a callback. Without it: process warnings. */
  readonly onError?: ErrorHandler<UniverseErrorContext> | undefined;
}

/** Counters of a {@link UniverseFilter}. entered = tracked + left. */
export interface UniverseStats {
  /** Symbols tracked. */
  readonly tracked: number;
  /** Symbols remembered, tracked or not. */
  readonly known: number;
  /** Symbols worth tracking for which there is no room. */
  readonly waiting: number;
  /** Times a symbol entered. */
  readonly entered: number;
  /** Times a symbol left. */
  readonly left: number;
  /** Of these, times it had to make room for a better one. */
  readonly displaced: number;
  /** Symbols forgotten beyond `maxKnown`. */
  readonly forgotten: number;
  /** Failures of callbacks. */
  readonly failures: number;
}

/** Why a symbol is tracked or not. */
export interface UniverseExplanation {
  /** The symbol asked for. */
  readonly symbol: string;
  /** `unknown`: never updated, or forgotten. `waiting`: worth tracking, and there is no room. */
  readonly state: 'tracked' | 'waiting' | 'untracked' | 'unknown';
  /** The last decision in one sentence, for a person. */
  readonly reason: string;
  /** Milliseconds since it entered; undefined when it is not tracked. */
  readonly trackedFor: number | undefined;
  /** What it was worth at its last update; undefined without `rank`. */
  readonly rank: number | undefined;
  /** Whether it was pinned at its last update. */
  readonly isPinned: boolean;
}

const schema = z.strictObject({
  enter: callback<(info: unknown) => boolean>(),
  leave: z.optional(callback<(info: unknown) => boolean>()),
  pinned: z.optional(callback<(symbol: string) => boolean>()),
  minStay: z._default(duration({ allowInfinity: true }), 0),
  maxTracked: z._default(wholeNumber(1, MAX_CAPACITY), 10_000),
  rank: z.optional(callback<(info: unknown) => number>()),
  maxKnown: z._default(wholeNumber(1, MAX_CAPACITY), 100_000),
  onChange: z.optional(callback<Callback<[symbol: string, change: UniverseChange, reason: string]>>()),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<UniverseErrorContext>>()),
});

/** Options with their defaults applied; the caller's types fix what `info` is. */
export type UniversePlan = z.output<typeof schema>;

/** @throws ConfigError that names the option. */
export function readUniverseOptions(options: unknown): UniversePlan {
  return readOptions('UniverseFilter', schema, options);
}
