import { once } from 'node:events';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { Instance } from '../../runner/contract.js';
import { CONTROL, PER_OPERATION } from './record.js';
import type { Transport } from './record-thread.js';

/** What a consumer found. */
export interface Findings {
  /** The record that comes next. */
  next: number;
  /** Records that were not as they were written. */
  wrong: number;
}

/**
 * A thread that writes records when asked to, and a consumer here. `take` reads what has arrived, and notes it.
 *
 * The consumer spins: it runs in the thread whose time is taken, until it has read all it asked for.
 */
export async function feed(
  transport: Transport,
  makeTake: (findings: Findings, control: Int32Array) => () => void,
  transferList: readonly MessagePort[] = [],
): Promise<Instance> {
  const control = new Int32Array(new SharedArrayBuffer(256));
  const thread = new Worker(new URL('record-thread.js', import.meta.url), {
    workerData: { transport, control },
    transferList: [...transferList],
  });
  await once(thread, 'message');
  const findings: Findings = { next: 0, wrong: 0 };
  const take = makeTake(findings, control);
  return {
    run(operations) {
      const records = operations * PER_OPERATION;
      const end = findings.next + records;
      Atomics.store(control, CONTROL.wanted, records);
      Atomics.notify(control, CONTROL.wanted);
      while (findings.next < end) take();
    },
    answer: () => ({ ...findings }),
    async close() {
      await thread.terminate();
    },
  };
}
