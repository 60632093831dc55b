import { Rsi, rsi } from 'tickwise/indicators';
import type { Benchmark } from '../runner/contract.js';
import { indicatorts, ixjb, technical, tradingSignals, tulind } from './support/peers.js';
import { batch, floor, LENGTH, NOTE, points, RIGHT, SERIES, stream } from './support/series.js';

const PERIOD = 14;
const expected = (): Float64Array[] => {
  let [gain, loss] = [0, 0];
  return [
    SERIES.map((value, index) => {
      const change = index === 0 ? 0 : value - (SERIES[index - 1] ?? 0);
      gain += (Math.max(change, 0) - gain) / PERIOD;
      loss += (Math.max(-change, 0) - loss) / PERIOD;
      return (100 * gain) / (gain + loss);
    }),
  ];
};

export default {
  question: 'how long does an RSI of 14 take per point, over 10^6 points?',
  operation: 'point',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'rsi, out reused',
      ours: true,
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => rsi(points(count), PERIOD, { out: out.subarray(0, count) }), expected);
      },
    },
    {
      name: 'Rsi, stream',
      ours: true,
      setup() {
        const live = new Rsi(PERIOD);
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) out[i] = live.push(SERIES[i] ?? 0);
        }, expected);
      },
    },
    floor(expected),
    indicatorts('rsi', PERIOD, expected),
    ixjb('rsi', PERIOD, expected),
    tulind('rsi', PERIOD, expected),
    technical('RSI', PERIOD, expected),
    tradingSignals('RSI', PERIOD, expected),
  ],
  note: `Seeds differ, and no longer matter where lines are compared. technicalindicators rounds to two decimals and is refused. ${NOTE}`,
} satisfies Benchmark;
