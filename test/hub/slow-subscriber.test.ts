import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SubscriptionHub } from 'tickwise/hub';
import { expect, it } from 'vitest';
import { settle } from './test-source.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const TICKS = 1_000_000;
const KEYS = 100;

it('loses what its policy says out of a million values, while fast ones get all, and nothing grows', async () => {
  const hub = new SubscriptionHub<{ a: number }>();
  const [kept, newest]: [number[], number[]] = [[], []];
  let [fast, inOrder] = [0, true];
  const conflate = (value: number): number => value % KEYS;
  const oldest = hub.subscribe('a', (value) => void kept.push(value), {
    delivery: { queue: 1_024, overflow: 'drop-oldest' },
  });
  const byKey = hub.subscribe('a', (value) => void newest.push(value), {
    delivery: { queue: 1_024, overflow: { conflate } },
  });
  hub.subscribe('a', (value) => {
    inOrder &&= value === fast++;
  });
  hub.publish('a', 0);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;

  for (let value = 1; value < TICKS; value++) hub.publish('a', value);
  collectGarbage();
  const grown = process.memoryUsage().heapUsed - before;
  const pending = byKey.stats().pending;
  await settle();

  expect([fast, inOrder]).toEqual([TICKS, true]);
  expect(kept).toEqual(Array.from({ length: 1_024 }, (_, index) => TICKS - 1_024 + index));
  expect(oldest.stats()).toMatchObject({ received: TICKS, dropped: 998_976, delivered: 1_024, pending: 0 });
  expect(newest).toEqual(Array.from({ length: KEYS }, (_, index) => TICKS - KEYS + index));
  expect(pending).toBe(KEYS);
  expect(byKey.stats()).toMatchObject({ received: TICKS, conflated: TICKS - KEYS, delivered: KEYS, dropped: 0 });
  expect(grown).toBeLessThan(20 * 2 ** 20);
});
