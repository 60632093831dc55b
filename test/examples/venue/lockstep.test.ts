import { VirtualClock } from 'tickwise/core';
import { expect, it } from 'vitest';
import { Lockstep } from '../../../examples/trading-pipeline/venue/lockstep.js';
import { bybit2021Lines, recordingOf } from './recordings.js';
import { TestClient } from './test-client.js';
import { openServer } from './test-server.js';

it('waits ten seconds for a bot, and says when it no longer does', async () => {
  const clock = new VirtualClock();
  let givenUp = 0;
  const lockstep = new Lockstep(100, clock, () => givenUp++);

  lockstep.release(101);
  await clock.advance(9_999);
  lockstep.release(102);
  await clock.advance(9_999);
  expect([lockstep.released, givenUp]).toEqual([102, 0]);
  await clock.advance(1);

  expect([lockstep.released, givenUp]).toEqual([Infinity, 1]);
  lockstep.close();
});

it.each([
  ['a bot that falls silent in the middle', [1_100], 1],
  ['a bot that has had everything', [1_100, 1_200, 1_300, 1_400], 0],
])('a venue counts %s', async (_, marks, givenUp) => {
  const ioClock = new VirtualClock();
  const faults = [{ kind: 'slow-database', from: 0, to: 0, symbol: '' }] as const;
  const server = await openServer(recordingOf(bybit2021Lines), { faults, ioClock });
  const client = await TestClient.connect(server.url);
  await client.ask({ op: 'subscribe', args: ['trade.BTCUSDT'] });

  server.start();
  for (const mark of marks) {
    await client.until(() => client.received.includes(`{"event":"clock","t":${mark}}`));
    server.reached(mark);
  }
  if (givenUp === 0) await client.untilEnd();
  await ioClock.advance(10_000);
  await client.untilEnd();

  expect(server.counts().waitsGivenUp).toBe(givenUp);
});
