import { memoryBenchmark } from './support/memory-contenders.js';

export default memoryBenchmark(
  100_000,
  [],
  'memo keeps the time of storage, the time to live, the load time and the origin of each entry. ' +
    'lru-cache and quick-lru leave expired entries in place as memo does; ttlcache and memoizee remove them by timers.',
);
