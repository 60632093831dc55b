import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { callback, claim, clockOrSystem, duration, readOptions } from '../core/options.js';

/** Options of `microBatch`. */
export interface MicroBatchOptions<Item> {
  /**
   * Most items of one call, a whole number from 1 or Infinity. A call that has as many is made at once; the next
   * items begin another.
   * @default Infinity
   */
  readonly maxItems?: number;
  /**
   * Longest time an item waits for others, in milliseconds of `clock`, from 0.
   * @default none: the call is made at the end of the turn, after all promises that are ready have been followed
   * @remarks With a delay the calls of several turns become one, each later by as much.
   */
  readonly maxDelay?: number;
  /**
   * What makes two items the same, compared as in a `Map`: of equal ones in one call the first is sent, and all get
   * its result.
   * @default every item is sent
   */
  readonly key?: (item: Item) => unknown;
  /**
   * Time for `maxDelay`.
   * @default the system clock
   */
  readonly clock?: Clock;
}

/** Options with defaults; without `maxDelay` a call is made at the end of the turn. */
export interface MicroBatchSettings<Item> {
  /** As the option. */
  readonly maxItems: number;
  /** As the option. */
  readonly maxDelay: number | undefined;
  /** As the option. */
  readonly key: ((item: Item) => unknown) | undefined;
  /** As the option. */
  readonly clock: Clock;
}

const OPTIONS = z.strictObject({
  maxItems: z._default(
    claim<number>(
      'a whole number from 1 up, or Infinity',
      (value) => value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 1),
    ),
    Infinity,
  ),
  maxDelay: z.optional(duration()),
  key: z.optional(callback<(item: unknown) => unknown>()),
  clock: clockOrSystem(),
});

/** Checks options and applies defaults. @throws ConfigError that names the option. */
export function readMicroBatchOptions<Item>(options: unknown): MicroBatchSettings<Item> {
  const { maxItems, maxDelay, key, clock } = readOptions('microBatch', OPTIONS, options);
  return { maxItems, maxDelay, key, clock };
}
