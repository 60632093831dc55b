import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import { ConfigError } from '../core/errors.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, MAX_CAPACITY, numberWithin, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { GAP_OPTIONS, type GapPolicy } from './bar-options.js';
import type { BarErrorContext } from './deliver.js';
import { MAX_PERIOD } from './market-time.js';

/** Options of a `BarAligner` whatever it does about late updates. */
export interface CommonAlignerOptions {
  /** Names of the symbols, all different; 1 to 8192. Their order is that of the values in a row. */
  readonly symbols: readonly string[];
  /** Length of a row's period in milliseconds, aligned to the epoch; a whole number from 1 to 1e11. */
  readonly period: number;
  /**
   * What stands for a symbol without an update in the period. 'carry': its value in the row before; NaN before
   * its first. 'nan': NaN. 'wait': NaN too, but the row waits for it, up to `grace`, and all later rows with it.
   * @default 'carry'
   */
  readonly missing?: 'carry' | 'nan' | 'wait';
  /**
   * How long after its period a row still takes updates, in milliseconds of market time: the newest time of an
   * update or of `advance`. With 'wait' a row is emitted earlier, as soon as its period is over and every
   * symbol is in it.
   * @default 0, with 'wait' one period
   * @remarks It bounds what waits: `grace / period + 2` rows at most.
   */
  readonly grace?: number;
  /**
   * What becomes of periods without an update of any symbol. 'fill' emits a row of each, by `missing`. 'leave'
   * emits none.
   * @default 'fill'
   */
  readonly gaps?: GapPolicy;
  /**
   * Most such rows emitted at once. A longer gap is left as a whole and counted in `unfilled`.
   * @default 1440
   * @remarks A whole number from 0 to 1000000.
   */
  readonly maxFill?: number;
  /**
   * Takes each row as it is complete, in order of time: the start of its period and a value per symbol, in an
   * array of its own, yours to keep.
   *
   * Inside it, and inside `onAmend`, the aligner refuses updates.
   */
  readonly onRow: Callback<[ts: number, values: Float64Array]>;
  /** Is told of each update that was refused as late. */
  readonly onLate?: Callback<[symbol: string, ts: number, value: number]>;
  /**
   * Receives what a callback throws or rejects with.
   * @default a process warning, the first at once, then one count per minute
   */
  readonly onError?: ErrorHandler<BarErrorContext>;
}

/** Options for updates of emitted rows that are refused. */
export interface RejectingAlignerOptions extends CommonAlignerOptions {
  /**
   * What becomes of an update whose row was emitted. 'reject' refuses it, counted and told to `onLate`.
   * 'amend' tells `onAmend`.
   * @default 'reject'
   */
  readonly late?: 'reject';
}

/** Options for updates of emitted rows that amend them. */
export interface AmendingAlignerOptions extends CommonAlignerOptions {
  /** An update whose row was emitted amends it, unless the row is older than `history`: then it is refused. */
  readonly late: 'amend';
  /**
   * How many periods back rows can be amended.
   * @default 16
   * @remarks A whole number from 1. Symbols times periods kept, rounded up to a power of two, stay within 16777216.
   */
  readonly history?: number;
  /**
   * Is told the value that replaces a symbol's in an emitted row. With `missing: 'carry'` also of each later
   * row into which the old value was carried, oldest first.
   */
  readonly onAmend: Callback<[ts: number, symbol: string, value: number]>;
}

/** Options of a `BarAligner`. */
export type BarAlignerOptions = RejectingAlignerOptions | AmendingAlignerOptions;

/** Options with defaults applied. */
export type AlignerSettings = ReturnType<typeof readAlignerOptions>;

const MAX_SYMBOLS = 8_192;

const COMMON = {
  symbols: claim<readonly string[]>(`a list of 1 to ${MAX_SYMBOLS} different texts`, areSymbols),
  period: wholeNumber(1, MAX_PERIOD),
  missing: z._default(oneOf('carry', 'nan', 'wait'), 'carry'),
  grace: z.optional(numberWithin(0, MAX_PERIOD)),
  ...GAP_OPTIONS,
  onRow: callback<CommonAlignerOptions['onRow']>(),
  onLate: z.optional(callback<NonNullable<CommonAlignerOptions['onLate']>>()),
  onError: z.optional(callback<ErrorHandler<BarErrorContext>>()),
};

const REJECT = z.strictObject({ ...COMMON, late: z._default(oneOf('reject', 'amend'), 'reject') });
const AMEND = z.strictObject({
  ...COMMON,
  late: oneOf('amend'),
  history: z._default(wholeNumber(1, MAX_CAPACITY), 16),
  onAmend: callback<AmendingAlignerOptions['onAmend']>(),
});

/** Checks the options of a `BarAligner`. @throws ConfigError that names the option. */
export function readAlignerOptions(owner: string, options: BarAlignerOptions) {
  const late: unknown = Object(options).late;
  const read =
    late === 'amend'
      ? readOptions(owner, AMEND, options)
      : { history: 0, onAmend: undefined, ...readOptions(owner, REJECT, options) };
  const { symbols, period, missing, grace = missing === 'wait' ? period : 0, history } = read;
  // Two rows more than fit into the grace: the one that is not over, and one of which a part has run out.
  const slots = 2 ** Math.ceil(Math.log2(Math.floor(grace / period) + 2 + history));
  if (slots * symbols.length > MAX_CAPACITY)
    throw new ConfigError(
      `${owner}: symbols times the periods of grace and history must be at most ${MAX_CAPACITY}, got ${symbols.length} times ${slots}`,
    );
  return { ...read, symbols: [...symbols], grace, slots };
}

function areSymbols(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_SYMBOLS &&
    [...value].every((symbol) => typeof symbol === 'string' && symbol.length > 0) &&
    new Set(value).size === value.length
  );
}
