import type { Clock } from 'tickwise/core';
import { cacheFeatures, cacheRegime } from 'tickwise/memo';
import { RollingCorrelation } from 'tickwise/rolling';
import type { BotJob } from '../bot/job.js';
import type { BotTrace } from '../bot/result.js';
import { BOOK_ROW_INTERVAL, type BookRow, type DecisionRow, type SignalRow } from '../bot/rows.js';
import { consensusOf, type Vote } from '../models/consensus.js';
import { decide, type Proposal } from '../models/gate.js';
import { features } from '../models/features.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from '../models/market-window.js';
import { createModel, type Model } from '../models/model.js';
import { type Regime, regimeOf } from '../models/regime.js';
import { type ModelSpec, rosterOf } from '../models/roster.js';
import type { BarColumn, Bars, Desk } from './desk.js';

/** Bars needed before a correlation means anything. */
const MIN_BARS = 50;

/** Where rows go. */
export interface TraderOutput {
  signal(row: SignalRow): void;
  decision(row: DecisionRow): void;
  book(row: BookRow): void;
}

/** A model on a desk. */
interface Seat {
  readonly spec: ModelSpec;
  readonly model: Model;
}

/** All models on all symbols: they share desks, features and regimes, and decide together. */
export class Trader {
  readonly #job: BotJob;
  readonly #output: TraderOutput;
  readonly #desks: readonly { readonly desk: Desk; readonly seats: readonly Seat[] }[];
  readonly #correlation: RollingCorrelation;
  readonly #features: (bars: Bars, at: number) => Float64Array | undefined;
  readonly #regime: (bars: Bars, at: number) => Regime;

  constructor(job: BotJob, desks: readonly Desk[], clock: Clock, output: TraderOutput) {
    const roster = rosterOf(job.models.join(','));
    this.#job = job;
    this.#output = output;
    this.#desks = desks.map((desk) => ({ desk, seats: roster.map((spec) => ({ spec, model: createModel(spec) })) }));
    this.#correlation = new RollingCorrelation({
      symbols: job.symbols.map(({ symbol }) => symbol),
      window: WINDOW,
      minPeriods: MIN_BARS,
      tickSize: Object.fromEntries(job.symbols.map(({ symbol, midStep }) => [symbol, midStep])),
    });
    // The ring is its own key, by identity and version: a 200-bar window is looked up in O(1).
    this.#features = cacheFeatures((bars: Bars, at: number) => features(windowOf(bars, at)), {
      name: 'features',
      clock,
      maxEntries: 256,
    });
    this.#regime = cacheRegime((bars: Bars, at: number) => regimeOf(windowOf(bars, at).close), {
      name: 'regime',
      clock,
      maxEntries: 256,
    });
  }

  /** Correlations of the symbols as of the latest boundary. */
  get correlations(): BotTrace['correlations'] {
    const { symbols } = this.#correlation;
    return { symbols, values: Array.from(this.#correlation.matrix(), (value) => (Number.isNaN(value) ? null : value)) };
  }

  /** Takes the decisions of one boundary from the state as of it. */
  decide(at: number): void {
    const proposals = this.#desks.flatMap(({ desk, seats }) => this.#propose(desk, seats, at));
    this.#correlate(at);
    const correlation = (a: string, b: string): number => this.#correlation.correlation(a, b);
    for (const decision of decide(proposals, correlation)) this.#output.decision({ ts: at, ...decision });
  }

  #propose({ bars, symbol }: Desk, seats: readonly Seat[], at: number): Proposal[] {
    const mid = closeAt(bars, at);
    if (mid === undefined) return [];
    if (at % BOOK_ROW_INTERVAL === 0) this.#output.book(bookRow(bars, symbol, at));
    const window = windowOf(bars, at);
    const votes: Vote[] = [];
    for (const { spec, model } of seats) {
      const signal = model.predict({ window, features: this.#features(bars, at), barNumber: at / this.#job.bar });
      if (signal === undefined) continue;
      this.#output.signal({ ts: at, symbol, model: spec.name, ...signal, regime: this.#regime(bars, at), mid });
      votes.push({ kind: spec.kind, signal });
    }
    if (votes.length === 0) return [];
    const regime = this.#regime(bars, at);
    return [{ symbol, score: consensusOf(votes, regime), regime }];
  }

  /** Adds a bar to the correlations once all symbols have one. */
  #correlate(at: number): void {
    const closes = this.#desks.map(({ desk }) => closeAt(desk.bars, at));
    const complete = closes.filter((close) => close !== undefined);
    if (complete.length === closes.length) this.#correlation.push(complete);
  }
}

/** The newest bars up to a boundary, without a copy. */
function windowOf(bars: Bars, at: number): MarketWindow {
  return {
    close: recent(bars, 'close', at, WINDOW),
    longClose: recent(bars, 'close', at, LONG_WINDOW),
    volume: recent(bars, 'volume', at, WINDOW),
    imbalance: newest(recent(bars, 'imbalance', at, 1)),
    tilt: newest(recent(bars, 'tilt', at, 1)),
  };
}

/** The close of the bar that ended at a boundary, or `undefined` when none did. */
function closeAt(bars: Bars, at: number): number | undefined {
  return newest(recent(bars, 'ts', at, 1)) === at ? newest(recent(bars, 'close', at, 1)) : undefined;
}

function bookRow(bars: Bars, symbol: string, at: number): BookRow {
  const field = (column: 'bid' | 'bidSize' | 'ask' | 'askSize' | 'imbalance'): number =>
    newest(recent(bars, column, at, 1));
  return {
    ts: at,
    symbol,
    bid: field('bid'),
    bid_size: field('bidSize'),
    ask: field('ask'),
    ask_size: field('askSize'),
    imbalance: field('imbalance'),
  };
}

function recent(bars: Bars, column: BarColumn, at: number, rows: number): Float64Array {
  return bars.windowAsOf(column, at, Math.min(rows, bars.size));
}

function newest(view: ArrayLike<number>): number {
  return view[view.length - 1] ?? Number.NaN;
}
