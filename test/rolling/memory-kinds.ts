import type { RollingCorrelationOptions } from 'tickwise/rolling';
import { seeded } from './naive.js';

export const SYMBOLS = Array.from({ length: 12 }, (_, index) => `S${index}`);

const random = seeded(8);

/** Bars without a gap. */
export const wholeBars = Array.from({ length: 512 }, () => Float64Array.from(SYMBOLS, () => 1_000 + 100 * random()));

/** Ways of a matrix that take memory each in their own manner. */
export const kinds: readonly [string, Omit<RollingCorrelationOptions, 'symbols' | 'window'>][] = [
  ['floats', {}],
  ['floats in JavaScript', { engine: 'js' }],
  ['ticks', { tickSize: 1 }],
  ['log returns', { input: 'log-returns' }],
  ['whole bars', { missing: 'listwise' }],
  ['filled bars', { missing: 'forward-fill' }],
];
