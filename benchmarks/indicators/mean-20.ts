import { Sma, sma } from 'tickwise/indicators';
import type { Benchmark } from '../runner/contract.js';
import { indicatorts, ixjb, stdlib, technical, tradingSignals, tulind } from './support/peers.js';
import { batch, floor, LENGTH, meanOf, NOTE, points, RIGHT, SERIES, stream, windows } from './support/series.js';

const PERIOD = 20;
const expected = (): Float64Array[] => [windows(PERIOD, meanOf)];

export default {
  question: 'how long does a mean of 20 take per point, over 10^6 points?',
  headline: true,
  operation: 'point',
  checkOperations: LENGTH,
  reference: () => RIGHT,
  contenders: [
    {
      name: 'sma, out reused',
      ours: true,
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => sma(points(count), PERIOD, { out: out.subarray(0, count) }), expected);
      },
    },
    {
      name: 'Sma, stream',
      ours: true,
      setup() {
        const live = new Sma(PERIOD);
        return stream((from, to, out) => {
          for (let i = from; i < to; i++) out[i] = live.push(SERIES[i] ?? 0);
        }, expected);
      },
    },
    {
      name: 'running sum by hand',
      setup() {
        const out = new Float64Array(LENGTH);
        return batch((count) => {
          let sum = 0;
          for (let i = 0; i < count; i++) {
            sum += SERIES[i] ?? 0;
            if (i >= PERIOD) sum -= SERIES[i - PERIOD] ?? 0;
            out[i] = i >= PERIOD - 1 ? sum / PERIOD : Number.NaN;
          }
          return out;
        }, expected);
      },
    },
    floor(expected),
    indicatorts('sma', PERIOD, expected),
    ixjb('sma', PERIOD, expected),
    tulind('sma', PERIOD, expected),
    technical('SMA', PERIOD, expected),
    tradingSignals('SMA', PERIOD, expected),
    stdlib('mmean', PERIOD, expected),
  ],
  note: `One print in the series is wrong. A running sum, ours by hand as well, never gets over it and is refused. ${NOTE}`,
} satisfies Benchmark;
