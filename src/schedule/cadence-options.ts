import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOrSystem, duration, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/** Longest period: longer ones would lose the millisecond in epoch times. */
const LONGEST_PERIOD = 2 ** 40;

/** What a job is told about its run. */
export interface CadenceSlot {
  /**
   * The period's boundary, in epoch milliseconds: `scheduled` without the job's offset. All jobs of one
   * period get the same, so that staggered models compute on the same data.
   */
  readonly asOf: number;
  /** The time the run was due, in epoch milliseconds. The wall time is never before it. */
  readonly scheduled: number;
  /** Slots of this job that were missed since its last run. */
  readonly missed: number;
}

/** What runs at the slots. A promise that it returns counts as its run until it settles. */
export type CadenceJob = (slot: CadenceSlot) => void | Promise<void>;

/** What becomes of a slot that came while the job was busy. */
export type MissedSlots = 'skip' | 'run-once' | 'catch-up';

/** How jobs without an offset of their own are spread over the period. */
export type Stagger = 'none' | 'golden';

/** Where a failing job was. */
export interface CadenceErrorContext {
  /** Name of the job. */
  readonly job: string;
  /** Its slot, in epoch milliseconds. */
  readonly scheduled: number;
}

/** Options of a {@link Cadence}. */
export interface CadenceOptions {
  /** Time between two runs of a job, in milliseconds, from 1. */
  readonly period: number;
  /**
   * Delay of each job within the period, in milliseconds from 0 to below `period`.
   * @default {}
   */
  readonly offsets?: Readonly<Record<string, number>>;
  /**
   * Delay of the jobs that `offsets` does not name: none, or a place of the golden-ratio sequence ('golden', in whole
   * milliseconds): spread almost evenly whatever their number, and none moves when another is added. Places go by the
   * order in which names are first started.
   * @default 'none'
   */
  readonly stagger?: Stagger;
  /**
   * Where periods begin: at multiples of `period` in epoch time ('epoch': 60_000 is each full minute),
   * or at the wall time of `start` and from there on ('start').
   * @default 'epoch'
   */
  readonly align?: 'epoch' | 'start';
  /**
   * Shift of all periods, in milliseconds from 0 to below `period`.
   * @default 0
   */
  readonly phase?: number;
  /**
   * What becomes of a slot that came while the job was busy: it is given up ('skip'), the job runs once more as soon as
   * it is free, for the latest of them ('run-once'), or for each of them in order, one right after the other, the 1 000
   * latest at most ('catch-up'). Only 'catch-up' also runs what passed while the process was busy or asleep.
   * @default 'skip'
   */
  readonly missed?: MissedSlots;
  /**
   * Most runs of one job at once. With as many under way the job is busy.
   * @default 1
   */
  readonly concurrency?: number;
  /**
   * Time that the cadence follows; slots are wall times of it.
   * @default systemClock
   */
  readonly clock?: Clock;
  /** Receives what jobs throw and reject with. */
  readonly onError?: ErrorHandler<CadenceErrorContext>;
}

/** The options with their defaults. */
export type CadenceSettings = ReturnType<typeof readCadenceOptions>;

const cadenceSchema = z.strictObject({
  period: duration({ min: 1 }),
  offsets: z._default(
    claim<Readonly<Record<string, number>>>(
      'an object of milliseconds by job name',
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    {},
  ),
  align: z._default(oneOf('epoch', 'start'), 'epoch'),
  phase: z._default(duration(), 0),
  stagger: z._default(oneOf('none', 'golden'), 'none'),
  missed: z._default(oneOf('skip', 'run-once', 'catch-up'), 'skip'),
  concurrency: z._default(wholeNumber(1), 1),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<CadenceErrorContext>>()),
});

/** Checks the options and applies the defaults. Offsets become a map of their own. */
export function readCadenceOptions(options: CadenceOptions) {
  const settings = readOptions('Cadence', cadenceSchema, options);
  const { period, phase } = settings;
  checkBelow('period', period, LONGEST_PERIOD);
  checkBelow('phase', phase, period);
  const offsets = new Map(Object.entries(settings.offsets));
  for (const [name, offset] of offsets) checkBelow(`offsets.${name}`, offset, period);
  return { ...settings, offsets };
}

function checkBelow(name: string, value: number, end: number): void {
  if (typeof value === 'number' && value >= 0 && value < end) return;
  throw new ConfigError(`Cadence: ${name} must be a number of milliseconds from 0 to below ${end}, got ${show(value)}`);
}
