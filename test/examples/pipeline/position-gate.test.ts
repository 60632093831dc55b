import { VirtualClock } from 'tickwise/core';
import { expect, it } from 'vitest';
import { FILL_DELAY, MAX_POSITION } from '../../../examples/trading-pipeline/models/paper-ledger.js';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import type { DecisionRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { newBars } from '../../../examples/trading-pipeline/optimised/desk.js';
import { momentOf } from '../../../examples/trading-pipeline/optimised/moment.js';
import { PositionGate } from '../../../examples/trading-pipeline/optimised/position-gate.js';
import { Trader } from '../../../examples/trading-pipeline/optimised/trader.js';

/** Between two whole seconds, so that no book is stored. */
const START = 1_000_000_000_100;

const tolerantJob: BotJob = {
  venue: 'binance',
  market: 'usdm',
  port: 0,
  symbols: [{ symbol: 'BTC', topics: {}, midStep: 0.5 }],
  models: ['ppo'],
  bar: 1,
  start: START,
  isWatched: false,
  mode: 'tolerant',
  ttlScale: 1,
  database: '',
  result: '',
};

it('answers from the cache until a fill, and is right 1 ms after the order', async () => {
  const clock = new VirtualClock();
  const gate = new PositionGate(clock);
  for (let unit = 1; unit < MAX_POSITION; unit++) gate.order('BTC', 1);
  await clock.advance(FILL_DELAY);
  const ask = (): boolean[] => [gate.hasRoom('BTC', 1), gate.hasRoom('BTC', -1), gate.hasRoom('ETH', 1)];
  expect(ask()).toEqual([true, true, true]);

  gate.order('BTC', 1);
  const before = ask();
  await clock.advance(1);
  const after = ask();

  expect(before).toEqual([true, true, true]);
  expect(after).toEqual([false, true, true]);
  // Three at first, and the two of the symbol that was filled; the other symbol's was kept.
  expect(gate.checks).toBe(5);
  expect(gate.hasRoom.stats()).toMatchObject({ calls: 9, hits: 4, misses: 5 });
});

it('keeps what it knows while nothing fills, for an hour of market time', async () => {
  const clock = new VirtualClock();
  const gate = new PositionGate(clock);

  for (let minute = 0; minute < 60; minute++) {
    gate.hasRoom('BTC', 1);
    await clock.advance(60_000);
  }
  expect(gate.checks).toBe(1);

  gate.hasRoom('BTC', 1);
  expect(gate.checks).toBe(2);
});

it('makes the gate of mode tolerant decide anew 1 ms after an order, and only then', async () => {
  const clock = new VirtualClock(START);
  const decisions: DecisionRow[] = [];
  const output = { signal: () => {}, decision: (row: DecisionRow) => decisions.push(row), book: () => {} };
  const trader = new Trader(tolerantJob, clock, output);
  const bars = newBars();
  const decideAt = async (at: number): Promise<void> => {
    await clock.advanceTo(at);
    bars.push({ ts: at, close: 1, volume: 1, imbalance: 0, tilt: 0, bid: 1, bidSize: 1, ask: 1, askSize: 1 });
    const moment = momentOf('BTC', bars, at) ?? expect.unreachable('a bar has just ended');
    trader.decide(at, [moment], [[{ action: 1, strength: 1, regime: 'range' }]]);
  };

  // The fill of each comes 1 ms later, in time for the next.
  for (let unit = 0; unit <= MAX_POSITION; unit++) await decideAt(START + 1 + unit);
  for (let later = 10; later < 20; later++) await decideAt(START + later);

  const reasons = decisions.map(({ reason }) => reason);
  expect(reasons).toEqual([...Array(MAX_POSITION).fill('accepted'), ...Array(11).fill('full')]);
  // Asked once for each unit and when it was full; the other ten answers came from the cache.
  expect(trader.positionChecks).toBe(MAX_POSITION + 1);
});
