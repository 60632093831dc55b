import { Ema, ema } from 'tickwise/indicators';
import type { Benchmark } from '../runner/contract.js';
import { indicatorts, ixjb, technical, tradingSignals, tulind } from './support/peers.js';
import { batch, floor, LENGTH, NOTE, points, RIGHT, SERIES, stream } from './support/series.js';

const PERIOD = 20;
const expected = (): Float64Array[] => {
  let average = SERIES[0] ?? 0;
  return [SERIES.map((value) => (average += (2 / (PERIOD + 1)) * (value - average)))];
};

export default {
  question: 'how long does an exponential average of 20 take per point, over 10^6 points?',
  headline: true,
  operation: 'point',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'ema, out reused',
      ours: true,
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => ema(points(count), PERIOD, { out: out.subarray(0, count) }), expected);
      },
    },
    {
      name: 'Ema, stream',
      ours: true,
      setup() {
        const live = new Ema(PERIOD);
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) out[i] = live.push(SERIES[i] ?? 0);
        }, expected);
      },
    },
    floor(expected),
    indicatorts('ema', PERIOD, expected),
    ixjb('ema', PERIOD, expected),
    tulind('ema', PERIOD, expected),
    technical('EMA', PERIOD, expected),
    tradingSignals('EMA', PERIOD, expected),
  ],
  note: `Seeds differ, and no longer matter where lines are compared. ${NOTE}`,
} satisfies Benchmark;
