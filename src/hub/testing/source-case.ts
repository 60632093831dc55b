import assert from 'node:assert/strict';
import { systemClock } from '../../core/system-clock.js';
import type { EndTopic, TopicSource, TopicStatus } from '../../core/topic-source.js';

/** A source with what is behind it, in the hands of a test. */
export interface SourceBench {
  /** The source. */
  readonly source: TopicSource;
  /** Two topics that exist. */
  readonly topics: readonly [string, string];
  /** A topic that the other side refuses; left out when it refuses none. */
  readonly refused?: string | undefined;
  /** Whether values that come close together may be lost, as watch loops lose them; by default none may. */
  readonly isLossy?: boolean | undefined;
  /** Lets the other side send a value that holds this number to whoever has the topic. */
  send(topic: string, number: number): void | Promise<void>;
  /** Returns the number that a value holds. */
  numberOf(value: unknown): number;
  /** Returns how many subscriptions to a topic the other side has at this moment. */
  subscriptions(topic: string): number | Promise<number>;
  /** Breaks the connection, as networks do; the source has to come back by itself. Left out when nothing can break. */
  readonly interrupt?: (() => void | Promise<void>) | undefined;
  /**
   * Longest real time that something may take to become true, in milliseconds.
   * @default 20000
   */
  readonly patience?: number | undefined;
  /** Lets time pass on the source's clock, when that is not the system's. */
  readonly passTime?: ((ms: number) => Promise<void>) | undefined;
  /** Ends the source and what is behind it. */
  close(): Promise<void>;
}

/** Makes a bench that is ready for use; the case closes it. */
export type MakeSource = () => SourceBench | Promise<SourceBench>;

/** One thing that every source has to do. */
export interface SourceCase {
  /** What it does, in words. */
  readonly title: string;
  /** Rejects with an AssertionError when the source does not. */
  readonly run: (makeSource: MakeSource) => Promise<void>;
}

/** Makes a case of this suite from what it asserts. */
export function sourceCase(title: string, check: (bench: SourceBench) => Promise<void>): SourceCase {
  return {
    title,
    async run(makeSource) {
      const bench = await makeSource();
      try {
        await check(bench);
      } finally {
        await bench.close();
      }
    },
  };
}

const PATIENCE = 20_000;
/** Milliseconds between two looks, and milliseconds of the source's own clock that pass with each. */
const PACE = 5;
const STEP = 500;

/** Looks again until a claim holds; rejects when it never does. */
export async function eventually(
  bench: SourceBench,
  what: string,
  claim: () => boolean | Promise<boolean>,
): Promise<void> {
  const { patience = PATIENCE } = bench;
  const end = systemClock.now() + patience;
  while (!(await claim())) {
    assert.ok(systemClock.now() < end, `${what}: not within ${patience} ms`);
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, PACE));
    await bench.passTime?.(STEP);
  }
}

/** Resolves once the other side has as many subscriptions to a topic. */
export async function untilSubscriptions(bench: SourceBench, topic: string, count: number): Promise<void> {
  const what = `${count} subscriptions to '${topic}' on the other side`;
  await eventually(bench, what, async () => (await bench.subscriptions(topic)) === count);
}

/** Somebody who subscribes to a source directly, as a hub does, and writes down what comes. */
export class Witness {
  /** The numbers that came, in order. */
  readonly numbers: number[] = [];
  /** The kinds of status that were told, in order. */
  readonly told: TopicStatus['type'][] = [];
  readonly #bench: SourceBench;
  readonly #topic: string;
  #end: EndTopic | undefined;

  private constructor(bench: SourceBench, topic: string) {
    this.#bench = bench;
    this.#topic = topic;
  }

  /** Subscribes and waits for the source's answer, and for the other side to know. */
  static async open(bench: SourceBench, topic: string): Promise<Witness> {
    const witness = new Witness(bench, topic);
    const answer = witness.subscribe();
    await untilSubscriptions(bench, topic, 1);
    await answer;
    return witness;
  }

  /** As open, for a topic that is refused: resolves to whether that was told, by rejection or as status. */
  static async isRefused(bench: SourceBench, topic: string): Promise<boolean> {
    const witness = new Witness(bench, topic);
    try {
      await witness.subscribe();
    } catch {
      return true;
    }
    const isTold = (): boolean => witness.told.includes('failed') || witness.told.includes('closed');
    await eventually(bench, `the refusal of '${topic}' is told`, isTold);
    await witness.end();
    return true;
  }

  /** Ends the subscription. */
  async end(): Promise<void> {
    await this.#end?.();
  }

  /** Resolves once a number has come. */
  async until(number: number): Promise<void> {
    const what = `${number} comes on '${this.#topic}', after ${this.numbers.length} others`;
    await eventually(this.#bench, what, () => this.numbers.includes(number));
  }

  /** Lets the other side send numbers; those of a lossy source one by one, each after the last has come. */
  async receive(from: number, to: number): Promise<void> {
    for (let number = from; number <= to; number++) {
      await this.#bench.send(this.#topic, number);
      if (this.#bench.isLossy === true) await this.until(number);
    }
    await this.until(to);
  }

  private async subscribe(): Promise<void> {
    const bench = this.#bench;
    const end = await bench.source.subscribe(
      this.#topic,
      (value) => void this.numbers.push(bench.numberOf(value)),
      ({ type }) => void this.told.push(type),
    );
    assert.equal(typeof end, 'function', 'subscribe must answer with a function that ends the subscription');
    this.#end = end;
  }
}

/** The whole numbers of a range. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
