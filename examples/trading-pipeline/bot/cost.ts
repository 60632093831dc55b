import { getHeapStatistics } from 'node:v8';
import type { BotResult } from './result.js';

/** What this process has cost since it started. */
export function costOfProcess(): Pick<BotResult, 'cpu' | 'memory'> {
  const { user, system } = process.cpuUsage();
  return {
    cpu: { user: user / 1_000, system: system / 1_000 },
    // maxRSS is in kilobytes.
    memory: { peakRss: process.resourceUsage().maxRSS * 1_024, heap: getHeapStatistics().used_heap_size },
  };
}
