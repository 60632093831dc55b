/**
 * What a benchmark measures; `units.ts` says how.
 *
 * - `ns`: nanoseconds of processor time per operation, all threads of the process added up.
 * - `wall-ns`: nanoseconds on the wall per operation, for contenders that use several threads.
 * - `bytes`: memory per operation that is still held after all operations.
 * - `gc-ms`: milliseconds of one full garbage collection while what all operations made is held.
 * - `misses`: calls in 1 000 that a cache could not answer; `run` returns how many of its operations these were.
 * - `stored-bytes`: bytes per operation that a server keeps; `run` returns how many it keeps after all operations.
 * - `delay-ms`: 99th percentile of the delay of the event loop while all operations run, after as many to warm up.
 */
export type Unit = 'ns' | 'wall-ns' | 'bytes' | 'gc-ms' | 'misses' | 'stored-bytes' | 'delay-ms';

/** What a benchmark file exports as default: one question, and who answers it. */
export interface Benchmark {
  /** The question in the title, such as `how long does a window of 200 take?`. */
  readonly question: string;
  /** Marks those that `--quick` asks when nothing is named: one or two a primitive, done in seconds. */
  readonly headline?: boolean;
  /**
   * What is measured.
   * @default 'ns'
   */
  readonly unit?: Unit;
  /** What one operation is, such as `append`. */
  readonly operation: string;
  /** Operations to run before answers are compared: enough to reach every state, such as a full ring. */
  readonly checkOperations: number;
  /** For `unit: 'bytes'`, `'gc-ms'`, `'misses'`, `'stored-bytes'` and `'delay-ms'`: operations of the measured run. */
  readonly operations?: number;
  /**
   * Fewest operations of a timed block, for work that comes in batches: a multiple of a batch. Below 64 also how many
   * a call does while warming up.
   * @default 64, and fewer when these take longer than a block
   */
  readonly leastOperations?: number;
  /**
   * Least milliseconds to warm up, also in a quick run: for code that is told of load and then changes its ways, such
   * as by starting a thread.
   * @default 0, which leaves it to the settings
   */
  readonly leastWarmup?: number;
  /** The right answer after so many operations, computed in the most obvious way. */
  reference(operations: number): unknown;
  /** Everybody who is measured: ours, the peers, and the floor that nobody can go below. */
  readonly contenders: readonly Contender[];
  /** What the numbers do not say, printed below the table: where we lose, what a peer cannot do. */
  readonly note?: string;
}

/** One way to do what the benchmark asks. */
export interface Contender {
  readonly name: string;
  /** The npm package it needs; `setup` receives it, imported. Its version is reported. */
  readonly package?: string;
  /** The file of the package to import instead of its entry, such as `js/cache.js`, whether or not it is exported. */
  readonly file?: string;
  /** Marks our own. A benchmark fails when one of these is refused. */
  readonly ours?: boolean;
  /** Marks the least that any code can take: by hand, without checks. */
  readonly floor?: boolean;
  /** Makes a fresh instance. Called twice: one instance is checked and closed, then the other measured. */
  setup(module: unknown): Instance | Promise<Instance>;
}

/** A contender ready to run. */
export interface Instance {
  /** In place of the benchmark's `leastOperations`, for a contender whose operations are far longer than the others'. */
  readonly leastOperations?: number;
  /**
   * Does so many operations in a loop of its own, so that a block of them is timed, not each one.
   *
   * Operation i of the instance's life does the same for every contender. What is returned is kept alive. A promise
   * is awaited: a contender that answers with promises awaits each in its loop, and the floor does the same.
   */
  run(operations: number): unknown;
  /** What the operations so far came to; compared with the reference by deep, strict equality. */
  answer(): unknown;
  /** Ends what would outlive the instance, such as worker threads. Awaited after its last use, failed or not. */
  close?(): void | Promise<void>;
}

/** How long and how often to measure. */
export interface Settings {
  /** Rounds; in each one every contender runs once, in its own process, in alternated order. */
  readonly rounds: number;
  /** Milliseconds spent running before a process measures; of processor time, or for `wall-ns` on the wall. */
  readonly warmup: number;
  /** Least milliseconds of a timed block, of the same time. */
  readonly block: number;
  /** Timed blocks, or for `gc-ms` collections, per process; their median is the round's result. */
  readonly blocks: number;
  /**
   * Milliseconds of timed blocks per process after which no further one is begun; one is always timed.
   * @default Infinity
   */
  readonly longest?: number;
}

/** Settings of a normal run. */
export const FULL: Settings = { rounds: 7, warmup: 150, block: 8, blocks: 15 };
/** Settings of `--quick`: a few seconds per benchmark, for a first look. */
export const QUICK: Settings = { rounds: 3, warmup: 40, block: 2, blocks: 7, longest: 500 };

/** What a contender's process is told. */
export interface Assignment {
  /** Path of the compiled benchmark. */
  readonly file: string;
  /** Position among the benchmark's contenders. */
  readonly contender: number;
  readonly settings: Settings;
}

/** What a contender's process says: a figure in the benchmark's unit, or why there is none. */
export type Outcome =
  | { readonly type: 'measured'; readonly value: number }
  | { readonly type: 'refused'; readonly expected: string; readonly got: string }
  | { readonly type: 'failed'; readonly reason: string };
