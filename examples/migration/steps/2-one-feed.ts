import { SubscriptionHub } from 'tickwise/hub';
import { cacheFeatures } from 'tickwise/memo';
import { consensusOf, type Vote } from '../../trading-pipeline/models/consensus.js';
import { imbalanceOf, tiltOf } from '../../trading-pipeline/models/imbalance.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from '../../trading-pipeline/models/market-window.js';
import { createModel, type Model } from '../../trading-pipeline/models/model.js';
import { type ModelSpec, rosterOf } from '../../trading-pipeline/models/roster.js';
import type { Signal } from '../../trading-pipeline/models/signal.js';
import { CLOCK_TOPIC, type Hub, type MarketEvent, openFeed, subscribe } from '../feed.js';
import { alertOf, type Bot, type DecisionRow, type Job, postAlert, type SignalRow } from '../job.js';
import { Rows } from '../rows.js';
import { countedFeatures, countedRegime } from '../work.js';

const STREAMS = ['trade', 'bookTicker'];

/** Bars a model remembers. */
const HISTORY = 1_000;

/** The models of a symbol see the same bars: whoever asks first computes, the others find it done. */
const featuresOf = cacheFeatures((_symbol: string, _at: number, window: MarketWindow) => countedFeatures(window), {
  name: 'features',
  key: (symbol, at) => `${symbol} ${at}`,
  maxEntries: 4_096,
});

/** What the models of all bots have said, and what became of it. */
class Desk {
  readonly job: Job;
  readonly rows: Rows;
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly #votes = new Map<string, Map<string, Vote | undefined>>();

  constructor(job: Job, rows: Rows) {
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

/** One model on one symbol: a connection, subscriptions and a history of its own. */
class ModelBot {
  readonly #desk: Desk;
  readonly #symbol: string;
  readonly #spec: ModelSpec;
  readonly #model: Model;
  readonly #bars: { readonly close: number; readonly volume: number }[] = [];
  #quote = { mid: Number.NaN, bidSize: 0, askSize: 0 };
  #volume = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(desk: Desk, symbol: string, spec: ModelSpec) {
    this.#desk = desk;
    this.#symbol = symbol;
    this.#spec = spec;
    this.#model = createModel(spec);
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
    if (Number.isNaN(this.#quote.mid)) return;
    this.#bars.push({ close: this.#quote.mid, volume: this.#volume });
    if (this.#bars.length > HISTORY) this.#bars.shift();
    this.#volume = 0;
    const window = this.#window(this.#bars);
    const features = featuresOf(this.#symbol, at, window);
    const barNumber = at / this.#desk.job.bar;
    const signal = this.#model.predict({ window, features, barNumber });
    if (signal !== undefined) {
      const row = {
        ts: at,
        symbol: this.#symbol,
        model: this.#spec.name,
        ...signal,
        regime: countedRegime(window.close),
      };
      this.#desk.signals.push(row);
      await this.#desk.rows.insert(row);
    }
    await this.#desk.vote(at, this.#symbol, this.#spec, signal, window);
  }

  #window(bars: readonly { readonly close: number; readonly volume: number }[]): MarketWindow {
    const { bidSize, askSize } = this.#quote;
    return {
      close: bars.slice(-WINDOW).map(({ close }) => close),
      longClose: bars.slice(-LONG_WINDOW).map(({ close }) => close),
      volume: bars.slice(-WINDOW).map(({ volume }) => volume),
      imbalance: imbalanceOf([bidSize], [askSize]),
      tilt: tiltOf(bidSize, askSize),
    };
  }
}

/** One connection for all: frames are received and parsed once. */
export const run: Bot = async (job, ready) => {
  const rows = await Rows.open(job.database);
  const desk = new Desk(job, rows);
  const feed = openFeed(job.port);
  const hub: Hub = new SubscriptionHub({ source: feed.pool });
  const bots = job.symbols.flatMap((symbol) => rosterOf(job.models).map((spec) => new ModelBot(desk, symbol, spec)));
  const sessions = await Promise.all(bots.map((bot) => bot.start(hub)));
  ready();
  await Promise.all(sessions.map(({ ended }) => ended));
  await hub.close();
  await feed.pool.close();
  rows.close();
  const { signals, decisions } = desk;
  return { signals, decisions, framesParsed: feed.framesParsed, statements: rows.statements };
};
