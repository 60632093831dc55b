import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, clockOrSystem, readOptions, wholeNumber } from '../core/options.js';

/** Where a failure came from. */
export interface MetricsErrorContext {
  /** Name of the primitive whose `stats` or `explain` threw. */
  readonly name: string;
}

/** What a registry of metrics may hold. */
export interface MetricsRegistryOptions {
  /**
   * Most primitives, from 1 to 100 000. Beyond, `add` throws.
   * @default 1_000
   */
  readonly maxPrimitives?: number;
  /**
   * Dates the snapshots.
   * @default systemClock
   */
  readonly clock?: Clock;
  /** Told when a primitive's `stats()` throws. Without it such failures are process warnings. */
  readonly onError?: ErrorHandler<MetricsErrorContext>;
}

const OPTIONS = z.strictObject({
  maxPrimitives: z._default(wholeNumber(1, 100_000), 1_000),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<MetricsErrorContext>>()),
});

/** @throws ConfigError */
export function readMetricsOptions(options: MetricsRegistryOptions): z.output<typeof OPTIONS> {
  return readOptions('MetricsRegistry', OPTIONS, options);
}
