import { VirtualClock } from 'tickwise/core';
import { expect, it } from 'vitest';
import { FILL_DELAY, MAX_POSITION } from '../../../examples/trading-pipeline/models/paper-ledger.js';
import { PositionGate } from '../../../examples/trading-pipeline/optimised/position-gate.js';

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
