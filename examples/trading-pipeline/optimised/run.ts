import { VirtualClock } from 'tickwise/core';
import { Cadence } from 'tickwise/schedule';
import type { BotHooks } from '../bot/child.js';
import { costOfProcess, cpuOfProcess } from '../bot/cost.js';
import type { BotJob } from '../bot/job.js';
import type { BotResult } from '../bot/result.js';
import type { DecisionRow, SignalRow } from '../bot/rows.js';
import { MOST_LAG } from './desk.js';
import { MarketFeed } from './market-feed.js';
import { Store } from './store.js';
import { hitsByName, Trace } from './trace.js';
import { Trader, type TraderOutput } from './trader.js';

/** Boundaries that decisions may lag the feed before it is paused, and from which on it goes on. */
const MAX_LAG = 64;
const RESUME_LAG = 16;

/**
 * Runs all models on one connection.
 *
 * The feed closes bars as the recording's clock marks arrive; the market clock follows the marks, and
 * at each boundary the cadence lets the trader decide from the bars as of that boundary, so that it does not
 * matter how far the feed is ahead.
 */
export async function runOptimised(job: BotJob, hooks: BotHooks): Promise<BotResult> {
  let startUp = 0;
  const clock = new VirtualClock(job.start);
  const failure = newFailure();
  const boundaries = new Boundaries(clock);
  const feed = new MarketFeed(job, {
    onBoundary: (at) => {
      const lag = boundaries.add(at);
      if (lag > MAX_LAG) feed.pause();
      if (lag > MOST_LAG) failure.fail(new Error(`decisions lag the feed by ${lag} bars, more than a desk remembers`));
    },
    onEnd: () => boundaries.end(),
    onError: failure.fail,
  });
  const store = new Store(job.database, clock, failure.fail);
  const output = new Output(store);
  const trader = new Trader(job, feed.desks, clock, output);
  const trace = new Trace();
  const cadence = new Cadence({ period: job.bar, clock, onError: failure.fail });
  const running = cadence.start({ decide: ({ asOf }) => trace.time(asOf, () => trader.decide(asOf)) });
  try {
    await store.open();
    await Promise.race([feed.start(), failure.promise]);
    startUp = cpuOfProcess();
    hooks.ready();
    const followed = boundaries.follow((lag) => (lag < RESUME_LAG ? feed.resume() : undefined));
    await Promise.race([followed, failure.promise, hooks.stopped]);
  } finally {
    running[Symbol.dispose]();
    await feed.close();
    await store.close();
  }
  return {
    signals: output.signals,
    decisions: output.decisions,
    books: feed.desks.map((desk) => desk.finalBook()),
    booksLost: feed.desks.filter((desk) => desk.book.status === 'gap').length,
    ...feed.counts,
    ...store.counts,
    cacheHits: hitsByName(),
    trace: { ...trace.summary(), storeDelayMs: store.delays, correlations: trader.correlations },
    ...costOfProcess(startUp),
  };
}

/** The boundaries that the feed has reached and the market clock has not. */
class Boundaries {
  readonly #clock: VirtualClock;
  readonly #waiting: number[] = [];
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Returns how many are waiting. */
  add(at: number): number {
    this.#wake();
    return this.#waiting.push(at);
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** Advances the clock from boundary to boundary until the end. */
  async follow(onStep: (lag: number) => void): Promise<void> {
    for (;;) {
      const at = this.#waiting.shift();
      if (at !== undefined) await this.#clock.advanceTo(at);
      else if (this.#hasEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
      onStep(this.#waiting.length);
    }
  }
}

/** Keeps what was said for the report and hands it to the database. */
class Output implements TraderOutput {
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  signal(row: SignalRow): void {
    this.signals.push(row);
    accept(this.#store.signals.add(row));
  }

  decision(row: DecisionRow): void {
    this.decisions.push(row);
    accept(this.#store.decisions.add(row));
  }

  book(row: Parameters<TraderOutput['book']>[0]): void {
    accept(this.#store.books.add(row));
  }
}

function accept(wasAccepted: boolean): void {
  if (!wasAccepted) throw new Error('the database is slower than the market: the batch writer is full');
}

function newFailure(): { readonly promise: Promise<never>; readonly fail: (error: unknown) => void } {
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_, reject) => (fail = reject));
  promise.catch(() => {}); // whoever races it hears of it
  return { promise, fail };
}
