import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AdaptiveScheduler } from 'tickwise/schedule';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SAMPLES = 10;

/** Bytes of the heap that are in use. */
export function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** By how many bytes the heap grows at most while a list of so many keys runs that are made as they are read. */
export async function heapGrowthOf(keys: number): Promise<number> {
  const scheduler = new AdaptiveScheduler({ concurrency: 6 });
  const before = usedHeap();
  let most = 0;
  let done = 0;
  const task = async (): Promise<void> => {
    done++;
    if (done % (keys / SAMPLES) === 0) most = Math.max(most, usedHeap() - before);
  };
  const { stats } = await scheduler.run(upTo(keys), task, { collect: false });
  if (stats.succeeded !== keys) throw new Error(`${stats.succeeded} of ${keys} keys were run`);
  return most;
}

function* upTo(count: number): Generator<number> {
  for (let key = 0; key < count; key++) yield key;
}
