import type { BotJob } from '../bot/job.js';
import type { Question } from '../bot/question.js';
import type { Proposal } from '../models/gate.js';
import { WINDOW } from '../models/market-window.js';
import type { Moment, Seat } from './moment.js';

/** Which calls of a function may share a result, and for how long: options for its cache. */
export interface Slack<Args extends readonly unknown[]> {
  /** Milliseconds of market time. */
  readonly ttl: number;
  /** Calls with equal keys share a result. */
  readonly key: (...args: Args) => unknown;
}

/** What may be served although its inputs have changed a little, cache by cache. */
export interface Tolerance {
  readonly features: Slack<[Moment]>;
  readonly regime: Slack<[Moment]>;
  /** Without it every model is asked at every boundary: no two of these calls are the same. */
  readonly predictions?: Slack<[Seat, Moment]>;
  /** Without it the gate decides at every boundary. */
  readonly decisions?: Slack<[readonly Proposal[]]>;
  readonly reasoning: Slack<[Question]>;
}

/** Prices that differ by less than this share count as the same: a hundredth of a percent. */
const PRICE_STEP = 0.0001;

/** The tolerance that a job asks for. */
export function toleranceOf({ mode, ttlScale }: Pick<BotJob, 'mode' | 'ttlScale'>): Tolerance {
  return mode === 'exact' ? EXACT : tolerant(ttlScale);
}

/** Nothing is served but what would be computed again from the same: for ever, and by the whole input. */
const EXACT: Tolerance = {
  // The ring is its own key, by identity and version: a 200-bar window is looked up in O(1).
  features: { ttl: Infinity, key: ({ bars, at }) => [bars, at] },
  regime: { ttl: Infinity, key: ({ bars, at }) => [bars, at] },
  reasoning: { ttl: Infinity, key: (question) => question },
};

/** Results are served for as long as usual for their kind, while price and score are about the same. */
function tolerant(scale: number): Tolerance {
  return {
    features: { ttl: 60_000 * scale, key: place },
    regime: { ttl: 300_000 * scale, key: place },
    predictions: { ttl: 30_000 * scale, key: ({ spec }, moment) => [spec.name, place(moment)] },
    decisions: {
      ttl: 10_000 * scale,
      key: (proposals) => proposals.map(({ symbol, score, regime }) => [symbol, score.toFixed(1), regime]),
    },
    reasoning: {
      ttl: 3_600_000 * scale,
      key: ({ symbol, action, score, regime, price }) => [symbol, action, score.toFixed(1), regime, steps(price)],
    },
  };
}

/** About where a symbol is; before the window is full, exactly. */
function place({ symbol, close, bars, at, window }: Moment): unknown {
  return window.close.length < WINDOW ? [bars, at] : [symbol, steps(close)];
}

/** A price in steps of {@link PRICE_STEP}, the same for prices that are about the same. */
function steps(price: number): number {
  return Math.round(Math.log(price) / PRICE_STEP);
}
