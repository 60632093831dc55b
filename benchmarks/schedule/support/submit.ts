import { AdaptiveScheduler } from 'tickwise/schedule';
import type { Benchmark, Contender } from '../../runner/contract.js';
import type { PLimitModule, PQueueModule } from './peers.js';

const AT_ONCE = 6;
/** Tasks handed in at once. A queue that sorts by inserting shows only in long lines what that costs. */
const BATCH = 100_000;

/** Hands in one task of a priority. */
type Submit = (task: () => Promise<void>, priority: number) => Promise<unknown>;

/** Hands in all tasks at once and awaits them. */
function submitting(make: () => Submit, levels: number): ReturnType<Contender['setup']> {
  let done = 0;
  const submit = make();
  const task = async (): Promise<void> => {
    done++;
  };
  return {
    async run(operations) {
      for (let batch = 0; batch < operations; batch++) {
        const all: Promise<unknown>[] = [];
        for (let index = 0; index < BATCH; index++) {
          // Spread over the levels, the same for all contenders.
          all.push(submit(task, (Math.imul(index, 2_654_435_761) >>> 0) % levels));
        }
        await Promise.all(all);
      }
    },
    answer: () => done,
  };
}

/** How long a submitted task takes among others of so many priorities. */
export function submitBenchmark(levels: number): Benchmark {
  const withLimit: Contender = {
    name: 'p-limit',
    package: 'p-limit',
    setup: (module) =>
      submitting(() => {
        // The runner imports the package named beside it.
        const limit = (module as PLimitModule).default(AT_ONCE);
        return (task) => limit(task);
      }, levels),
  };
  return {
    question: `how long do ${BATCH} submitted tasks take that do nothing, of ${levels} priorities, ${AT_ONCE} at once?`,
    operation: '100 000 tasks',
    checkOperations: 1,
    leastOperations: 1,
    reference: (operations) => operations * BATCH,
    note: 'All tasks are handed in at once. Ours keeps the async context of the caller, p-queue 9 does not.',
    contenders: [
      {
        name: 'AdaptiveScheduler.submit',
        ours: true,
        setup: () =>
          submitting(() => {
            const scheduler = new AdaptiveScheduler({ concurrency: AT_ONCE });
            return levels === 1
              ? (task) => scheduler.submit(task)
              : (task, priority) => scheduler.submit(task, { priority });
          }, levels),
      },
      {
        name: 'p-queue',
        package: 'p-queue',
        setup: (module) =>
          submitting(() => {
            const queue = new (module as PQueueModule).default({ concurrency: AT_ONCE });
            return levels === 1 ? (task) => queue.add(task) : (task, priority) => queue.add(task, { priority });
          }, levels),
      },
      ...(levels === 1 ? [withLimit] : []),
      {
        name: 'all at once',
        floor: true,
        setup: () => submitting(() => (task) => task(), levels),
      },
    ],
  };
}
