import * as z from 'zod/mini';
import { claim, numberWithin, readOptions, wholeNumber } from '../core/options.js';
import type { SeriesColumns } from './series-columns.js';
import { readSeriesOptions, type SeriesShape } from './series-options.js';

/** How much a row's priority decides; proportional prioritisation of Schaul et al. 2016. */
export interface ReplayPriority {
  /**
   * How strongly priorities act: a row is drawn in proportion to (priority + floor) ** exponent. 0 draws all rows
   * alike, 1 in full proportion.
   * @default 0.6
   */
  readonly exponent?: number;
  /**
   * How far the weights of a batch undo the bias of such draws, when `sample` is not told: 0 not at all, 1 fully.
   * @default 0.4
   * @remarks Usually raised to 1 while learning goes on: pass it to `sample`.
   */
  readonly correction?: number;
  /**
   * Added to every priority, so that a row without error stays possible. From 1e-12 to 1e12.
   * @default 1e-6
   */
  readonly floor?: number;
}

/** Options of a `ReplayRing`. */
export interface ReplayRingOptions<Columns extends SeriesColumns> {
  /** Most rows held, a whole number from 1 to 16777216. It need not be a power of two. */
  readonly capacity: number;
  /** Names and kinds of the columns, as those of a `SeriesRing`; a state is a column with a `length`. */
  readonly columns: Columns;
  /**
   * `'uniform'` draws all rows alike. Else rows have priorities, in 16 bytes per row.
   * @default 'uniform'
   */
  readonly priority?: 'uniform' | ReplayPriority;
  /**
   * Where the random numbers start, a whole number from 0 to 2^53 - 1. Rings with the same options that are
   * called alike draw the same rows.
   * @default 0
   */
  readonly seed?: number;
}

/** Checked options of a `ReplayRing`. */
export interface ReplayShape {
  /** Capacity and columns. */
  readonly series: SeriesShape;
  /** Whether rows have no priorities. */
  readonly isUniform: boolean;
  /** The rule of priorities with its defaults. */
  readonly priority: Required<ReplayPriority>;
  /** Where the random numbers start. */
  readonly seed: number;
}

const OPTIONS = z.strictObject({
  capacity: z.unknown(),
  columns: z.unknown(),
  priority: z._default(
    claim<'uniform' | object>(
      "'uniform' or an object of options",
      (value) => value === 'uniform' || (typeof value === 'object' && value !== null),
    ),
    'uniform',
  ),
  seed: z._default(wholeNumber(0), 0),
});

const PRIORITY = z.strictObject({
  exponent: z._default(numberWithin(0, 1), 0.6),
  correction: z._default(numberWithin(0, 1), 0.4),
  floor: z._default(numberWithin(1e-12, 1e12), 1e-6),
});

/** Checks the options of a `ReplayRing`. @throws ConfigError that names the option or column. */
export function readReplayOptions(options: unknown): ReplayShape {
  const { capacity, columns, priority, seed } = readOptions('ReplayRing', OPTIONS, options);
  const isUniform = priority === 'uniform';
  return {
    series: readSeriesOptions({ capacity, columns, layout: 'compact' }, 'ReplayRing'),
    isUniform,
    priority: readOptions('ReplayRing: priority', PRIORITY, isUniform ? {} : priority),
    seed,
  };
}
