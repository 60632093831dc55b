import { RingBuffer, SeriesRing } from 'tickwise/ring';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { DenqueModule, RingBufferJsModule, RingBufferTsModule } from './support/peers.js';
import { priceAt } from './support/prices.js';

const CAPACITY = 1_000;

interface Bar {
  readonly ts: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Bars made beforehand: what is timed is keeping them. */
const BARS: readonly Bar[] = Array.from({ length: 1_024 }, (_, i) => {
  const price = priceAt(i);
  return { ts: i * 60_000, open: price, high: price + 13, low: price - 11, close: price + 2, volume: i };
});
const EMPTY: Bar = { ts: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 };

function keep(push: (bar: Bar) => void, bars: () => readonly (Bar | undefined)[]): Instance {
  let done = 0;
  return {
    run(operations) {
      const end = done + operations;
      for (; done < end; done++) push(BARS[done & 1_023] ?? EMPTY);
    },
    answer: bars,
  };
}

export default {
  question: `how long does a bar that exists as an object take to go into a full ring of ${CAPACITY}?`,
  operation: 'bar',
  checkOperations: 2 * CAPACITY + 7,
  reference: (operations) => Array.from({ length: CAPACITY }, (_, i) => BARS[(operations - CAPACITY + i) & 1_023]),
  note: 'Where SeriesRing loses: it copies six numbers into columns where the others keep a reference. RingBuffer keeps one too.',
  contenders: [
    {
      name: 'SeriesRing.push',
      ours: true,
      setup() {
        const columns = { ts: 'f64', open: 'f64', high: 'f64', low: 'f64', close: 'f64', volume: 'f64' } as const;
        const ring = new SeriesRing({ capacity: CAPACITY, columns });
        return keep(
          (bar) => ring.push(bar),
          () => Array.from({ length: ring.size }, (_, i) => ring.row(i)),
        );
      },
    },
    {
      name: 'RingBuffer.push',
      ours: true,
      setup() {
        const ring = new RingBuffer<Bar>(CAPACITY);
        return keep(
          (bar) => void ring.push(bar),
          () => ring.toArray(),
        );
      },
    },
    {
      name: 'denque',
      package: 'denque',
      setup({ default: Denque }: DenqueModule) {
        const queue = new Denque<Bar>(undefined, { capacity: CAPACITY });
        return keep(
          (bar) => void queue.push(bar),
          () => Array.from({ length: queue.length }, (_, i) => queue.peekAt(i)),
        );
      },
    },
    {
      name: 'ring-buffer-ts',
      package: 'ring-buffer-ts',
      setup({ default: { RingBuffer: Ring } }: RingBufferTsModule) {
        const ring = new Ring<Bar>(CAPACITY);
        return keep(
          (bar) => ring.add(bar),
          () => ring.getLastN(CAPACITY),
        );
      },
    },
    {
      name: 'ringbufferjs',
      package: 'ringbufferjs',
      setup({ default: Ring }: RingBufferJsModule) {
        const ring = new Ring<Bar>(CAPACITY);
        return keep(
          (bar) => void ring.enq(bar),
          () => ring.peekN(ring.size()),
        );
      },
    },
    {
      name: 'array push and shift',
      setup() {
        const items: Bar[] = [];
        return keep(
          (bar) => {
            items.push(bar);
            if (items.length > CAPACITY) items.shift();
          },
          () => items,
        );
      },
    },
    {
      name: 'array by hand',
      floor: true,
      setup() {
        const items = Array.from({ length: CAPACITY }, () => EMPTY);
        let head = 0;
        return keep(
          (bar) => {
            items[head] = bar;
            head = head + 1 === CAPACITY ? 0 : head + 1;
          },
          () => [...items.slice(head), ...items.slice(0, head)],
        );
      },
    },
  ],
} satisfies Benchmark;
