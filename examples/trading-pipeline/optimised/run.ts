import { VirtualClock } from 'tickwise/core';
import { Cadence } from 'tickwise/schedule';
import type { BotHooks } from '../bot/child.js';
import { costOfProcess, cpuOfProcess } from '../bot/cost.js';
import type { BotJob } from '../bot/job.js';
import type { BotResult, Efficiency, Work } from '../bot/result.js';
import type { BookRow, DecisionRow, SignalRow } from '../bot/rows.js';
import { openRedis } from '../database/redis.js';
import { MAX_LAG, MOST_LAG } from './desk.js';
import { efficiencyMetrics } from './efficiency.js';
import type { AnswerStore } from './explainer.js';
import { MarketFeed } from './market-feed.js';
import type { LiveUpdate } from '../dashboard/live-update.js';
import { type LiveSources, LiveTap } from './live-tap.js';
import { modelsOf } from './models.js';
import { momentOf } from './moment.js';
import { Notifier } from './notifier.js';
import { Store } from './store.js';
import { toleranceOf } from './tolerance.js';
import { hitsByName, Trace } from './trace.js';
import { Trader, type TraderOutput } from './trader.js';

/** Boundaries of lag from which on a paused feed goes on. */
const RESUME_LAG = 16;

/** Steps in which time goes on after the end of the data, in milliseconds. */
const TIME_STEP = 100;

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
  const feed = new MarketFeed(job, clock, {
    onBoundary: (at) => {
      const lag = boundaries.add(at);
      if (lag > MAX_LAG) feed.pause();
      if (lag > MOST_LAG) failure.fail(new Error(`decisions lag the feed by ${lag} bars, more than a desk remembers`));
    },
    onEnd: () => boundaries.end(),
    onError: failure.fail,
  });
  const store = new Store(job, clock, (error, { operation }) => {
    // A send that failed is made again: rows stay pending, and in the journal.
    if (operation !== 'send' || job.journal === undefined) failure.fail(error);
  });
  const answers = await openAnswers(job);
  const notifier = notifierOf(job, clock, answers, failure.fail);
  const output = new Output(store, notifier);
  const trader = new Trader(job, clock, output);
  const models = modelsOf(job, clock);
  const live = hooks.live && tapOf(job, { feed, store, trader, boundaries }, hooks.live);
  output.tap = live;
  let workerHits: BotResult['cacheHits'] = {};
  const cacheHits = (): BotResult['cacheHits'] => ({ ...hitsByName(), ...workerHits });
  const metrics = efficiencyMetrics({ feed, store, models: job.models.length, cacheHits });
  const trace = new Trace();
  const cadence = new Cadence({ period: job.bar, clock, onError: failure.fail });
  const decide = async (at: number): Promise<void> => {
    const moments = feed.desks.map(({ symbol, bars }) => momentOf(symbol, bars, at));
    trader.decide(at, moments, await models.opinionsOf(moments));
    live?.boundary(at);
    // Nobody is told that a boundary is done with before its rows outlive a kill.
    await store.secured();
  };
  // The market waits for the decisions, wherever they are made.
  let decided = Promise.resolve();
  const running = cadence.start({
    decide: ({ asOf }) => (decided = clock.hold(trace.time(asOf, () => decide(asOf)))),
  });
  try {
    await store.open();
    await Promise.race([feed.start(), failure.promise]);
    startUp = cpuOfProcess();
    hooks.ready();
    const followed = boundaries.follow((at, lag) => {
      if (lag < RESUME_LAG) feed.resume();
      hooks.reached(at);
    });
    await Promise.race([followed, failure.promise, hooks.stopped]);
  } finally {
    running[Symbol.dispose]();
    await feed.close();
    await decided.catch(failure.fail); // its rows are stored, too
    workerHits = await models.close();
    await store.close();
    await boundaries.stop();
    if (notifier !== undefined) await passTimeUntil(notifier.close(), clock);
    await answers?.store.close();
  }
  live?.flush();
  return {
    signals: output.signals,
    decisions: output.decisions,
    books: feed.desks.map((desk) => desk.finalBook()),
    booksLost: feed.desks.filter(({ isLost }) => isLost).length,
    positionChecks: trader.positionChecks,
    needlessChecks: trader.needlessChecks,
    work: workOf(trader, cacheHits()),
    ...feed.counts,
    ...store.counts,
    bookRows: output.books,
    survival: {
      ...feed.survival,
      ...trader.stale,
      failures: feed.survival.failures + store.retries + (notifier?.storeFailures ?? 0),
    },
    cacheHits: cacheHits(),
    told: notifier?.told,
    efficiency: metrics.snapshot().primitives['efficiency']?.stats as Efficiency, // as it was added
    trace: { ...trace.summary(), storeDelayMs: store.delays, correlations: trader.correlations },
    ...costOfProcess(startUp),
  };
}

