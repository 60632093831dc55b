import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BotResult } from './result.js';

/** What this process has cost since it started. The heap is what is still in use: garbage is collected first. */
export function costOfProcess(): Pick<BotResult, 'cpu' | 'memory'> {
  const { user, system } = process.cpuUsage();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return {
    cpu: { user: user / 1_000, system: system / 1_000 },
    // maxRSS is in kilobytes.
    memory: { peakRss: process.resourceUsage().maxRSS * 1_024, heap: getHeapStatistics().used_heap_size },
  };
}
