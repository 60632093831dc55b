/** The part of a version's figures in `npm run demo -- --json` that limits come from. */
export interface MeasuredVersion {
  /** Largest resident memory, bytes. */
  readonly peakRssBytes: number;
  /** CPU after start-up, milliseconds. */
  readonly cpuTradingMs: number;
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
/** Room above the mean CPU: bursts of a market are several times its mean. */
const CPU_ROOM = 4;
const LEAST_CPUS = 0.25;
/** Memory limits are whole multiples of this many megabytes. */
const MEMORY_STEP = 32;
/** Share of the limit that the heap may take; the rest is buffers, code and the database. */
const HEAP_SHARE = 0.5;

/**
 * Recommends limits from what a run has measured.
 * @param seconds Market time of the run: live, the same work takes that long.
 */
export function recommend({ peakRssBytes, cpuTradingMs }: MeasuredVersion, seconds: number): Limits {
  const megabytes = Math.ceil((peakRssBytes * MEMORY_ROOM) / 2 ** 20 / MEMORY_STEP) * MEMORY_STEP;
  const cores = Math.max(LEAST_CPUS, (cpuTradingMs / 1_000 / seconds) * CPU_ROOM);
  return {
    memory: `${megabytes}M`,
    cpus: (Math.ceil(cores * 20) / 20).toFixed(2),
    heap: Math.floor(megabytes * HEAP_SHARE),
  };
}
