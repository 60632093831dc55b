import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BotResult } from './result.js';

/** CPU of this process since its start, in milliseconds. */
export function cpuOfProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * What this process has cost since it started. The heap is what is still in use: garbage is collected first.
 * @param startUp CPU until the bot was ready, in milliseconds.
 */
export function costOfProcess(startUp: number): Pick<BotResult, 'cpu' | 'memory'> {
  const total = cpuOfProcess();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return {
    cpu: { total, trading: total - startUp },
    // maxRSS is in kilobytes.
    memory: { peakRss: process.resourceUsage().maxRSS * 1_024, heap: getHeapStatistics().used_heap_size },
  };
}
