import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { SharedRing } from 'tickwise/ring';
import type { Benchmark, Contender, Instance } from '../runner/contract.js';
import {
  BATCH,
  CAPACITY,
  CONTROL,
  FIELDS,
  isRecord,
  type RecordObject,
  PER_OPERATION,
  type RingBufModule,
  WIDTH,
  wrongOnes,
} from './support/record.js';
import { feed, type Findings } from './support/record-feed.js';

/** Reads a message at a time, and waits for none. */
function receiving(port: MessagePort, read: (message: unknown) => void): () => void {
  return () => {
    const received: { message: unknown } | undefined = receiveMessageOnPort(port);
    if (received !== undefined) read(received.message);
  };
}

function overPort(
  type: 'objects' | 'batches',
  read: (findings: Findings, message: unknown) => void,
): Promise<Instance> {
  const { port1, port2 } = new MessageChannel();
  return feed({ type, port: port2 }, (findings) => receiving(port1, (message) => read(findings, message)), [port2]);
}

function single(type: 'claim' | 'write'): Contender['setup'] {
  return () => {
    const ring = new SharedRing({ capacity: CAPACITY, batch: BATCH, fields: FIELDS, timeout: Infinity });
    return feed({ type, handle: ring.handle }, (findings) => {
      const reader = ring.reader();
      const visit = (values: Float64Array, from: number, to: number): void => {
        findings.wrong += wrongOnes(values, from, to, findings.next);
        findings.next += (to - from) / WIDTH;
      };
      return () => {
        reader.wait(60_000);
        reader.poll(visit);
      };
    });
  };
}

function ringbuf(records: number): Contender['setup'] {
  return (module) => {
    // The runner imports the package named beside it.
    const { RingBuffer } = module as RingBufModule;
    const memory = RingBuffer.getStorageForCapacity(CAPACITY * WIDTH, Float64Array);
    return feed({ type: 'ringbuf', memory, records }, (findings) => {
      const ring = new RingBuffer(memory, Float64Array);
      const values = new Float64Array(256 * WIDTH);
      return () => {
        const length = Math.min(values.length, ring.availableRead());
        if (length === 0) return;
        ring.pop(values, length);
        findings.wrong += wrongOnes(values, 0, length, findings.next);
        findings.next += length / WIDTH;
      };
    });
  };
}

export default {
  question: 'how long do 1 000 records of 64 bytes take from one thread to another, every field read and checked?',
  operation: '1 000 records',
  unit: 'wall-ns',
  checkOperations: 200,
  reference: (operations) => ({ next: operations * PER_OPERATION, wrong: 0 }),
  note:
    'SharedRing sleeps when there is nothing to read, the others look all the time, for they cannot wait. Messages are ' +
    'received without the event loop. Two threads need two free cores: on a busy machine everything takes longer.',
  contenders: [
    { name: 'SharedRing, claim and commit', ours: true, setup: single('claim') },
    { name: 'SharedRing, write', ours: true, setup: single('write') },
    {
      name: 'SharedRing, broadcast',
      ours: true,
      setup() {
        const ring = new SharedRing({ capacity: CAPACITY, batch: BATCH, fields: FIELDS, mode: 'broadcast' });
        return feed({ type: 'paced', handle: ring.handle }, (findings, control) => {
          const reader = ring.reader();
          const visit = (values: Float64Array, from: number, to: number, missed: number): void => {
            findings.next += missed;
            findings.wrong += missed + wrongOnes(values, from, to, findings.next);
            findings.next += (to - from) / WIDTH;
          };
          return () => {
            reader.wait(60_000);
            reader.poll(visit);
            Atomics.store(control, CONTROL.read, findings.next);
          };
        });
      },
    },
    { name: 'ringbuf.js, record by record', package: 'ringbuf.js', setup: ringbuf(1) },
    { name: `ringbuf.js, ${BATCH} records at a time`, package: 'ringbuf.js', setup: ringbuf(BATCH) },
    {
      name: 'postMessage of an object',
      setup: () =>
        overPort('objects', (findings, message) => {
          // Sent by `objects` in the thread.
          if (!isRecord(message as RecordObject, findings.next)) findings.wrong++;
          findings.next++;
        }),
    },
    {
      name: 'postMessage of 1 024 records, transferred',
      setup: () =>
        overPort('batches', (findings, message) => {
          const values = message as Float64Array; // sent by `batches` in the thread
          findings.wrong += wrongOnes(values, 0, values.length, findings.next);
          findings.next += values.length / WIDTH;
        }),
    },
    {
      name: 'shared memory by hand',
      floor: true,
      setup() {
        const words = new Int32Array(new SharedArrayBuffer(256));
        const values = new Float64Array(new SharedArrayBuffer(CAPACITY * WIDTH * 8));
        return feed({ type: 'by-hand', words, values }, (findings) => () => {
          const head = Atomics.load(words, 0);
          while (findings.next < head) {
            const from = (findings.next & (CAPACITY - 1)) * WIDTH;
            const to = Math.min(from + (head - findings.next) * WIDTH, values.length);
            findings.wrong += wrongOnes(values, from, to, findings.next);
            findings.next += (to - from) / WIDTH;
          }
          Atomics.store(words, 32, findings.next);
        });
      },
    },
  ],
} satisfies Benchmark;
