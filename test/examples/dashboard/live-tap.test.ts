import { describe, expect, it } from 'vitest';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import type { DecisionRow, SignalRow } from '../../../examples/trading-pipeline/bot/rows.js';
import type { LiveUpdate } from '../../../examples/trading-pipeline/dashboard/live-update.js';
import { LiveTap } from '../../../examples/trading-pipeline/optimised/live-tap.js';

const job = { symbols: [{ symbol: 'BTC' }, { symbol: 'ETH' }], models: ['ppo', 'genetic'] } as unknown as BotJob;

describe('what a dashboard is told', () => {
  it('is the price and the opinion of every model at every boundary', () => {
    const { tap, updates } = newTap();
    tap.signal(signal('ETH', 'ppo', -1));
    tap.signal(signal('BTC', 'genetic', 1));
    tap.signal(signal('unknown', 'ppo', 1));
    tap.boundary(100);
    tap.boundary(200);
    tap.flush();

    expect(updates.flatMap(({ ticks }) => ticks)).toEqual([
      { at: 100, prices: [100, null], actions: [null, 1, -1, null], trades: [] },
      { at: 200, prices: [200, null], actions: [], trades: [] },
    ]);
  });

  it('is a trade when the bot changes its mind, and not when it repeats itself', () => {
    const { tap, updates } = newTap();
    for (const action of [1, 1, 0, 1, -1, -1, 1] as const) {
      tap.decision(decision('ETH', action));
      tap.boundary(100);
    }
    tap.flush();

    const trades = updates.flatMap(({ ticks }) => ticks).flatMap((tick) => tick.trades);
    expect(trades.map(({ action }) => action)).toEqual([1, -1, 1]);
  });

  it('counts what need not be done, per model and per row', () => {
    const { tap, updates } = newTap();
    tap.flush();

    expect(updates[0]?.figures).toMatchObject({
      messages: { done: 10, saved: 10 },
      statements: { done: 4, saved: 96 },
      load: { concurrency: 1, queue: 2, oldest: 4, lag: 3 },
      correlations: [1, null, null, 1],
    });
  });
});

function newTap(): { tap: LiveTap; updates: LiveUpdate[] } {
  const updates: LiveUpdate[] = [];
  const sources = {
    prices: (at: number) => [at, null],
    correlations: () => ({ symbols: ['BTC', 'ETH'], values: [1, null, null, 1] }),
    work: () => ({ framesParsed: 10, statements: 4, rows: 100 }),
    load: () => ({ concurrency: 1, queue: 2, oldest: 4, lag: 3 }),
  };
  return { tap: new LiveTap(job, sources, (update) => updates.push(update)), updates };
}

function signal(symbol: string, model: string, action: SignalRow['action']): SignalRow {
  return { ts: 0, symbol, model, action, strength: 1, regime: 'quiet', mid: 1 };
}

function decision(symbol: string, action: DecisionRow['action']): DecisionRow {
  return { ts: 0, symbol, action, score: 1, regime: 'quiet', reason: 'accepted', crowding: 0 };
}
