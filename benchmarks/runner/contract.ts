/** What a benchmark file exports as default: one question, and who answers it. */
export interface Benchmark {
  /** The question in the title, such as `how long does a window of 200 take?`. */
  readonly question: string;
  /**
   * What is measured per operation: processor time, or memory still held after the run.
   * @default 'ns'
   */
  readonly unit?: 'ns' | 'bytes';
  /** What one operation is, such as `append`. */
  readonly operation: string;
  /** Operations to run before answers are compared: enough to reach every state, such as a full ring. */
  readonly checkOperations: number;
  /** For `unit: 'bytes'`: operations of the measured run. */
  readonly operations?: number;
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
  /** Marks our own. A benchmark fails when one of these is refused. */
  readonly ours?: boolean;
  /** Marks the least that any code can take: by hand, without checks. */
  readonly floor?: boolean;
  /** Makes a fresh instance. Called twice: one instance is checked, the other measured. */
  setup(module: unknown): Instance | Promise<Instance>;
}

/** A contender ready to run. */
export interface Instance {
  /**
   * Does so many operations in a loop of its own, so that a block of them is timed, not each one.
   *
   * Operation i of the instance's life does the same for every contender. What is returned is kept alive.
   */
  run(operations: number): unknown;
  /** What the operations so far came to; compared with the reference by deep, strict equality. */
  answer(): unknown;
}

/** How long and how often to measure. */
export interface Settings {
  /** Rounds; in each one every contender runs once, in its own process, in alternated order. */
  readonly rounds: number;
  /** Milliseconds of processor time spent running before a process measures. */
  readonly warmup: number;
  /** Least milliseconds of processor time of a timed block. */
  readonly block: number;
  /** Timed blocks per process; their median is the round's result. */
  readonly blocks: number;
}

/** Settings of a normal run. */
export const FULL: Settings = { rounds: 7, warmup: 150, block: 8, blocks: 15 };
/** Settings of `--quick`: a few seconds per benchmark, for a first look. */
export const QUICK: Settings = { rounds: 3, warmup: 40, block: 2, blocks: 7 };

/** What a contender's process is told. */
export interface Assignment {
  /** Path of the compiled benchmark. */
  readonly file: string;
  /** Position among the benchmark's contenders. */
  readonly contender: number;
  readonly settings: Settings;
}

/** What a contender's process says: a figure per operation, or why there is none. */
export type Outcome =
  | { readonly type: 'measured'; readonly value: number }
  | { readonly type: 'refused'; readonly expected: string; readonly got: string }
  | { readonly type: 'failed'; readonly reason: string };
