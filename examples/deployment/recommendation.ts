/** What a process has used. */
export interface MeasuredUse {
  /** Largest resident memory, bytes. */
  readonly peakRssBytes: number;
  /** Processor time, milliseconds. */
  readonly cpuMs: number;
  /** Time in which it was used, milliseconds. At ten times the market's speed a tenth of the market's. */
  readonly elapsedMs: number;
}

/** Limits of a container. */
export interface Limits {
  /** As compose writes it: `256M`. */
  readonly memory: string;
  /** Cores, as compose writes them: `0.50`. */
  readonly cpus: string;
  /** Megabytes for `--max-old-space-size`, so that Node collects garbage before the container is killed. */
  readonly heap: number;
}

/** Room above the measured peak: another day is livelier, and an allocator never gives everything back. */
const MEMORY_ROOM = 1.5;
/** Room above the mean: bursts of a market are several times its mean. */
const CPU_ROOM = 4;
const LEAST_CPUS = 0.25;
/** Memory limits are whole multiples of this many megabytes. */
const MEMORY_STEP = 32;
/** Share of the limit that the heap may take; the rest is buffers and code. */
const HEAP_SHARE = 0.5;

/** Recommends limits from what a run has used. */
export function recommend({ peakRssBytes, cpuMs, elapsedMs }: MeasuredUse): Limits {
  const megabytes = Math.ceil((peakRssBytes * MEMORY_ROOM) / 2 ** 20 / MEMORY_STEP) * MEMORY_STEP;
  const cores = Math.max(LEAST_CPUS, (cpuMs / elapsedMs) * CPU_ROOM);
  return {
    memory: `${megabytes}M`,
    cpus: (Math.ceil(cores * 20) / 20).toFixed(2),
    heap: Math.floor(megabytes * HEAP_SHARE),
  };
}

/** What a Redis that never evicts needs to keep a stream of at most so many entries. */
export function recommendRecords(bytesPerEntry: number, entries: number): { maxMemory: string; memory: string } {
  // Redis trims streams a node late, and a rewrite of its file copies the pages that change meanwhile.
  const held = Math.ceil((bytesPerEntry * entries * MEMORY_ROOM) / 2 ** 20 / MEMORY_STEP) * MEMORY_STEP;
  return { maxMemory: `${held}mb`, memory: `${Math.ceil((held * MEMORY_ROOM) / MEMORY_STEP) * MEMORY_STEP}M` };
}
