import { SeriesRing } from 'tickwise/ring';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { CircularBuffer, DenqueModule, MnemonistModule, RingBufferTsModule } from './support/peers.js';
import { PRICE_MASK, PRICES, priceAt } from './support/prices.js';

const CAPACITY = 1_000;

type Bar = readonly [ts: number, open: number, high: number, low: number, close: number, volume: number];

/** Bar i. The loops below write it out, so that no array is made for those who need none. */
function barAt(i: number): Bar {
  const price = priceAt(i);
  return [i * 60_000, price, price + 13, price - 11, price + 2, i & 255];
}

function feed(run: (from: number, to: number) => void, bars: () => Iterable<Bar>): Instance {
  let done = 0;
  return {
    run(operations) {
      run(done, done + operations);
      done += operations;
    },
    answer: () => [...bars()],
  };
}

function array(): Float64Array {
  return new Float64Array(CAPACITY);
}

function series(layout: 'mirrored' | 'compact'): Instance {
  const columns = { ts: 'f64', open: 'f64', high: 'f64', low: 'f64', close: 'f64', volume: 'f64' } as const;
  const ring = new SeriesRing({ capacity: CAPACITY, columns, layout });
  return feed(
    (from, to) => {
      for (let i = from; i < to; i++) {
        const price = PRICES[i & PRICE_MASK] ?? 0;
        ring.append(i * 60_000, price, price + 13, price - 11, price + 2, i & 255);
      }
    },
    function* () {
      for (let i = 0; i < ring.size; i++) {
        const row = ring.row(i);
        if (row !== undefined) yield [row.ts, row.open, row.high, row.low, row.close, row.volume];
      }
    },
  );
}

export default {
  question: `how long does a bar of six numbers take to go into a full ring of ${CAPACITY}?`,
  headline: true,
  operation: 'bar',
  checkOperations: 2 * CAPACITY + 7,
  reference: (operations) => Array.from({ length: CAPACITY }, (_, i) => barAt(operations - CAPACITY + i)),
  note: 'denque and ring-buffer-ts hold one array per bar, made in the loop: their windows need a copy per column.',
  contenders: [
    { name: 'SeriesRing.append, mirrored', ours: true, setup: () => series('mirrored') },
    { name: 'SeriesRing.append, compact', ours: true, setup: () => series('compact') },
    {
      name: 'mnemonist CircularBuffer × 6',
      package: 'mnemonist',
      setup({ CircularBuffer: Ring }: MnemonistModule) {
        const make = (): CircularBuffer => new Ring(Float64Array, CAPACITY);
        const [ts, open, high, low, close, volume] = [make(), make(), make(), make(), make(), make()];
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              ts.push(i * 60_000);
              open.push(price);
              high.push(price + 13);
              low.push(price - 11);
              close.push(price + 2);
              volume.push(i & 255);
            }
          },
          function* () {
            for (let i = 0; i < ts.size; i++)
              yield [ts.get(i), open.get(i), high.get(i), low.get(i), close.get(i), volume.get(i)];
          },
        );
      },
    },
    {
      name: 'denque of arrays',
      package: 'denque',
      setup({ default: Denque }: DenqueModule) {
        const queue = new Denque<Bar>(undefined, { capacity: CAPACITY });
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              queue.push([i * 60_000, price, price + 13, price - 11, price + 2, i & 255]);
            }
          },
          () => Array.from({ length: queue.length }, (_, i) => queue.peekAt(i)),
        );
      },
    },
    {
      name: 'ring-buffer-ts of arrays',
      package: 'ring-buffer-ts',
      setup({ default: { RingBuffer: Ring } }: RingBufferTsModule) {
        const ring = new Ring<Bar>(CAPACITY);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              ring.add([i * 60_000, price, price + 13, price - 11, price + 2, i & 255]);
            }
          },
          () => ring.getLastN(CAPACITY),
        );
      },
    },
    {
      name: 'six Float64Arrays by hand, once',
      floor: true,
      setup() {
        const [ts, open, high, low, close, volume] = [array(), array(), array(), array(), array(), array()];
        let head = 0;
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const price = PRICES[i & PRICE_MASK] ?? 0;
              ts[head] = i * 60_000;
              open[head] = price;
              high[head] = price + 13;
              low[head] = price - 11;
              close[head] = price + 2;
              volume[head] = i & 255;
              head = head + 1 === CAPACITY ? 0 : head + 1;
            }
          },
          function* () {
            for (let k = 0; k < CAPACITY; k++) {
              const i = (head + k) % CAPACITY;
              yield [ts[i] ?? 0, open[i] ?? 0, high[i] ?? 0, low[i] ?? 0, close[i] ?? 0, volume[i] ?? 0];
            }
          },
        );
      },
    },
  ],
} satisfies Benchmark;
