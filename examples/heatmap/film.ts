import { gzipSync } from 'node:zlib';
import { RollingCorrelation } from 'tickwise/rolling';
import type { Closes } from './closes.js';

/** Colours on either side of 0: a correlation of 1 is level 16. */
export const LEVELS = 16;
/** A level changes only when the correlation is this many levels away, so that colours do not flicker. */
const DEAD_BAND = 0.6;
/** What the page shows for a correlation that is undefined. */
export const UNDEFINED = 127;

/** Correlations bar by bar, as the page plays them. */
export interface Film {
  readonly source: string;
  readonly window: number;
  /** In the order of rows and columns: neighbours move together. */
  readonly symbols: readonly string[];
  readonly frames: readonly Frame[];
  /** Changes of level of every pair below the diagonal, frame after frame, row by row; compressed, base64. */
  readonly changes: string;
}

/** What the page writes beside the map at one bar. */
export interface Frame {
  readonly date: string;
  /** Mean over all pairs. */
  readonly mean: number;
  /** The strongest pairs: names and correlation. */
  readonly top: readonly (readonly [string, string, number])[];
}

/** Feeds the closes to a rolling correlation bar by bar, and films it from the first full window on. */
export function film(closes: Closes, window: number): Film {
  const order = ordered(closes, window);
  const symbols = order.map((place) => closes.symbols[place] ?? '');
  const rolling = new RollingCorrelation({ symbols, window, minPeriods: window, input: 'log-returns' });
  const size = symbols.length;
  const matrix = new Float64Array(size * size);
  const bar = new Float64Array(size);
  const levels = new Int8Array((size * (size - 1)) / 2);
  const frames: Frame[] = [];
  const changes: Int8Array[] = [];
  closes.rows.forEach((row, index) => {
    for (let place = 0; place < size; place++) bar[place] = row[order[place] ?? 0] ?? Number.NaN;
    rolling.push(bar);
    if (index < window) return;
    rolling.matrix(matrix);
    const top = rolling.top(5, { direction: 'absolute' }).map(({ a, b, value }) => [a, b, round(value)] as const);
    changes.push(changesOf(matrix, size, levels));
    frames.push({ date: closes.dates[index] ?? '', mean: round(meanOf(matrix, size)), top });
  });
  const bytes = gzipSync(Buffer.concat(changes.map(({ buffer }) => new Uint8Array(buffer))), { level: 9 });
  return { source: closes.source, window, symbols, frames, changes: bytes.toString('base64') };
}

/** Moves `levels` to those of a matrix, and answers by how much each has moved. */
function changesOf(matrix: Float64Array, size: number, levels: Int8Array): Int8Array<ArrayBuffer> {
  const changes = new Int8Array(levels.length);
  let pair = 0;
  for (let row = 1; row < size; row++) {
    for (let column = 0; column < row; column++, pair++) {
      const before = levels[pair] ?? 0;
      const level = levelOf(matrix[row * size + column] ?? Number.NaN, before);
      changes[pair] = level - before;
      levels[pair] = level;
    }
  }
  return changes;
}

/** The level that shows a correlation, given the one shown so far. */
export function levelOf(correlation: number, before: number): number {
  if (Number.isNaN(correlation)) return UNDEFINED;
  const exact = correlation * LEVELS;
  return Math.abs(exact - before) <= DEAD_BAND ? before : Math.round(exact);
}

/** Places of the symbols, each followed by the one not yet placed that moves most like it over the whole session. */
function ordered({ symbols, rows }: Closes, window: number): number[] {
  const span = Math.max(window, rows.length - 1);
  const whole = new RollingCorrelation({ symbols, window: span, minPeriods: 2, input: 'log-returns' });
  for (const row of rows) whole.push(row);
  const size = symbols.length;
  const matrix = whole.matrix();
  const waiting = new Set(symbols.keys());
  const order: number[] = [];
  for (let last = 0; waiting.size > 0;) {
    order.push(last);
    waiting.delete(last);
    let best = -Infinity;
    const from = last * size;
    for (const place of waiting) {
      const likeness = matrix[from + place] ?? Number.NaN;
      if (!(likeness > best) && best > -Infinity) continue;
      best = Number.isNaN(likeness) ? -1 : likeness;
      last = place;
    }
  }
  return order;
}

function meanOf(matrix: Float64Array, size: number): number {
  let sum = 0;
  let count = 0;
  for (let row = 1; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const value = matrix[row * size + column] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  }
  return sum / count;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
