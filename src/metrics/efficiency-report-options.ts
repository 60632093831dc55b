import * as z from 'zod/mini';
import { numberWithin, readOptions } from '../core/options.js';

/** What things cost, in one currency of your choice. What is left out costs nothing. */
export interface Prices {
  /** One statement sent to a database. */
  readonly statement?: number;
  /** One call of a model. */
  readonly modelCall?: number;
  /** One hour of one core. */
  readonly cpuHour?: number;
  /** One gigabyte (10^9 bytes) over the network. */
  readonly gigabyte?: number;
}

/** Limits that a bot is to stay below. */
export interface Thresholds {
  /**
   * CPU time in per cent of the time the run took.
   * @default 20
   */
  readonly cpuPercent?: number;
  /**
   * Most memory, in bytes.
   * @default 100 * 2 ** 20
   */
  readonly memory?: number;
  /**
   * Reconnections per hour.
   * @default 5
   */
  readonly reconnectsPerHour?: number;
  /**
   * 95th percentile of the latency, in milliseconds.
   * @default 100
   */
  readonly p95?: number;
}

/** Prices and limits of a report. */
export interface EfficiencyReportOptions {
  readonly prices?: Prices;
  readonly thresholds?: Thresholds;
}

const amount = (): ReturnType<typeof numberWithin> => numberWithin(0, Number.MAX_VALUE);

const OPTIONS = z.strictObject({
  prices: z._default(
    z.strictObject({
      statement: z._default(amount(), 0),
      modelCall: z._default(amount(), 0),
      cpuHour: z._default(amount(), 0),
      gigabyte: z._default(amount(), 0),
    }),
    { statement: 0, modelCall: 0, cpuHour: 0, gigabyte: 0 },
  ),
  thresholds: z._default(
    z.strictObject({
      cpuPercent: z._default(amount(), 20),
      memory: z._default(amount(), 100 * 2 ** 20),
      reconnectsPerHour: z._default(amount(), 5),
      p95: z._default(amount(), 100),
    }),
    { cpuPercent: 20, memory: 100 * 2 ** 20, reconnectsPerHour: 5, p95: 100 },
  ),
});

/** @throws ConfigError */
export function readReportOptions(options: EfficiencyReportOptions): z.output<typeof OPTIONS> {
  return readOptions('EfficiencyReport', OPTIONS, options);
}
