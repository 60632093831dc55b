import { AdaptiveScheduler } from 'tickwise/schedule';
import type { Benchmark, Contender } from '../runner/contract.js';
import type { AsyncModule, PMapModule } from './support/peers.js';

const AT_ONCE = 6;

/** Runs a list of so many keys, calling `done` in each task. */
type RunList = (keys: Iterable<number>, task: () => Promise<void>) => Promise<unknown>;

function* upTo(count: number): Generator<number> {
  for (let key = 0; key < count; key++) yield key;
}

/** Counts the tasks that ran. */
function counting(make: () => RunList): ReturnType<Contender['setup']> {
  let done = 0;
  const runList = make();
  const task = async (): Promise<void> => {
    done++;
  };
  return { run: (operations) => runList(upTo(operations), task), answer: () => done };
}

/** Workers that share an iterator: no promise per task but the task's own. */
async function byHand(keys: Iterable<number>, task: () => Promise<void>): Promise<void> {
  const iterator = keys[Symbol.iterator]();
  const work = async (): Promise<void> => {
    while (iterator.next().done !== true) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

export default {
  question: `how long does a task that does nothing take in a lazy list, ${AT_ONCE} at once?`,
  headline: true,
  operation: 'task',
  checkOperations: 1_000,
  reference: (operations) => operations,
  note: 'Beside running tasks, ours watches timeouts, rate limits and the number at once. p-map reads its list as a whole.',
  contenders: [
    {
      name: 'AdaptiveScheduler.run',
      ours: true,
      setup: () =>
        counting(() => {
          const scheduler = new AdaptiveScheduler({ concurrency: AT_ONCE });
          return (keys, task) => scheduler.run(keys, task, { collect: false });
        }),
    },
    { name: 'workers by hand', floor: true, setup: () => counting(() => byHand) },
    {
      name: 'async.eachLimit',
      package: 'async',
      setup: (module: AsyncModule) =>
        counting(() => (keys, task) => module.eachLimit([...keys], AT_ONCE, async () => task())),
    },
    {
      name: 'p-map',
      package: 'p-map',
      setup: (module: PMapModule) =>
        counting(() => (keys, task) => module.default(keys, task, { concurrency: AT_ONCE })),
    },
  ],
} satisfies Benchmark;
