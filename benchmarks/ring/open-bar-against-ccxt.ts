import type { Benchmark, Instance } from '../runner/contract.js';
import { CAPACITY, candleAt, candlesOf, CCXT_FILE, ccxtCandles, ringOfCandles } from './support/candles.js';
import type { CcxtCacheModule } from './support/peers.js';

const OPEN = CAPACITY - 1;
const [TS, PRICE, HIGH, LOW, , VOLUME] = candleAt(OPEN);

/** Updates the open candle; the answer is all candles. Each contender has a loop of its own, so that it is inlined. */
function update(run: (from: number, to: number) => void, candles: () => readonly (readonly number[])[]): Instance {
  let done = 0;
  return {
    run(operations) {
      run(done, done + operations);
      done += operations;
    },
    answer: candles,
  };
}

export default {
  question: `how long does an update of the open bar take, the newest of ${CAPACITY}, against the cache of ccxt?`,
  operation: 'update',
  checkOperations: 1_007,
  reference: (operations) =>
    Array.from({ length: CAPACITY }, (_, i) => (i === OPEN ? candleAt(i, operations) : candleAt(i))),
  note: 'amend takes an object of what changed, made in the loop, append a whole bar.',
  contenders: [
    {
      name: 'SeriesRing.amend',
      ours: true,
      setup() {
        const ring = ringOfCandles(false);
        for (let i = 0; i <= OPEN; i++) ring.append(...candleAt(i));
        return update(
          (from, to) => {
            for (let i = from + 1; i <= to; i++) ring.amend({ high: HIGH + i, close: PRICE + i, volume: VOLUME + i });
          },
          () => candlesOf(ring),
        );
      },
    },
    {
      name: 'SeriesRing.append, ordered by time',
      ours: true,
      setup() {
        const ring = ringOfCandles(true);
        for (let i = 0; i <= OPEN; i++) ring.append(...candleAt(i));
        return update(
          (from, to) => {
            for (let i = from + 1; i <= to; i++) ring.append(TS, PRICE, HIGH + i, LOW, PRICE + i, VOLUME + i);
          },
          () => candlesOf(ring),
        );
      },
    },
    {
      name: 'ccxt ArrayCacheByTimestamp',
      package: 'ccxt',
      file: CCXT_FILE,
      setup(module: CcxtCacheModule) {
        const cache = ccxtCandles(module);
        for (let i = 0; i <= OPEN; i++) cache.add(candleAt(i));
        return update(
          (from, to) => {
            for (let i = from + 1; i <= to; i++) cache.add([TS, PRICE, HIGH + i, LOW, PRICE + i, VOLUME + i]);
          },
          () => cache.candles(),
        );
      },
    },
    {
      name: 'fields of an array by hand',
      floor: true,
      setup() {
        const candles = Array.from({ length: CAPACITY }, (_, i) => candleAt(i));
        const open = candles[OPEN] ?? candleAt(OPEN);
        return update(
          (from, to) => {
            for (let i = from + 1; i <= to; i++) {
              open[2] = HIGH + i;
              open[4] = PRICE + i;
              open[5] = VOLUME + i;
            }
          },
          () => candles,
        );
      },
    },
  ],
} satisfies Benchmark;
