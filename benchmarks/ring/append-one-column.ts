import { RingBuffer, SeriesRing } from 'tickwise/ring';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { DenqueModule, MnemonistModule, RingBufferJsModule, RingBufferTsModule } from './support/peers.js';
import { PRICE_MASK, PRICES, priceAt } from './support/prices.js';

const CAPACITY = 1_000;

/** Feeds prices to a ring; the answer is all it holds. The loop is written out per ring, to be inlined. */
function feed(run: (from: number, to: number) => void, content: () => ArrayLike<number>): Instance {
  let done = 0;
  return {
    run(operations) {
      run(done, done + operations);
      done += operations;
    },
    answer: () => Array.from(content()),
  };
}

export default {
  question: `how long does one number take to go into a full ring of ${CAPACITY}?`,
  operation: 'append',
  checkOperations: 3 * CAPACITY + 7,
  reference: (operations) =>
    Array.from({ length: Math.min(operations, CAPACITY) }, (_, i, held = Math.min(operations, CAPACITY)) =>
      priceAt(operations - held + i),
    ),
  contenders: [
    {
      name: 'SeriesRing.append, mirrored',
      ours: true,
      setup() {
        const ring = new SeriesRing({ capacity: CAPACITY, columns: { price: 'f64' } });
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.append(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => ring.window('price', ring.size),
        );
      },
    },
    {
      name: 'SeriesRing.append, compact',
      ours: true,
      setup() {
        const ring = new SeriesRing({ capacity: CAPACITY, columns: { price: 'f64' }, layout: 'compact' });
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.append(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => ring.window('price', ring.size),
        );
      },
    },
    {
      name: 'RingBuffer.push',
      ours: true,
      setup() {
        const ring = new RingBuffer<number>(CAPACITY);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.push(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => ring.toArray(),
        );
      },
    },
    {
      name: 'denque',
      package: 'denque',
      setup({ default: Denque }: DenqueModule) {
        const queue = new Denque<number>(undefined, { capacity: CAPACITY });
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) queue.push(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => Array.from({ length: queue.length }, (_, i) => queue.peekAt(i)),
        );
      },
    },
    {
      name: 'mnemonist CircularBuffer',
      package: 'mnemonist',
      setup({ CircularBuffer }: MnemonistModule) {
        const ring = new CircularBuffer(Float64Array, CAPACITY);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.push(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => Array.from({ length: ring.size }, (_, i) => ring.get(i)),
        );
      },
    },
    {
      name: 'ring-buffer-ts',
      package: 'ring-buffer-ts',
      setup({ default: { RingBuffer: Ring } }: RingBufferTsModule) {
        const ring = new Ring<number>(CAPACITY);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.add(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => ring.getLastN(CAPACITY),
        );
      },
    },
    {
      name: 'ringbufferjs',
      package: 'ringbufferjs',
      setup({ default: Ring }: RingBufferJsModule) {
        const ring = new Ring<number>(CAPACITY);
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) ring.enq(PRICES[i & PRICE_MASK] ?? 0);
          },
          () => ring.peekN(ring.size()),
        );
      },
    },
    {
      name: 'array push and shift',
      setup() {
        const items: number[] = [];
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              items.push(PRICES[i & PRICE_MASK] ?? 0);
              if (items.length > CAPACITY) items.shift();
            }
          },
          () => items,
        );
      },
    },
    {
      name: 'Float64Array by hand, once',
      floor: true,
      setup() {
        const data = new Float64Array(CAPACITY);
        let head = 0;
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              data[head] = PRICES[i & PRICE_MASK] ?? 0;
              head = head + 1 === CAPACITY ? 0 : head + 1;
            }
          },
          () => [...data.subarray(head), ...data.subarray(0, head)],
        );
      },
    },
  ],
} satisfies Benchmark;
