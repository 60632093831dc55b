import { BatchWriter } from 'tickwise/batch';
import { SubscriptionHub } from 'tickwise/hub';
import { cacheFeatures } from 'tickwise/memo';
import { SeriesRing } from 'tickwise/ring';
import { duckdbSink } from 'tickwise/sinks/duckdb';
import { consensusOf, type Vote } from '../../trading-pipeline/models/consensus.js';
import { imbalanceOf, tiltOf } from '../../trading-pipeline/models/imbalance.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from '../../trading-pipeline/models/market-window.js';
import { createModel, type Model } from '../../trading-pipeline/models/model.js';
import { type ModelSpec, rosterOf } from '../../trading-pipeline/models/roster.js';
import type { Signal } from '../../trading-pipeline/models/signal.js';
import { CLOCK_TOPIC, type Hub, type MarketEvent, openFeed, subscribe } from '../feed.js';
import { COLUMNS as ROW, alertOf, type Bot, type DecisionRow, type Job, postAlert, type SignalRow } from '../job.js';
import { countedFeatures, countedRegime } from '../work.js';

const STREAMS = ['trade', 'bookTicker'];

/** Bars a symbol remembers. */
const HISTORY = 1_024;

/** Bars of a symbol: one column each, read in place. */
const COLUMNS = { ts: 'f64', close: 'f64', volume: 'f64', imbalance: 'f64', tilt: 'f64' } as const;

/** The bars of one symbol. */
type Bars = SeriesRing<typeof COLUMNS>;

/** The models of a symbol see the same bars: the ring is its own key, by identity and version. */
const featuresOf = cacheFeatures((bars: Bars) => countedFeatures(windowOf(bars)), {
  name: 'features',
  maxEntries: 256,
});

/** What the models of all bots have said, and what became of it. */
class Desk {
  readonly job: Job;
  readonly rows: BatchWriter<SignalRow>;
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly #votes = new Map<string, Map<string, Vote | undefined>>();

  constructor(job: Job, rows: BatchWriter<SignalRow>) {
    this.job = job;
    this.rows = rows;
  }

  /** Decides a symbol as soon as all its models have spoken. */
  async vote(ts: number, symbol: string, spec: ModelSpec, signal: Signal | undefined, window: MarketWindow) {
    const key = `${ts} ${symbol}`;
    const votes = this.#votes.get(key) ?? new Map<string, Vote | undefined>();
    this.#votes.set(key, votes.set(spec.name, signal && { kind: spec.kind, signal }));
    const roster = rosterOf(this.job.models);
    if (votes.size < roster.length) return;
    this.#votes.delete(key);
    const inOrder = roster.map(({ name }) => votes.get(name)).filter((vote) => vote !== undefined);
    const regime = countedRegime(window.close);
    const decision = { ts, symbol, score: consensusOf(inOrder, regime), regime };
    this.decisions.push(decision);
    const alert = alertOf(decision);
    if (alert !== undefined) await postAlert(this.job.alerts, alert);
  }
}

/** All models on one symbol: they share its history. */
class SymbolBot {
  readonly #desk: Desk;
  readonly #symbol: string;
  readonly #models: readonly { readonly spec: ModelSpec; readonly model: Model }[];
  readonly #bars: Bars = new SeriesRing({ capacity: HISTORY, columns: COLUMNS });
  #quote = { mid: Number.NaN, bidSize: 0, askSize: 0 };
  #volume = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(desk: Desk, symbol: string) {
    this.#desk = desk;
    this.#symbol = symbol;
    this.#models = rosterOf(desk.job.models).map((spec) => ({ spec, model: createModel(spec) }));
  }

  /** Subscribes. The promise in the result settles at the end of the session. */
  async start(hub: Hub): Promise<{ readonly ended: Promise<void> }> {
    let end: () => void = () => {};
    let fail: (error: unknown) => void = () => {};
    const ended = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]));
    const handle = (event: MarketEvent): void => {
      this.#work = this.#work.then(() => this.#handle(event, end));
      this.#work.catch(fail);
    };
    await subscribe(hub, [...STREAMS.map((stream) => `${this.#symbol.toLowerCase()}@${stream}`), CLOCK_TOPIC], handle);
    return { ended };
  }

  async #handle(event: MarketEvent, end: () => void): Promise<void> {
    if (event.kind === 'clock') {
      for (const { at, isEnd } of event.items) await (isEnd ? end() : this.#closeBar(at));
    } else if (event.kind === 'trade') {
      for (const { size } of event.items) this.#volume += size;
    } else if (event.kind === 'quote') {
      for (const { bid, bidSize, ask, askSize } of event.items)
        this.#quote = { mid: (bid + ask) / 2, bidSize, askSize };
    }
  }

  async #closeBar(at: number): Promise<void> {
    const { mid, bidSize, askSize } = this.#quote;
    if (Number.isNaN(mid)) return;
    const imbalance = imbalanceOf([bidSize], [askSize]);
    this.#bars.push({ ts: at, close: mid, volume: this.#volume, imbalance, tilt: tiltOf(bidSize, askSize) });
    this.#volume = 0;
    const barNumber = at / this.#desk.job.bar;
    for (const { spec, model } of this.#models) {
      const window = windowOf(this.#bars);
      const signal = model.predict({ window, features: featuresOf(this.#bars), barNumber });
      if (signal !== undefined) {
        const row = { ts: at, symbol: this.#symbol, model: spec.name, ...signal, regime: countedRegime(window.close) };
        this.#desk.signals.push(row);
        if (!this.#desk.rows.add(row)) throw new Error('the database is slower than the market');
      }
      await this.#desk.vote(at, this.#symbol, spec, signal, window);
    }
  }
}

/** The newest bars, without a copy. */
function windowOf(bars: Bars): MarketWindow {
  const newest = (column: keyof typeof COLUMNS, rows: number): Float64Array =>
    bars.window(column, Math.min(rows, bars.size));
  return {
    close: newest('close', WINDOW),
    longClose: newest('close', LONG_WINDOW),
    volume: newest('volume', WINDOW),
    imbalance: newest('imbalance', 1)[0] ?? 0,
    tilt: newest('tilt', 1)[0] ?? 0,
  };
}

/** Rows are collected and written in batches. */
export const run: Bot = async (job, ready) => {
  const sink = duckdbSink<SignalRow>({ path: job.database, table: 'signals', columns: ROW, createTable: true });
  await sink.open();
  const rows = new BatchWriter({ sink });
  const desk = new Desk(job, rows);
  const feed = openFeed(job.port);
  const hub: Hub = new SubscriptionHub({ source: feed.pool });
  const bots = job.symbols.map((symbol) => new SymbolBot(desk, symbol));
  const sessions = await Promise.all(bots.map((bot) => bot.start(hub)));
  ready();
  await Promise.all(sessions.map(({ ended }) => ended));
  await hub.close();
  await feed.pool.close();
  await rows.close();
  await sink.close();
  const { signals, decisions } = desk;
  return { signals, decisions, framesParsed: feed.framesParsed, statements: sink.stats().statements };
};
