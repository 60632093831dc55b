import { RollingMin, rollingMin } from 'tickwise/indicators';
import type { Benchmark } from '../runner/contract.js';
import { indicatorts, ixjb, stdlib, technical, tulind } from './support/peers.js';
import { batch, floor, LENGTH, NOTE, points, RIGHT, SERIES, smallestOf, stream, windows } from './support/series.js';

const PERIOD = 200;
const expected = (): Float64Array[] => [windows(PERIOD, smallestOf)];

export default {
  question: 'how long does the smallest of 200 take per point, over 10^6 points?',
  operation: 'point',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'rollingMin, out reused',
      ours: true,
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => rollingMin(points(count), PERIOD, { out: out.subarray(0, count) }), expected);
      },
    },
    {
      name: 'RollingMin, stream',
      ours: true,
      setup() {
        const live = new RollingMin(PERIOD);
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) out[i] = live.push(SERIES[i] ?? 0);
        }, expected);
      },
    },
    floor(expected),
    indicatorts('mmin', PERIOD, expected),
    ixjb('min', PERIOD, expected),
    tulind('min', PERIOD, expected),
    technical('Lowest', PERIOD, expected),
    stdlib('mmin', PERIOD, expected),
  ],
  note: `An amended bar is what a queue of candidates, as peers keep it, cannot take back. ${NOTE}`,
} satisfies Benchmark;
