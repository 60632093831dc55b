import type { Decision } from '../trading-pipeline/models/gate.js';
import type { Regime } from '../trading-pipeline/models/regime.js';
import type { Action } from '../trading-pipeline/models/signal.js';

/** What the bot of every step is asked to do. */
export interface Job {
  /** Port of the venue on 127.0.0.1. */
  readonly port: number;
  /** Where alerts are posted. */
  readonly alerts: string;
  readonly symbols: readonly string[];
  /** Model names, separated by commas. */
  readonly models: string;
  /** Length of a bar in milliseconds. */
  readonly bar: number;
  /** DuckDB file to write. */
  readonly database: string;
}

/** One model's opinion of one symbol at the end of a bar. */
export interface SignalRow {
  readonly ts: number;
  readonly symbol: string;
  readonly model: string;
  readonly action: Action;
  readonly strength: number;
  readonly regime: Regime;
}

/** What all models together say of a symbol at the end of a bar. */
export interface DecisionRow extends Pick<Decision, 'symbol' | 'score' | 'regime'> {
  readonly ts: number;
}

/** Columns of the one table, in the order of a row's fields. */
export const COLUMNS = {
  ts: 'DOUBLE',
  symbol: 'VARCHAR',
  model: 'VARCHAR',
  action: 'INTEGER',
  strength: 'DOUBLE',
  regime: 'VARCHAR',
} as const;

/** What the bot of a step gave, and what it counted itself. */
export interface Outcome {
  readonly signals: readonly SignalRow[];
  readonly decisions: readonly DecisionRow[];
  readonly framesParsed: number;
  readonly statements: number;
}

/** The bot of a step: calls `ready` when it has subscribed, and returns when the session has ended and all is stored. */
export type Bot = (job: Job, ready: () => void) => Promise<Outcome>;

/** A score from which on a consensus is worth an alert. */
const STRONG = 0.3;

/** The text of an alert, or `undefined` when a decision is not worth one. */
export function alertOf({ symbol, score, regime }: DecisionRow): string | undefined {
  if (Math.abs(score) < STRONG) return undefined;
  return `${symbol}: ${score > 0 ? 'buy' : 'sell'} (${regime})`;
}

/** Posts an alert and waits until it has arrived. */
export async function postAlert(url: string, text: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: text });
  await response.text();
}
