import type { MoizeModule } from './support/hit-peers.js';
import { fill, LIFE, memoryBenchmark } from './support/memory-contenders.js';

const ENTRIES = 4_000;

export default memoryBenchmark(
  ENTRIES,
  [
    {
      name: 'moize, maxAge',
      package: 'moize',
      setup: ({ default: moize }: MoizeModule) =>
        fill(ENTRIES, (load) => moize(load, { maxAge: LIFE, maxSize: ENTRIES })),
    },
  ],
  'For moize, which compares a key with all others one after the other: 100 000 entries would take it minutes.',
);
