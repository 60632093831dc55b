import { RingBuffer, SeriesRing } from 'tickwise/ring';
import type { Contender, Instance } from '../../runner/contract.js';
import type { DenqueModule, MnemonistModule, RingBufferJsModule, RingBufferTsModule } from './peers.js';

/** Rows held. */
export const CAPACITY = 1_000;
/** Rows asked for. */
export const WINDOW = 200;

/** A ring of prices that can be asked for its newest `WINDOW`. */
export interface WindowedRing {
  push(price: number): void;
  window(): ArrayLike<number>;
}

/** A contender before it is known what is timed. */
interface WindowContender extends Omit<Contender, 'setup'> {
  make(module: unknown): WindowedRing;
}

/** Everybody who keeps `CAPACITY` prices and gives the newest `WINDOW` of them, oldest first. */
export function windowContenders(drive: (ring: WindowedRing) => Instance): readonly Contender[] {
  const contenders: Contender[] = [];
  for (const contender of WINDOW_CONTENDERS)
    contenders.push({ ...contender, setup: (module) => drive(contender.make(module)) });
  return contenders;
}

const WINDOW_CONTENDERS: readonly WindowContender[] = [
  { name: 'SeriesRing.window, mirrored', ours: true, make: () => series('mirrored') },
  { name: 'SeriesRing.window into out, compact', ours: true, make: () => series('compact') },
  {
    name: 'RingBuffer.toArray',
    ours: true,
    make() {
      const ring = new RingBuffer<number>(CAPACITY);
      return { push: (price) => void ring.push(price), window: () => ring.toArray(WINDOW) };
    },
  },
  {
    name: 'denque',
    package: 'denque',
    make({ default: Denque }: DenqueModule) {
      const queue = new Denque<number>(undefined, { capacity: CAPACITY });
      return {
        push: (price) => void queue.push(price),
        window() {
          const out: number[] = [];
          for (let i = queue.length - WINDOW; i < queue.length; i++) out.push(queue.peekAt(i));
          return out;
        },
      };
    },
  },
  {
    name: 'mnemonist CircularBuffer',
    package: 'mnemonist',
    make({ CircularBuffer }: MnemonistModule) {
      const ring = new CircularBuffer(Float64Array, CAPACITY);
      return {
        push: (price) => ring.push(price),
        window() {
          const out = new Float64Array(WINDOW);
          const start = ring.size - WINDOW;
          for (let i = 0; i < WINDOW; i++) out[i] = ring.get(start + i);
          return out;
        },
      };
    },
  },
  {
    name: 'ring-buffer-ts',
    package: 'ring-buffer-ts',
    make({ default: { RingBuffer: Ring } }: RingBufferTsModule) {
      const ring = new Ring<number>(CAPACITY);
      return { push: (price) => ring.add(price), window: () => ring.getLastN(WINDOW) };
    },
  },
  {
    name: 'ringbufferjs',
    package: 'ringbufferjs',
    make({ default: Ring }: RingBufferJsModule) {
      const ring = new Ring<number>(CAPACITY);
      return { push: (price) => void ring.enq(price), window: () => ring.peekN(ring.size()).slice(-WINDOW) };
    },
  },
  {
    name: 'array push, shift and slice',
    make() {
      const items: number[] = [];
      return {
        push(price) {
          items.push(price);
          if (items.length > CAPACITY) items.shift();
        },
        window: () => items.slice(-WINDOW),
      };
    },
  },
  { name: 'mirrored Float64Array by hand, views reused', floor: true, make: handWritten },
];

function series(layout: 'mirrored' | 'compact'): WindowedRing {
  const ring = new SeriesRing({ capacity: CAPACITY, columns: { price: 'f64' }, layout });
  const out = new Float64Array(WINDOW);
  if (layout === 'compact')
    return { push: (price) => ring.append(price), window: () => ring.window('price', WINDOW, out) };
  return { push: (price) => ring.append(price), window: () => ring.window('price', WINDOW) };
}

/** The least: no check of anything, and one view object per position, which tells nobody when its rows are gone. */
function handWritten(): WindowedRing {
  const data = new Float64Array(2 * CAPACITY);
  const views = Array.from({ length: CAPACITY }, (_, i) => data.subarray(i + CAPACITY - WINDOW, i + CAPACITY));
  let head = 0;
  return {
    push(price) {
      data[head] = price;
      data[head + CAPACITY] = price;
      head = head + 1 === CAPACITY ? 0 : head + 1;
    },
    window: () => views[head] ?? data,
  };
}
