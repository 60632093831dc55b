// The thread that writes records: waits until it is asked for some, writes them, waits again.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { SharedRing, type SharedRingHandle } from 'tickwise/ring';
import { BATCH, CAPACITY, CONTROL, fill, type RingBufModule, WIDTH } from './record.js';

/** How records travel. */
export type Transport =
  | { readonly type: 'claim' | 'write' | 'paced'; readonly handle: SharedRingHandle }
  | { readonly type: 'by-hand'; readonly words: Int32Array; readonly values: Float64Array }
  | { readonly type: 'ringbuf'; readonly memory: SharedArrayBuffer; readonly records: number }
  | { readonly type: 'objects' | 'batches'; readonly port: MessagePort };

/** Writes the records from `from` to `end`. */
type Write = (from: number, end: number) => void;

// Written by `feed`.
const { transport, control } = workerData as { readonly transport: Transport; readonly control: Int32Array };

function writeBy(way: Transport): Write | Promise<Write> {
  switch (way.type) {
    case 'claim':
      return claiming(SharedRing.attach(way.handle));
    case 'write':
      return writing(SharedRing.attach(way.handle));
    case 'paced':
      return paced(claiming(SharedRing.attach(way.handle)));
    case 'by-hand':
      return byHand(way.words, way.values);
    case 'ringbuf':
      return ringbuf(way.memory, way.records);
    case 'objects':
      return objects(way.port);
    case 'batches':
    default:
      return batches(way.port);
  }
}

function claiming(ring: SharedRing): Write {
  const writer = ring.writer();
  const { values } = writer;
  return (from, end) => {
    for (let i = from; i < end; i++) {
      fill(values, writer.claim(), i);
      writer.commit();
    }
    writer.flush();
  };
}

function writing(ring: SharedRing): Write {
  const writer = ring.writer();
  return (from, end) => {
    for (let i = from; i < end; i++) writer.write(i, 60_000.5, i * 0.5, 1, 2, 3, 4, i);
    writer.flush();
  };
}

/** Stays less than a ring ahead of the reader, so that it reads all of a broadcast. */
function paced(write: Write): Write {
  return (from, end) => {
    for (let next = from; next < end;) {
      const room = Atomics.load(control, CONTROL.read) + CAPACITY - next;
      if (room < BATCH && room < end - next) continue;
      write(next, Math.min(end, next + room));
      next = Math.min(end, next + room);
    }
  };
}

function byHand(words: Int32Array, values: Float64Array): Write {
  return (from, end) => {
    let tail = Atomics.load(words, 32);
    for (let i = from; i < end; i++) {
      if (i - tail === CAPACITY) {
        Atomics.store(words, 0, i);
        while (i - tail === CAPACITY) tail = Atomics.load(words, 32);
      }
      fill(values, (i & (CAPACITY - 1)) * WIDTH, i);
      if ((i & (BATCH - 1)) === BATCH - 1) Atomics.store(words, 0, i + 1);
    }
    Atomics.store(words, 0, end);
  };
}

async function ringbuf(memory: SharedArrayBuffer, records: number): Promise<Write> {
  // A name that the type checker does not follow: the package may not be installed.
  const name: string = 'ringbuf.js';
  const { RingBuffer }: RingBufModule = await import(name);
  const ring = new RingBuffer(memory, Float64Array);
  const batch = new Float64Array(records * WIDTH);
  return (from, end) => {
    for (let next = from; next < end;) {
      const size = Math.min(records, end - next);
      for (let i = 0; i < size; i++) fill(batch, i * WIDTH, next + i);
      const part = size === records ? batch : batch.subarray(0, size * WIDTH);
      while (ring.availableWrite() < part.length);
      ring.push(part);
      next += size;
    }
  };
}

function objects(port: MessagePort): Write {
  return (from, end) => {
    for (let i = from; i < end; i++)
      port.postMessage({ id: i, price: 60_000.5, half: i * 0.5, a: 1, b: 2, c: 3, d: 4, again: i }, []);
  };
}

/** 1 024 records per message, whose memory changes hands. */
function batches(port: MessagePort): Write {
  return (from, end) => {
    for (let next = from; next < end; next += 1_024) {
      const size = Math.min(1_024, end - next);
      const values = new Float64Array(size * WIDTH);
      for (let i = 0; i < size; i++) fill(values, i * WIDTH, next + i);
      port.postMessage(values, [values.buffer]);
    }
  };
}

const write = await writeBy(transport);
parentPort?.postMessage('ready', []);
for (let next = 0; ;) {
  const wanted = nextOrder();
  write(next, next + wanted);
  next += wanted;
}

/** Awake for some milliseconds, so that an order right after the last one need not wake the thread. */
function nextOrder(): number {
  for (let looks = 0; looks < 200_000; looks++) if (Atomics.load(control, CONTROL.wanted) > 0) break;
  Atomics.wait(control, CONTROL.wanted, 0);
  return Atomics.exchange(control, CONTROL.wanted, 0);
}
