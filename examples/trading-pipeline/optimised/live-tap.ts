import { systemClock } from 'tickwise/core';
import type { BotJob } from '../bot/job.js';
import type { BotTrace } from '../bot/result.js';
import type { DecisionRow, SignalRow } from '../bot/rows.js';
import type { LiveFigures, LiveLoad, LiveTick, LiveTrade, LiveUpdate } from '../dashboard/live-update.js';
import type { Action } from '../models/signal.js';
import { hitsByName } from './trace.js';

/** Milliseconds between two updates: as often as an eye can follow. */
const INTERVAL = 50;

/** Where a tap looks. */
export interface LiveSources {
  /** Mid price of every symbol at a boundary; `null` where no bar ended. */
  prices(at: number): readonly (number | null)[];
  correlations(): BotTrace['correlations'];
  work(): { readonly framesParsed: number; readonly statements: number; readonly rows: number };
  load(): LiveLoad;
}

/** Tells a dashboard what the bot does. */
export class LiveTap {
  readonly #symbols: ReadonlyMap<string, number>;
  readonly #models: readonly string[];
  readonly #sources: LiveSources;
  readonly #send: (update: LiveUpdate) => void;
  readonly #direction = new Map<string, Action>();
  #ticks: LiveTick[] = [];
  #actions: (Action | null)[] = [];
  #trades: LiveTrade[] = [];
  #nextAt = 0;

  constructor(job: BotJob, sources: LiveSources, send: (update: LiveUpdate) => void) {
    this.#symbols = new Map(job.symbols.map(({ symbol }, index) => [symbol, index]));
    this.#models = job.models;
    this.#sources = sources;
    this.#send = send;
  }

  signal({ symbol, model, action }: SignalRow): void {
    const index = this.#symbols.get(symbol);
    if (index === undefined) return;
    if (this.#actions.length === 0) this.#actions = this.#silence();
    this.#actions[index * this.#models.length + this.#models.indexOf(model)] = action;
  }

  /** Notes a trade when the bot has changed its mind: it does not buy again what it has bought. */
  decision({ symbol, action }: DecisionRow): void {
    const index = this.#symbols.get(symbol);
    if (index === undefined || action === 0 || this.#direction.get(symbol) === action) return;
    this.#direction.set(symbol, action);
    this.#trades.push({ symbol: index, action });
  }

  /** Ends a boundary, and tells the dashboard when it has not heard for a while. */
  boundary(at: number): void {
    this.#ticks.push({ at, prices: this.#sources.prices(at), actions: this.#actions, trades: this.#trades });
    this.#actions = [];
    this.#trades = [];
    if (systemClock.now() >= this.#nextAt) this.flush();
  }

  /** Tells the dashboard what it has not heard. */
  flush(): void {
    this.#send({ ticks: this.#ticks, figures: this.#figures() });
    this.#ticks = [];
    this.#nextAt = systemClock.now() + INTERVAL;
  }

  #figures(): LiveFigures {
    const { framesParsed, statements, rows } = this.#sources.work();
    const caches = hitsByName();
    const count = (of: 'calls' | 'hits'): number => Object.values(caches).reduce((sum, cache) => sum + cache[of], 0);
    return {
      caches,
      calls: { done: count('calls') - count('hits'), saved: count('hits') },
      // Each model of the usual way reads every message of its symbol by itself.
      messages: { done: framesParsed, saved: framesParsed * (this.#models.length - 1) },
      statements: { done: statements, saved: Math.max(0, rows - statements) },
      load: this.#sources.load(),
      correlations: this.#sources.correlations().values,
    };
  }

  #silence(): null[] {
    return Array.from({ length: this.#symbols.size * this.#models.length }, () => null);
  }
}
