import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, numberWithin, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { CorrelationInput, MissingPolicy } from './bar-intake.js';
import type { EngineChoice } from './kernel-engine.js';
import type { PsdPolicy } from './psd.js';

/** Most symbols. */
export const MAX_SYMBOLS = 8_192;
const MAX_WINDOW = 2 ** 20;
const MAX_WORKERS = 16;
/** Most values kept, symbols times window: 512 MB. */
export const MAX_VALUES = 2 ** 26;

/** Options of {@link RollingCorrelation}. */
export interface RollingCorrelationOptions {
  /** Names of what is correlated, all different; 1 to 8192. Their order is that of arrays and matrices. */
  readonly symbols: readonly string[];
  /** Newest bars the results cover; 1 to 1048576, and at most 67108864 divided by the number of symbols. */
  readonly window: number;
  /**
   * Fewest bars with a value for each symbol concerned, below which a result is NaN; 1 to `window`.
   * @default 2, or 1 for a window of 1
   */
  readonly minPeriods?: number;
  /**
   * Subtracted from the count to divide variances and covariances: 1 for a sample, 0 for a population.
   * Correlation and beta do not depend on it.
   * @default 1
   */
  readonly ddof?: number;
  /**
   * What is correlated: the values pushed, or their changes from bar to bar.
   *
   * A return, `value / before - 1`, or its logarithmic form, needs a value in the bar and in the one before
   * it. The first bar only starts the first return and takes no place in the window.
   * @default 'values'
   */
  readonly input?: CorrelationInput;
  /**
   * Price step, for all symbols or by symbol; more than 0. With it values are counted in whole ticks and
   * results are exact. Only with `input: 'values'`. A symbol left out of the object has no grid.
   */
  readonly tickSize?: number | Readonly<Record<string, number>>;
  /**
   * What is done about a symbol without a value in a bar. 'pairwise': each pair covers the bars in which both
   * have one. 'listwise': such a bar counts for no symbol, yet takes its place in the window.
   * 'forward-fill': the symbol's value before is used again.
   * @default 'pairwise'
   */
  readonly missing?: MissingPolicy;
  /**
   * What does the arithmetic: 'auto' is WebAssembly where it has SIMD, else JavaScript. Results are the same bits.
   * @default 'auto'
   */
  readonly engine?: EngineChoice;
  /**
   * Largest error of a correlation that is not exact, against exact arithmetic on the same doubles; 1e-13 to 1.
   * Where rounding alone costs more, {@link RollingCorrelation.errorBound} says so.
   * @default 1e-10
   */
  readonly tolerance?: number;
  /**
   * What `matrix` does when pairs that cover different bars make it have a negative eigenvalue. 'clip': sets those to
   * 0 and scales the diagonal back to 1. 'shrink': pulls all correlations towards 0 by one factor. Cubic in the
   * number of symbols, and then some; single correlations stay as they are.
   * @default 'none'
   */
  readonly psd?: PsdPolicy;
  /**
   * Threads beside the calling one that take a share of the work on all pairs while there are 1 000 symbols or more;
   * 0 to 16, and no more than there are idle cores. Results are the same bits. They sleep between bars, keep no process
   * alive, and end with `close`. Only WebAssembly can use them; memory is shared with them, not copied.
   * @default 0
   */
  readonly workers?: number;
}

/** Options of a rolling correlation with defaults applied. */
export interface CorrelationSettings {
  /** A copy of the names, in the order of arrays and matrices. */
  readonly symbols: readonly string[];
  /** Newest bars the results cover. */
  readonly window: number;
  /** Fewest bars in common below which a result is NaN; at most `window`. */
  readonly minPeriods: number;
  /** Subtracted from the count to divide variances and covariances. */
  readonly ddof: number;
  /** What is correlated; not 'values' only while no symbol has a tick. */
  readonly input: CorrelationInput;
  /** Tick per symbol, 0 for one without a grid. */
  readonly ticks: Float64Array;
  /** What is done about a symbol without a value in a bar. */
  readonly missing: MissingPolicy;
  /** Largest error of a correlation of floats. */
  readonly tolerance: number;
  /** What does the arithmetic. */
  readonly engine: EngineChoice;
  /** What `matrix` does about negative eigenvalues. */
  readonly psd: PsdPolicy;
  /** Threads beside the calling one. */
  readonly workers: number;
  /** Tick of symbols that are added without one. */
  readonly defaultTick: number;
}

