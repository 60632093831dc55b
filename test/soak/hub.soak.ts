import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub, type SubscriptionStats } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Megabytes in use after a full collection. */
function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function sumOf({ delivered, pending, dropped, conflated, discarded }: SubscriptionStats): number {
  return delivered + pending + dropped + conflated + discarded;
}

describe('a hub that runs for long', () => {
  it('leaves no record and no memory after 10^6 subscribe and unsubscribe cycles on 1,000 topics', async () => {
    const open = { count: 0, most: 0 };
    const clock = new VirtualClock();
    const hub = new SubscriptionHub<Record<string, number>>({
      clock,
      linger: 5,
      replay: 1,
      source: {
        subscribe: async (_topic, emit) => {
          open.most = Math.max(open.most, ++open.count);
          await nextTurn();
          emit(1);
          return () => void open.count--;
        },
      },
    });
    const cycles = async (count: number): Promise<void> => {
      for (let cycle = 0; cycle < count; cycle++) {
        hub.subscribe(`topic ${(cycle * 7) % 1_000}`, () => {}, { onStatus: () => {} }).unsubscribe();
        if (cycle % 1_000 === 0) await clock.advance(cycle % 3_000 === 0 ? 6 : 1);
      }
      for (let turn = 0; turn < 20; turn++) await clock.advance(10);
    };
    await cycles(100_000);
    const before = heapMegabytes();

    await cycles(1_000_000);

    expect(hub.stats()).toMatchObject({ topics: 0, subscriptions: 0, pending: 0 });
    expect(open.count).toBe(0);
    expect(open.most).toBeLessThanOrEqual(1_000);
    expect(heapMegabytes()).toBeLessThan(before * 1.05 + 2);
  });

  it('adds up after 10^7 ticks through every delivery, with handlers that fail, publish, leave and come', async () => {
    const hub = new SubscriptionHub<Record<string, number>>({ replay: 3, onError: () => {} });
    const ended: SubscriptionStats[] = [];
    let echoes = 0;
    const bad = (value: number): void => {
      if (value % 1_000 === 0) throw new Error('bad');
    };
    const lasting = [
      hub.subscribe('a', bad),
      hub.subscribe('a', (value) => {
        if (value % 100 !== 0) return;
        echoes++;
        hub.publish('echo', value);
      }),
      hub.subscribe('a', bad, { delivery: 'serial' }),
      hub.subscribe('a', () => nextTurn().then(() => undefined), { delivery: 'latest' }),
      hub.subscribe('a', () => {}, { delivery: { queue: 7, overflow: { conflate: (value) => value % 13 } } }),
      hub.subscribe('a', () => {}, { delivery: { queue: 64, overflow: 'drop-newest' } }),
      hub.subscribe('echo', () => {}),
    ];
    const batches = hub.batches('a', { queue: 500 });
    let [taken, last] = [0, 0];
    const loop = (async () => {
      for await (const values of batches) {
        taken += values.length;
        last = values.at(-1) ?? last;
      }
    })();
    let before = 0;

    for (let tick = 1; tick <= 10_000_000; tick++) {
      hub.publish('a', tick);
      if (tick % 1_000 === 0) {
        const guest = hub.subscribe('a', () => {}, { delivery: 'serial' });
        if (tick % 10_000 === 0) await nextTurn();
        guest.unsubscribe();
        ended.push(guest.stats());
        if (ended.length > 100) ended.shift();
      }
      if (tick === 1_000_000) before = heapMegabytes();
    }
    await nextTurn();

    for (const stats of [...lasting.map((each) => each.stats()), batches.stats(), ...ended]) {
      expect(sumOf(stats)).toBe(stats.received);
    }
    expect(lasting[0]?.stats()).toMatchObject({ received: 10_000_000, failed: 10_000 });
    expect(lasting[6]?.stats().received).toBe(echoes);
    expect([taken, last]).toEqual([batches.stats().delivered, 10_000_000]);
    const { received, delivered, pending, dropped, conflated, discarded } = hub.stats();
    expect(delivered + pending + dropped + conflated + discarded).toBe(received);
    expect(heapMegabytes()).toBeLessThan(before * 1.05 + 5);
    await batches.return();
    await loop;
    await hub.close();
  });
});
