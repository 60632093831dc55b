import type {
  LiveFigures,
  LiveSession,
  LiveTick,
  LiveUpdate,
} from '../../../examples/trading-pipeline/dashboard/live-update.js';

/** A session of two symbols and two models. */
export const session: LiveSession = {
  name: 'synthetic-1',
  kind: 'synthetic',
  venue: 'binance',
  symbols: ['BTCUSDT', '<b>ETH</b>'],
  steps: [0.05, 0.005],
  models: ['ppo', 'genetic'],
  bar: 100,
};

const START = Date.UTC(2025, 0, 6);

/** The tick of a boundary, counted from 0. */
export function tick(boundary: number): LiveTick {
  return {
    at: START + boundary * session.bar,
    prices: [60_000 + boundary, 2_600 - boundary / 10],
    actions: [1, 0, -1, null],
    trades: boundary % 10 === 0 ? [{ symbol: 0, action: 1 }] : [],
  };
}

/** What a bot says of the boundaries from `first` on. */
export function update(first: number, ticks = 1): LiveUpdate {
  return { ticks: Array.from({ length: ticks }, (_, index) => tick(first + index)), figures: figures(first + ticks) };
}

function figures(boundaries: number): LiveFigures {
  return {
    caches: { features: { calls: boundaries * 4, hits: boundaries * 3 } },
    calls: { done: boundaries, saved: boundaries * 3 },
    messages: { done: boundaries * 10, saved: boundaries * 10 },
    statements: { done: 1, saved: boundaries },
    load: { concurrency: 1, queue: boundaries % 50, oldest: (boundaries % 50) * 100, lag: boundaries % 3 },
    correlations: [1, -0.5, -0.5, 1],
  };
}
