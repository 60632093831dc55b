import { cacheFeatures } from 'tickwise/memo';
import { WebSocket } from 'ws';
import { consensusOf, type Vote } from '../../trading-pipeline/models/consensus.js';
import { imbalanceOf, tiltOf } from '../../trading-pipeline/models/imbalance.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from '../../trading-pipeline/models/market-window.js';
import { createModel, type Model } from '../../trading-pipeline/models/model.js';
import { type ModelSpec, rosterOf } from '../../trading-pipeline/models/roster.js';
import type { Signal } from '../../trading-pipeline/models/signal.js';
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

/** What the venue sends of one symbol. */
interface Frame {
  readonly event?: 'clock' | 'end';
  readonly t?: number;
  /** The answer to a subscription. */
  readonly id?: number;
  readonly data?: {
    readonly e: 'trade' | 'bookTicker';
    /** Trade size; best bid, its size, best ask, its size. */
    readonly q?: string;
    readonly b?: string;
    readonly B?: string;
    readonly a?: string;
    readonly A?: string;
  };
}

/** What the models of all bots have said, and what became of it. */
class Desk {
  readonly job: Job;
  readonly rows: Rows;
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  framesParsed = 0;
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
  #acksWanted = STREAMS.length;
  #onSubscribed: () => void = () => {};

  constructor(desk: Desk, symbol: string, spec: ModelSpec) {
    this.#desk = desk;
    this.#symbol = symbol;
    this.#spec = spec;
    this.#model = createModel(spec);
  }

  /** Connects and subscribes. The promise in the result settles at the end of the session. */
  async start(): Promise<{ readonly ended: Promise<void> }> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#desk.job.port}/stream`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const ended = new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        this.#work = this.#work.then(() => this.#handle(JSON.parse(data.toString()) as Frame, resolve));
        this.#work.catch(reject);
      });
    });
    const subscribed = new Promise<void>((resolve) => (this.#onSubscribed = resolve));
    for (const stream of STREAMS) {
      const params = [`${this.#symbol.toLowerCase()}@${stream}`];
      socket.send(JSON.stringify({ method: 'SUBSCRIBE', params, id: 1 }));
    }
    await subscribed;
    return { ended: ended.then(() => socket.terminate()) };
  }

  async #handle({ event, t = 0, id, data }: Frame, end: () => void): Promise<void> {
    if (event === 'end') end();
    else if (event === 'clock') await this.#closeBar(t);
    else if (id !== undefined && --this.#acksWanted === 0) this.#onSubscribed();
    else if (data !== undefined) this.#take(data);
  }

  #take({ e, q, b, B, a, A }: NonNullable<Frame['data']>): void {
    this.#desk.framesParsed++;
    if (e === 'trade') this.#volume += Number(q);
    else this.#quote = { mid: (Number(b) + Number(a)) / 2, bidSize: Number(B), askSize: Number(A) };
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

/** Features are computed once per bar and symbol. */
export const run: Bot = async (job, ready) => {
  const rows = await Rows.open(job.database);
  const desk = new Desk(job, rows);
  const bots = job.symbols.flatMap((symbol) => rosterOf(job.models).map((spec) => new ModelBot(desk, symbol, spec)));
  const sessions = await Promise.all(bots.map((bot) => bot.start()));
  ready();
  await Promise.all(sessions.map(({ ended }) => ended));
  rows.close();
  const { signals, decisions, framesParsed } = desk;
  return { signals, decisions, framesParsed, statements: rows.statements };
};
