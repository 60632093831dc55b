import { RollingStd, rollingStd } from 'tickwise/indicators';
import type { Benchmark } from '../runner/contract.js';
import { indicatorts, ixjb, stdlib, technical, tulind } from './support/peers.js';
import { batch, deviationOf, floor, LENGTH, NOTE, points, RIGHT, SERIES, stream, windows } from './support/series.js';

const PERIOD = 20;
const expected = (): Float64Array[] => [0, 1].map((ddof) => windows(PERIOD, (from, to) => deviationOf(from, to, ddof)));

export default {
  question: 'how long does a standard deviation of 20 take per point, over 10^6 points?',
  operation: 'point',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'rollingStd, out reused',
      ours: true,
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => rollingStd(points(count), PERIOD, { out: out.subarray(0, count), ddof: 0 }), expected);
      },
    },
    {
      name: 'RollingStd, stream',
      ours: true,
      setup() {
        const live = new RollingStd(PERIOD, { ddof: 0 });
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) out[i] = live.push(SERIES[i] ?? 0);
        }, expected);
      },
    },
    floor(expected),
    indicatorts('mstd', PERIOD, expected),
    ixjb('stddev', PERIOD, expected),
    tulind('stddev', PERIOD, expected),
    technical('SD', PERIOD, expected),
    stdlib('mstdev', PERIOD, expected),
  ],
  note: `One print in the series is wrong. Who keeps running sums never gets over it and is refused. ${NOTE}`,
} satisfies Benchmark;
