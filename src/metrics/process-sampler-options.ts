import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { clockOrSystem, duration, readOptions } from '../core/options.js';

/** How often the process is looked at. */
export interface ProcessSamplerOptions {
  /**
   * Time between two samples, in milliseconds, from 10 up.
   * @default 1_000
   */
  readonly period?: number;
  /**
   * Runs the timer and measures how long the process has been watched.
   * @default systemClock
   */
  readonly clock?: Clock;
}

const OPTIONS = z.strictObject({
  period: z._default(duration({ min: 10 }), 1_000),
  clock: clockOrSystem(),
});

/** @throws ConfigError */
export function readSamplerOptions(options: ProcessSamplerOptions): z.output<typeof OPTIONS> {
  return readOptions('ProcessSampler', OPTIONS, options);
}
