import { type EngineChoice, RollingCorrelation } from 'tickwise/rolling';
import type { Instance } from '../../runner/contract.js';
import { makeBars, names, newest, PAIRS, rounded, SYMBOLS, WINDOW } from './market.js';

/** What `pushes` may be told beside the engine. */
interface PushOptions {
  /** What is written after each bar: all correlations once or twice; nothing by default. */
  readonly reads?: 'triangle' | 'matrix';
  /** Price step; none by default. */
  readonly tickSize?: number;
  /** Symbols; 1 000 by default. */
  readonly symbols?: number;
  /** Threads beside the calling one. */
  readonly workers?: number;
}

/** Pushes a bar per operation. The window is full before the first. */
export function pushes(engine: EngineChoice, options: PushOptions = {}): Instance {
  const { reads, tickSize, symbols = SYMBOLS, workers = 0 } = options;
  const bars = makeBars(symbols);
  const rolling = new RollingCorrelation({
    symbols: names(symbols),
    window: WINDOW,
    engine,
    workers,
    ...(tickSize !== undefined && { tickSize }),
  });
  const out = new Float64Array(symbols * symbols);
  const pairs = new Float64Array((symbols * (symbols - 1)) / 2);
  for (let bar = 0; bar < WINDOW; bar++) rolling.push(bars[bar] ?? out);
  let done = WINDOW;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) {
        rolling.push(bars[done % bars.length] ?? out);
        if (reads === 'matrix') rolling.matrix(out);
        else if (reads === 'triangle') rolling.triangle(pairs);
      }
      return out[1];
    },
    answer: () => answerOf(rolling, reads, out, pairs),
    close: () => rolling.close(),
  };
}

/** The mean of what the contender writes. */
function answerOf(
  rolling: RollingCorrelation,
  reads: PushOptions['reads'],
  out: Float64Array,
  pairs: Float64Array,
): number {
  if (reads !== 'triangle') return meanOf(rolling.matrix(out), rolling.symbols.length);
  return rounded(rolling.triangle(pairs).reduce((sum, value) => sum + value, 0) / pairs.length);
}

/** Pairs of the sample that stands for all. */
const SAMPLE = Math.round(PAIRS / 100);

/**
 * As bots do it: a list of numbers per symbol; for each pair two means, then three sums. One pair in a hundred is
 * computed, for all of them take seconds. The answer is that of all when the sample is right.
 */
export function naiveSample(): Instance {
  const bars = makeBars(SYMBOLS);
  const lists = Array.from({ length: SYMBOLS }, (_, symbol) => newest(bars, WINDOW).map((bar) => bar[symbol] ?? NaN));
  const pairOf = (pair: number): [number, number] => [pair % SYMBOLS, (pair * 7 + 3) % SYMBOLS];
  const found = new Float64Array(SAMPLE);
  let done = WINDOW;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) {
        for (const [symbol, list] of lists.entries()) {
          list.shift();
          list.push(bars[done % bars.length]?.[symbol] ?? NaN);
        }
        for (let pair = 0; pair < SAMPLE; pair++) {
          const [left, right] = pairOf(pair);
          found[pair] = pearson(lists[left] ?? [], lists[right] ?? []);
        }
      }
      return found[0];
    },
    answer() {
      const matrix = new Float64Array(SYMBOLS * SYMBOLS);
      typedMatrix(newest(bars, done), matrix);
      const isRight = found.every((value, pair) => {
        const [left, right] = pairOf(pair);
        return Math.abs(value - (matrix[left * SYMBOLS + right] ?? NaN)) < 1e-9;
      });
      return isRight ? meanOf(matrix, SYMBOLS) : NaN;
    },
  };
}

/** Typed arrays: deviations once per symbol, then one product per pair and bar. */
function typedMatrix(window: readonly Float64Array[], out: Float64Array): void {
  const bars = window.length;
  const rows = new Float64Array(SYMBOLS * bars);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) standardise(window, symbol, rows);
  for (let left = 0; left < SYMBOLS; left++) {
    for (let right = left; right < SYMBOLS; right++) {
      let sum = 0;
      for (let bar = 0; bar < bars; bar++) sum += (rows[left * bars + bar] ?? 0) * (rows[right * bars + bar] ?? 0);
      out[left * SYMBOLS + right] = out[right * SYMBOLS + left] = sum;
    }
  }
}

function standardise(window: readonly Float64Array[], symbol: number, rows: Float64Array): void {
  const bars = window.length;
  const mean = window.reduce((sum, bar) => sum + (bar[symbol] ?? NaN), 0) / bars;
  let squares = 0;
  for (const [index, bar] of window.entries()) {
    const deviation = (bar[symbol] ?? NaN) - mean;
    rows[symbol * bars + index] = deviation;
    squares += deviation * deviation;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let index = symbol * bars; index < (symbol + 1) * bars; index++) rows[index] = (rows[index] ?? 0) * scale;
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanY = y.reduce((sum, value) => sum + value, 0) / y.length;
  let [cross, ofX, ofY] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    const left = (x[index] ?? NaN) - meanX;
    const right = (y[index] ?? NaN) - meanY;
    cross += left * right;
    ofX += left * left;
    ofY += right * right;
  }
  return cross / Math.sqrt(ofX * ofY);
}

function meanOf(matrix: Float64Array, symbols: number): number {
  return rounded((matrix.reduce((sum, value) => sum + value, 0) - symbols) / (symbols * (symbols - 1)));
}
