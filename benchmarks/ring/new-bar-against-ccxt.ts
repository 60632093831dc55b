import type { Benchmark, Instance } from '../runner/contract.js';
import { CAPACITY, candleAt, candlesOf, CCXT_FILE, ccxtCandles, ringOfCandles, timeOf } from './support/candles.js';
import type { CcxtCacheModule } from './support/peers.js';
import { PRICE_MASK, PRICES } from './support/prices.js';

/** Adds new candles; the answer is all that are held. Each contender has a loop of its own, so that it is inlined. */
function feed(run: (from: number, to: number) => void, candles: () => readonly (readonly number[])[]): Instance {
  let done = 0;
  return {
    run(operations) {
      run(done, done + operations);
      done += operations;
    },
    answer: candles,
  };
}

function ring(isOrdered: boolean): Instance {
  const candles = ringOfCandles(isOrdered);
  return feed(
    (from, to) => {
      for (let i = from; i < to; i++) {
        const price = PRICES[i & PRICE_MASK] ?? 0;
        candles.append(timeOf(i), price, price + 13, price - 11, price, i & 255);
      }
    },
    () => candlesOf(candles),
  );
}

export default {
  question: `how long does a new bar take to go into the newest ${CAPACITY}, against the cache of ccxt?`,
  operation: 'bar',
  checkOperations: 2 * CAPACITY + 7,
  reference: (operations) => Array.from({ length: CAPACITY }, (_, i) => candleAt(operations - CAPACITY + i)),
  note: 'ccxt moves all candles one place down and keeps a map by time. The ordered ring refuses or merges late bars as well.',
  contenders: [
    { name: 'SeriesRing.append', ours: true, setup: () => ring(false) },
    { name: 'SeriesRing.append, ordered by time', ours: true, setup: () => ring(true) },
    {
      name: 'ccxt ArrayCacheByTimestamp',
      package: 'ccxt',
      file: CCXT_FILE,
      setup(module: CcxtCacheModule) {
        const cache = ccxtCandles(module);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              cache.add([timeOf(i), price, price + 13, price - 11, price, i & 255]);
            }
          },
          () => cache.candles(),
        );
      },
    },
    {
      name: 'array push and shift',
      setup() {
        const candles: number[][] = [];
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              candles.push([timeOf(i), price, price + 13, price - 11, price, i & 255]);
              if (candles.length > CAPACITY) candles.shift();
            }
          },
          () => candles,
        );
      },
    },
    {
      name: 'one Float64Array by hand',
      floor: true,
      setup() {
        const data = new Float64Array(6 * CAPACITY);
        let head = 0;
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              data[head] = timeOf(i);
              data[head + 1] = price;
              data[head + 2] = price + 13;
              data[head + 3] = price - 11;
              data[head + 4] = price;
              data[head + 5] = i & 255;
              head = head + 6 === data.length ? 0 : head + 6;
            }
          },
          () => Array.from({ length: CAPACITY }, (_, i) => row(data, (head / 6 + i) % CAPACITY)),
        );
      },
    },
  ],
} satisfies Benchmark;

function row(data: Float64Array, i: number): number[] {
  return [...data.subarray(6 * i, 6 * i + 6)];
}
