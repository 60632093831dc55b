import type { BookRow, DecisionRow, SignalRow } from '../bot/rows.js';
import type { BotJob } from '../bot/job.js';
import { consensusOf } from '../models/consensus.js';
import { decide, type Proposal } from '../models/gate.js';
import { PaperLedger } from '../models/paper-ledger.js';
import { WINDOW } from '../models/market-window.js';
import type { Regime } from '../models/regime.js';
import type { ModelSpec } from '../models/roster.js';
import type { Signal } from '../models/signal.js';
import type { NaiveClient } from './database.js';
import { correlationOf } from './correlation.js';
import type { NaiveNotifier } from './notifier.js';

/** What a bot reports at a boundary; no vote while its book is not complete. */
export interface Submission {
  readonly at: number;
  readonly symbol: string;
  readonly model: ModelSpec;
  readonly vote: { readonly close: number; readonly regime: Regime; readonly signal: Signal | undefined } | undefined;
}

/** Waits until every bot has reported a boundary, then decides all symbols together. */
export class Coordinator {
  readonly #job: BotJob;
  readonly #client: NaiveClient;
  readonly #notifier: NaiveNotifier | undefined;
  readonly #botCount: number;
  readonly #waiting = new Map<number, Submission[]>();
  readonly #ledger = new PaperLedger();
  readonly #closes = new Map<string, number[]>();
  readonly signals: SignalRow[] = [];
  readonly decisions: DecisionRow[] = [];
  readonly bookRows: BookRow[] = [];
  readonly #onDecided: (at: number) => void;
  #order: Promise<void> = Promise.resolve();
  #judgements = 0;

  constructor(job: BotJob, client: NaiveClient, onDecided: (at: number) => void, notifier?: NaiveNotifier) {
    this.#onDecided = onDecided;
    this.#job = job;
    this.#client = client;
    this.#notifier = notifier;
    this.#botCount = job.symbols.length * job.models.length;
    for (const { symbol } of job.symbols) this.#closes.set(symbol, []);
  }

  /** Times a position was asked for. */
  get positionChecks(): number {
    return this.#ledger.checks;
  }

  /** Times it was asked for without need, and times that the gate judged. */
  get needlessChecks(): number {
    return this.#ledger.needless;
  }

  get judgements(): number {
    return this.#judgements;
  }

  /** Notes a signal for the report. */
  record(signal: SignalRow): void {
    this.signals.push(signal);
  }

  /** Notes the top of a book for the report. */
  recordBook(row: BookRow): void {
    this.bookRows.push(row);
  }

  /** Takes a bot's report. The last one of a boundary waits for the decisions to be stored. */
  async submit(submission: Submission): Promise<void> {
    const reports = this.#waiting.get(submission.at) ?? [];
    this.#waiting.set(submission.at, reports);
    reports.push(submission);
    if (reports.length < this.#botCount) return;
    this.#waiting.delete(submission.at);
    this.#order = this.#order.then(() => this.#decide(submission.at, reports));
    await this.#order;
  }

  async #decide(ts: number, reports: readonly Submission[]): Promise<void> {
    this.#remember(reports);
    const inRosterOrder = reports.toSorted((a, b) => this.#place(a.model) - this.#place(b.model));
    const proposals = this.#job.symbols.flatMap(({ symbol }) => proposalOf(symbol, inRosterOrder));
    this.#judgements++;
    const decisions = decide(proposals, {
      correlation: (a, b) => this.#correlation(a, b),
      hasRoom: (symbol, action) => this.#ledger.hasRoom(symbol, action),
    });
    for (const decision of decisions) {
      const row = { ts, ...decision };
      await this.#client.insert('decisions', row);
      this.decisions.push(row);
      // Filled long before the next boundary, which is when it counts.
      this.#ledger.fill(decision.symbol, decision.action);
      await this.#notifier?.decided(row, closeOf(row.symbol, reports));
    }
    this.#onDecided(ts);
  }

  #place(model: ModelSpec): number {
    return this.#job.models.indexOf(model.name);
  }

  /** Adds a bar to the histories once all symbols have one. */
  #remember(reports: readonly Submission[]): void {
    if (reports.some(({ vote }) => vote === undefined)) return;
    for (const [symbol, history] of this.#closes) {
      history.push(closeOf(symbol, reports));
      if (history.length > WINDOW) history.shift();
    }
  }

  /** A pair's correlation from scratch, over the whole window. */
  #correlation(a: string, b: string): number {
    const side = (symbol: string): { values: readonly number[]; step: number } => ({
      values: this.#closes.get(symbol) ?? [],
      step: this.#job.symbols.find((job) => job.symbol === symbol)?.midStep ?? 1,
    });
    return correlationOf(side(a), side(b));
  }
}

function closeOf(symbol: string, reports: readonly Submission[]): number {
  return reports.find((report) => report.symbol === symbol)?.vote?.close ?? Number.NaN;
}

function proposalOf(symbol: string, reports: readonly Submission[]): Proposal[] {
  const votes = reports.flatMap(({ symbol: of, model, vote }) =>
    of === symbol && vote?.signal !== undefined ? [{ kind: model.kind, signal: vote.signal }] : [],
  );
  const regime = reports.find((report) => report.symbol === symbol)?.vote?.regime ?? 'unknown';
  return votes.length === 0 ? [] : [{ symbol, score: consensusOf(votes, regime), regime }];
}
