import { type EngineChoice, RollingCorrelation } from 'tickwise/rolling';
import type { Instance } from '../../runner/contract.js';
import { makeBars, names, newest, rounded, SYMBOLS, WINDOW } from './market.js';

/** Pushes a bar per operation; with `out` all correlations are written after each. */
export function pushes(engine: EngineChoice, isRead: boolean, tickSize?: number): Instance {
  const bars = makeBars(SYMBOLS);
  const options = { symbols: names(SYMBOLS), window: WINDOW, engine, ...(tickSize !== undefined && { tickSize }) };
  const rolling = new RollingCorrelation(options);
  const out = new Float64Array(SYMBOLS * SYMBOLS);
  let done = 0;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) {
        rolling.push(bars[done % bars.length] ?? out);
        if (isRead) rolling.matrix(out);
      }
      return out[1];
    },
    answer: () => meanOf(rolling.matrix(out)),
  };
}

/** Keeps the window and computes all correlations from it, after every bar, as `matrix` does. */
export function recomputes(matrix: (window: readonly Float64Array[], out: Float64Array) => void): Instance {
  const bars = makeBars(SYMBOLS);
  const out = new Float64Array(SYMBOLS * SYMBOLS);
  let done = 0;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) matrix(newest(bars, done + 1), out);
      return out[1];
    },
    answer: () => meanOf(out),
  };
}

/** As bots do it: for each pair a list of values of either symbol, two means, three sums. */
export function naiveMatrix(window: readonly Float64Array[], out: Float64Array): void {
  for (let left = 0; left < SYMBOLS; left++) {
    for (let right = left; right < SYMBOLS; right++) {
      const x = window.map((bar) => bar[left] ?? NaN);
      const y = window.map((bar) => bar[right] ?? NaN);
      out[left * SYMBOLS + right] = out[right * SYMBOLS + left] = pearson(x, y);
    }
  }
}

/** Typed arrays: deviations once per symbol, then one product per pair and bar. */
export function typedMatrix(window: readonly Float64Array[], out: Float64Array): void {
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
  const cross = x.reduce((sum, value, index) => sum + (value - meanX) * ((y[index] ?? NaN) - meanY), 0);
  const ofX = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const ofY = y.reduce((sum, value) => sum + (value - meanY) ** 2, 0);
  return cross / Math.sqrt(ofX * ofY);
}

function meanOf(matrix: Float64Array): number {
  return rounded((matrix.reduce((sum, value) => sum + value, 0) - SYMBOLS) / (SYMBOLS * (SYMBOLS - 1)));
}