const SCHEMA = z.strictObject({
  symbols: claim<readonly string[]>(
    `a list of 1 to ${MAX_SYMBOLS} different texts of at least one character`,
    areSymbols,
  ),
  window: wholeNumber(1, MAX_WINDOW),
  minPeriods: z.optional(wholeNumber(1, MAX_WINDOW)),
  ddof: z._default(wholeNumber(0), 1),
  input: z._default(oneOf('values', 'returns', 'log-returns'), 'values'),
  tickSize: z.optional(
    claim<number | Readonly<Record<string, number>>>('a number above 0, or an object of such by symbol', areTickSizes),
  ),
  missing: z._default(oneOf('pairwise', 'listwise', 'forward-fill'), 'pairwise'),
  engine: z._default(oneOf('auto', 'wasm', 'js'), 'auto'),
  psd: z._default(oneOf('none', 'clip', 'shrink'), 'none'),
  tolerance: z._default(numberWithin(1e-13, 1), 1e-10),
  workers: z._default(wholeNumber(0, MAX_WORKERS), 0),
});

/**
 * Checks the options that are no part of a snapshot.
 * @throws ConfigError
 */
export function readWorkers(owner: string, options: unknown): number {
  return readOptions(owner, z.strictObject({ workers: SCHEMA.shape.workers }), options).workers;
}

/**
 * Checks the options of a rolling correlation.
 * @throws ConfigError
 */
export function readCorrelationOptions(owner: string, options: unknown): CorrelationSettings {
  const { symbols, window, minPeriods = Math.min(2, window), tickSize, ...rest } = readOptions(owner, SCHEMA, options);
  if (minPeriods > window) {
    throw new ConfigError(`${owner}: minPeriods must be at most window (${window}), got ${minPeriods}`);
  }
  if (symbols.length * window > MAX_VALUES) {
    throw new ConfigError(
      `${owner}: window must be at most ${Math.floor(MAX_VALUES / symbols.length)} for ${symbols.length} symbols, got ${window}`,
    );
  }
  if (tickSize !== undefined && rest.input !== 'values') {
    throw new ConfigError(`${owner}: tickSize must be left out with input '${rest.input}', got ${show(tickSize)}`);
  }
  const ticks = readTicks(owner, symbols, tickSize);
  const defaultTick = typeof tickSize === 'number' ? tickSize : 0;
  return { ...rest, symbols: [...symbols], window, minPeriods, ticks, defaultTick };
}

function readTicks(
  owner: string,
  symbols: readonly string[],
  tickSize: number | Readonly<Record<string, number>> | undefined,
): Float64Array {
  if (tickSize === undefined) return new Float64Array(symbols.length);
  if (typeof tickSize === 'number') return new Float64Array(symbols.length).fill(tickSize);
  const bySymbol = new Map(Object.entries(tickSize));
  for (const name of bySymbol.keys()) {
    if (!symbols.includes(name)) {
      throw new ConfigError(`${owner}: tickSize must name known symbols only, got ${show(name)}`);
    }
  }
  return Float64Array.from(symbols, (symbol) => bySymbol.get(symbol) ?? 0);
}

function areSymbols(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_SYMBOLS &&
    value.every((symbol) => typeof symbol === 'string' && symbol.length > 0) &&
    new Set(value).size === value.length
  );
}

function areTickSizes(value: unknown): boolean {
  if (typeof value === 'number') return isTickSize(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isTickSize);
}

/** Whether a value can be a tick. One that is not a normal double has lost digits of its own. */
export function isTickSize(value: unknown): boolean {
  return typeof value === 'number' && value >= 2 ** -1022 && value < Infinity;
}
