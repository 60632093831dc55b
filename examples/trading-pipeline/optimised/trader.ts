import type { Clock } from 'tickwise/core';
import { cacheDecision, type Memoized } from 'tickwise/memo';
import { RollingCorrelation } from 'tickwise/rolling';
import type { BotJob } from '../bot/job.js';
import type { BotTrace, Survival } from '../bot/result.js';
import { BOOK_ROW_INTERVAL, type BookRow, type DecisionRow, type SignalRow } from '../bot/rows.js';
import { consensusOf, type Vote } from '../models/consensus.js';
import { type Decision, decide, type Proposal } from '../models/gate.js';
import { WINDOW } from '../models/market-window.js';
import { type ModelSpec, rosterOf } from '../models/roster.js';
import type { Opinion } from './analyst.js';
import { type Moment, valueAt } from './moment.js';
import { positionTag, PositionGate } from './position-gate.js';
import { toleranceOf } from './tolerance.js';

/** Bars needed before a correlation means anything. */
const MIN_BARS = 50;

/** Where rows go. */
export interface TraderOutput {
  signal(row: SignalRow): void;
  /** `price` is the mid at the boundary. */
  decision(row: DecisionRow, price: number): void;
  book(row: BookRow): void;
}

/** Makes one decision per symbol of what the models say, all symbols together, and orders. */
export class Trader {
  readonly #output: TraderOutput;
  readonly #roster: readonly ModelSpec[];
  readonly #correlation: RollingCorrelation;
  readonly #positions: PositionGate;
  readonly #judge: (proposals: readonly Proposal[]) => readonly Decision[];
  readonly #bar: number;
  readonly #isFaulted: boolean;
  /** Symbols that have had a price. */
  readonly #priced = new Set<number>();
  #staleMs = 0;
  readonly #staleAt: number[] = [];

  constructor(job: BotJob, clock: Clock, output: TraderOutput) {
    this.#output = output;
    this.#bar = job.bar;
    this.#isFaulted = job.faults !== undefined;
    this.#roster = rosterOf(job.models.join(','));
    this.#correlation = new RollingCorrelation({
      symbols: job.symbols.map(({ symbol }) => symbol),
      window: WINDOW,
      minPeriods: MIN_BARS,
      tickSize: Object.fromEntries(job.symbols.map(({ symbol, midStep }) => [symbol, midStep])),
    });
    const correlation = (a: string, b: string): number => this.#correlation.correlation(a, b);
    const judge = (proposals: readonly Proposal[]): readonly Decision[] =>
      decide(proposals, { correlation, hasRoom: (symbol, action) => this.#positions.hasRoom(symbol, action) });
    const { decisions } = toleranceOf(job);
    const tags = (_: unknown, proposals: readonly Proposal[]): string[] =>
      proposals.map(({ symbol }) => positionTag(symbol));
    const cached: Memoized<typeof judge> | undefined =
      decisions && cacheDecision(judge, { name: 'decisions', clock, tags, ...decisions });
    this.#judge = cached ?? judge;
    this.#positions = new PositionGate(clock, (tag) => void cached?.invalidateTag(tag));
  }

  /** Market time for which symbols had no current price, summed over them, in milliseconds, and the boundaries. */
  get stale(): Pick<Survival, 'staleMs' | 'staleAt'> {
    return { staleMs: this.#staleMs, staleAt: this.#staleAt };
  }

  /** Correlations of the symbols as of the latest boundary. */
  get correlations(): BotTrace['correlations'] {
    const { symbols } = this.#correlation;
    return { symbols, values: Array.from(this.#correlation.matrix(), (value) => (Number.isNaN(value) ? null : value)) };
  }

  /** Times a position was asked for. */
  get positionChecks(): number {
    return this.#positions.checks;
  }

  /** Takes the decisions of one boundary: `moments` and `opinions` of every symbol, in the order of the job. */
  decide(at: number, moments: readonly (Moment | undefined)[], opinions: readonly (Opinion | undefined)[]): void {
    for (const [index, moment] of moments.entries()) {
      if (moment !== undefined) this.#priced.add(index);
      else if (this.#priced.has(index)) this.#becomeStale(at);
    }
    const proposals = moments.flatMap((moment, index) => (moment ? this.#propose(moment, opinions[index] ?? []) : []));
    this.#correlate(moments);
    for (const decision of this.#judge(proposals)) {
      const price = moments.find((moment) => moment?.symbol === decision.symbol)?.close ?? Number.NaN;
      this.#output.decision({ ts: at, ...decision }, price);
      if (decision.action !== 0) this.#positions.order(decision.symbol, decision.action);
    }
  }

  #becomeStale(at: number): void {
    this.#staleMs += this.#bar;
    // A market without faults may be without a price for hours.
    if (this.#isFaulted) this.#staleAt.push(at);
  }

  #propose({ symbol, bars, at: ts, close: mid }: Moment, opinion: Opinion): Proposal[] {
    if (ts % BOOK_ROW_INTERVAL === 0) this.#output.book(bookRow(bars, symbol, ts));
    const votes: (Vote & Pick<Proposal, 'regime'>)[] = [];
    for (const [index, { name: model, kind }] of this.#roster.entries()) {
      const voice = opinion[index];
      if (voice === undefined) continue;
      const { action, strength, regime } = voice;
      this.#output.signal({ ts, symbol, model, action, strength, regime, mid });
      votes.push({ kind, signal: { action, strength }, regime });
    }
    const [first] = votes;
    return first === undefined ? [] : [{ symbol, score: consensusOf(votes, first.regime), regime: first.regime }];
  }

  /** Adds a bar to the correlations once all symbols have one. */
  #correlate(moments: readonly (Moment | undefined)[]): void {
    const closes = moments.flatMap((moment) => moment?.close ?? []);
    if (closes.length === moments.length) this.#correlation.push(closes);
  }
}

function bookRow(bars: Moment['bars'], symbol: string, ts: number): BookRow {
  return {
    ts,
    symbol,
    bid: valueAt(bars, 'bid', ts),
    bid_size: valueAt(bars, 'bidSize', ts),
    ask: valueAt(bars, 'ask', ts),
    ask_size: valueAt(bars, 'askSize', ts),
    imbalance: valueAt(bars, 'imbalance', ts),
  };
}