/** What was computed: of the questions asked, those that no cache has answered. */
function workOf({ asked }: Trader, caches: BotResult['cacheHits']): Work {
  const hits = (name: string): number => caches[name]?.hits ?? 0;
  const computed = (name: string): number => (caches[name]?.calls ?? 0) - hits(name);
  return {
    features: computed('features'),
    predictions: asked.predictions - hits('predictions'),
    regime: computed('regime'),
    decisions: asked.decisions - hits('decisions'),
  };
}

interface Parts {
  readonly feed: MarketFeed;
  readonly store: Store;
  readonly trader: Trader;
  readonly boundaries: Boundaries;
}

function tapOf(job: BotJob, { feed, store, trader, boundaries }: Parts, send: (update: LiveUpdate) => void): LiveTap {
  const sources: LiveSources = {
    prices: (at) => feed.desks.map(({ symbol, bars }) => momentOf(symbol, bars, at)?.close ?? null),
    correlations: () => trader.correlations,
    work: () => ({ ...feed.counts, ...store.counts }),
    load: () => ({ ...store.load, lag: boundaries.waiting }),
  };
  return new LiveTap(job, sources, send);
}

/** The boundaries that the feed has reached and the market clock has not. */
class Boundaries {
  readonly #clock: VirtualClock;
  readonly #waiting: number[] = [];
  #followed: Promise<void> = Promise.resolve();
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting.length;
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
  follow(onStep: (at: number, lag: number) => void): Promise<void> {
    this.#followed = this.#follow(onStep);
    return this.#followed;
  }

  /** Settles when the clock stands still: at the last boundary that was added. */
  async stop(): Promise<void> {
    this.end();
    await this.#followed.catch(() => {}); // whoever follows hears of it
  }

  async #follow(onStep: (at: number, lag: number) => void): Promise<void> {
    for (;;) {
      const at = this.#waiting.shift();
      if (at !== undefined) {
        await this.#clock.advanceTo(at);
        onStep(at, this.#waiting.length);
      } else if (this.#hasEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Keeps what was said for the report and hands it to the database. */
class Output implements TraderOutput {
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly books: BookRow[] = [];
  /** Is told what was said, if somebody watches. */
  tap: LiveTap | undefined;
  readonly #store: Store;
  readonly #notifier: Notifier | undefined;

  constructor(store: Store, notifier: Notifier | undefined) {
    this.#store = store;
    this.#notifier = notifier;
  }

  signal(row: SignalRow): void {
    this.signals.push(row);
    this.tap?.signal(row);
    accept(this.#store.signals.add(row));
  }

  decision(row: DecisionRow, price: number): void {
    this.decisions.push(row);
    this.tap?.decision(row);
    accept(this.#store.decisions.add(row));
    this.#notifier?.decided(row, price);
  }

  book(row: BookRow): void {
    this.books.push(row);
    accept(this.#store.books.add(row));
  }
}

/** What keeps explanations over restarts. A server that goes away costs hits and nothing else. */
async function openAnswers({ cache }: BotJob): Promise<AnswerStore | undefined> {
  if (cache === undefined) return undefined;
  return { store: await openRedis(cache.url, () => undefined), version: cache.version };
}

function notifierOf(
  job: BotJob,
  clock: VirtualClock,
  answers: AnswerStore | undefined,
  onError: (error: unknown) => void,
): Notifier | undefined {
  if (job.services === undefined) return undefined;
  return new Notifier({ port: job.services, tolerance: toleranceOf(job), clock, answers, onError });
}

/** Lets the market's time go on when its data has ended, for what still has to wait. */
async function passTimeUntil(ended: Promise<void>, clock: VirtualClock): Promise<void> {
  const end = ended.then(() => true);
  while (!(await Promise.race([end, clock.advance(TIME_STEP).then(() => false)])));
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
