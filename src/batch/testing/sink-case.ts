import assert from 'node:assert/strict';
import type { SendContext, Sink, SinkFunction, SinkObject, SinkReport } from '../sink.js';

/** What the suite needs to know of a sink: how to make one over an empty place, its rows, and how to read the place. */
export interface SinkBench<T> {
  /** Makes the sink. Each call makes another over the same place. Those that are objects are closed by the suite. */
  readonly open: () => Sink<T> | Promise<Sink<T>>;
  /** A good row with this number, a whole number from 0 up; different numbers make different rows. */
  readonly row: (number: number) => T;
  /** A row with this number that is refused for ever. Without it the cases about bad rows pass at once. */
  readonly badRow?: (number: number) => T;
  /** Numbers of the rows in the place, once per time each is there, oldest first. */
  readonly stored: () => Promise<readonly number[]>;
  /**
   * Whether the place keeps the order in which rows come.
   * @default true
   */
  readonly isOrdered?: boolean;
}

/** One thing that every sink has to do. */
export interface SinkCase {
  /** What it does, in words. */
  readonly title: string;
  /** Rejects with an AssertionError when the sink does not. `makeBench` makes an empty place each time. */
  readonly run: <T>(makeBench: () => SinkBench<T> | Promise<SinkBench<T>>) => Promise<void>;
}

/** What a case of this suite works with. */
export class Trial<T> {
  readonly bench: SinkBench<T>;
  readonly #sinks: SinkObject<T>[] = [];
  #sends = 0;

  constructor(bench: SinkBench<T>) {
    this.bench = bench;
  }

  /** Makes a sink, in its object form. */
  async open(): Promise<SinkObject<T>> {
    const made = await this.bench.open();
    const sink: SinkObject<T> = typeof made === 'function' ? { write: made } : made;
    this.#sinks.push(sink);
    return sink;
  }

  /** Rows with these numbers. */
  rows(numbers: readonly number[]): T[] {
    return numbers.map((number) => this.bench.row(number));
  }

  /** Sends rows as a writer would; the ids follow from the numbers. */
  async send(
    sink: SinkObject<T>,
    batch: readonly T[],
    numbers: readonly number[],
    context: Partial<SendContext> = {},
  ): Promise<SinkReport> {
    const write: SinkFunction<T> = (items, settings) => sink.write(items, settings);
    const answer = await write(batch, {
      signal: new AbortController().signal,
      attempt: 1,
      batchId: `contract-${this.#sends++}`,
      ids: numbers.map((number) => `contract-row-${number}`),
      ...context,
    });
    return answer ?? { rejected: [] };
  }

  /** Asserts that the place holds the rows with these numbers, each once. */
  async assertStored(numbers: readonly number[]): Promise<void> {
    const found = await this.bench.stored();
    const isOrdered = this.bench.isOrdered ?? true;
    const inOrder = (list: readonly number[]): readonly number[] => (isOrdered ? list : list.toSorted((a, b) => a - b));
    assert.deepEqual(inOrder(found), inOrder(numbers));
  }

  /** Ends the sinks. */
  async close(): Promise<void> {
    for (const sink of this.#sinks) await sink.close?.();
  }
}

/** Makes a case of this suite from what it asserts. */
export function sinkCase(title: string, check: <T>(trial: Trial<T>) => Promise<void>): SinkCase {
  return {
    title,
    async run(makeBench) {
      const trial = new Trial(await makeBench());
      try {
        await check(trial);
      } finally {
        await trial.close();
      }
    },
  };
}

/** The whole numbers from `from` on. */
export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
