import { RollingStats } from 'tickwise/rolling';
import type { Benchmark } from '../runner/contract.js';
import { deviationOf, LENGTH, RIGHT, SERIES, stream, windows } from '../indicators/support/series.js';
import { stdlib } from '../indicators/support/peers.js';

const WINDOW = 200;
const expected = (): Float64Array[] => [windows(WINDOW, (from, to) => deviationOf(from, to, 1))];

export default {
  question: `how long do the statistics of a window of ${WINDOW} take per value, deviation read?`,
  headline: true,
  operation: 'value',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'RollingStats, deviation and extremes',
      ours: true,
      setup() {
        const live = new RollingStats({ window: WINDOW });
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) {
            live.push(SERIES[i] ?? 0);
            out[i] = live.std;
          }
        }, expected);
      },
    },
    {
      name: 'two passes over the window',
      setup: () =>
        stream((from, to, out) => {
          for (let i = from; i < to; i++) {
            out[i] = i + 1 < WINDOW ? Number.NaN : deviationOf(i + 1 - WINDOW, i + 1, 1);
          }
        }, expected),
    },
    stdlib('mstdev', WINDOW, expected),
  ],
  note: 'The accumulator of @stdlib keeps the deviation alone; it never gets over the wrong print and is refused.',
} satisfies Benchmark;
