import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Job } from './job.js';
import type { BotMessage, Measured } from './replay-step.js';
import { STEPS } from './steps.js';
import { work } from './work.js';

/** Runs the bot of a step in this process, for the parent that has forked it. */
export function serveAsBot(step: number): void {
  process.once('message', (job: Job) => {
    measure(step, job).then(
      (measured) => tell({ type: 'done', measured }),
      (error: unknown) => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
  });
}

async function measure(step: number, job: Job): Promise<Measured> {
  const bot = STEPS[step];
  if (bot === undefined) throw new Error(`there is no step ${step}`);
  let before = process.cpuUsage();
  const outcome = await bot.run(job, () => {
    before = process.cpuUsage();
    tell({ type: 'ready' });
  });
  const { user, system } = process.cpuUsage(before);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const heapBytes = getHeapStatistics().used_heap_size;
  const { features: featuresComputed, regimes: regimesComputed } = work;
  return { ...outcome, featuresComputed, regimesComputed, cpuMs: (user + system) / 1_000, heapBytes };
}

function tell(message: BotMessage): void {
  process.send?.(message);
}
