import { AdaptiveScheduler } from 'tickwise/schedule';
import type { Benchmark, Contender } from '../runner/contract.js';
import type { PLimitModule, PQueueModule } from './support/peers.js';

const QUEUED = 1_000_000;

/** Holds tasks that wait behind one that never ends. */
function holding(add: (task: () => Promise<void>) => Promise<unknown>): ReturnType<Contender['setup']> {
  let held = 0;
  const never = new Promise<void>(() => undefined);
  const task = (): Promise<void> => never;
  return {
    run(operations) {
      for (let index = 0; index < operations; index++) {
        add(task).catch(() => undefined);
        held++;
      }
      return add;
    },
    answer: () => held,
  };
}

export default {
  question: 'how much memory does a submitted task take while it waits?',
  operation: 'task',
  unit: 'bytes',
  checkOperations: 100,
  operations: QUEUED,
  reference: (operations) => operations,
  note: 'With its promise and one handler on it; all share one function. A list needs nothing per waiting key.',
  contenders: [
    {
      name: 'AdaptiveScheduler.submit',
      ours: true,
      setup() {
        const scheduler = new AdaptiveScheduler({ concurrency: 1, timeout: Infinity });
        return holding((task) => scheduler.submit(task));
      },
    },
    {
      name: 'p-queue',
      package: 'p-queue',
      setup(module: PQueueModule) {
        const queue = new module.default({ concurrency: 1 });
        return holding((task) => queue.add(task));
      },
    },
    {
      name: 'p-limit',
      package: 'p-limit',
      setup(module: PLimitModule) {
        const limit = module.default(1);
        return holding((task) => limit(task));
      },
    },
    { name: 'a promise that waits', floor: true, setup: () => holding(() => new Promise(() => undefined)) },
  ],
} satisfies Benchmark;
