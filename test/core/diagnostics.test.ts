import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { BatchWriter } from 'tickwise/batch';
import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { memo } from 'tickwise/memo';
import { CircuitBreaker } from 'tickwise/schedule';
import { afterEach, describe, expect, it } from 'vitest';

const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Everything said on a channel from now on. */
function listen(name: string): unknown[] {
  const messages: unknown[] = [];
  const hear = (message: unknown): void => void messages.push(message);
  subscribe(name, hear);
  endings.push(() => unsubscribe(name, hear));
  return messages;
}

describe('what is told on node:diagnostics_channel', () => {
  it('is every run of a cached function', async () => {
    const loads = listen('tickwise:load');
    const clock = new VirtualClock();
    const feature = memo(
      async (symbol: string) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
        if (symbol === 'LUNA') throw new RangeError('delisted');
        return symbol.length;
      },
      { name: 'diagnosed', clock, ioClock: clock },
    );

    const calls = [feature('BTC'), feature('BTC'), feature('LUNA').catch(() => {})];
    await clock.advance(20);
    await Promise.all(calls);
    await feature('BTC');

    expect(loads).toEqual([
      { cache: 'diagnosed', loadTimeMs: 20, isError: false },
      { cache: 'diagnosed', loadTimeMs: 20, isError: true },
    ]);
  });

  it('is every change of a breaker', async () => {
    const changes = listen('tickwise:breaker');
    const clock = new VirtualClock();
    const breaker = new CircuitBreaker({
      name: 'venue',
      failureRate: 0.5,
      window: 2,
      openFor: 1_000,
      probes: 1,
      clock,
    });
    const fail = () => Promise.reject(new RangeError('down'));
    for (const _ of [1, 2]) await breaker.execute(fail).catch(() => {});
    await clock.advance(1_000);

    await breaker.execute(() => Promise.resolve(1));

    expect(changes).toEqual([
      { name: 'venue', from: 'closed', to: 'open' },
      { name: 'venue', from: 'open', to: 'half-open' },
      { name: 'venue', from: 'half-open', to: 'closed' },
    ]);
  });

  it('is what queues of a hub drop', () => {
    const drops = listen('tickwise:drop');
    const hub = new SubscriptionHub<{ price: number }>();
    hub.subscribe('price', () => new Promise(() => {}), { delivery: { queue: 2, overflow: 'drop-oldest' } });

    for (let price = 0; price < 5; price++) hub.publish('price', price);

    expect(drops.length).toBeGreaterThan(0);
    expect(drops).toEqual(drops.map(() => ({ from: 'hub', topic: 'price', count: 1 })));
    expect(drops).toHaveLength(hub.stats().dropped);
  });

  it('is every send of a batch', async () => {
    const flushes = listen('tickwise:flush');
    const clock = new VirtualClock();
    const down = new RangeError('down');
    let isUp = false;
    const sink = async (): Promise<void> => {
      if (!isUp) throw down;
    };
    const writer = new BatchWriter<number>({ name: 'trades', sink, clock, ioClock: clock, onError: () => undefined });
    for (const row of [1, 2, 3]) writer.add(row);
    const flushed = writer.flush();
    await clock.advance(0);
    isUp = true;
    await clock.advance(60_000);
    await flushed;
    await writer.close();

    expect(flushes).toEqual([
      { writer: 'trades', rows: 3, attempt: 1, error: down },
      { writer: 'trades', rows: 3, attempt: 2, error: undefined },
    ]);
  });

  it.each(['drop-oldest', 'drop-newest'] as const)('is every row given up for want of room (%s)', async (overflow) => {
    const drops = listen('tickwise:drop');
    const clock = new VirtualClock();
    const sink = (): Promise<void> => new Promise(() => {});
    const writer = new BatchWriter<number>({ sink, clock, maxPending: 2, overflow, closeTimeout: 0 });

    for (let row = 0; row < 5; row++) writer.add(row);

    expect(drops).toEqual(Array.from({ length: writer.stats().dropped }, () => DROPPED_ROW));
    expect(drops.length).toBeGreaterThan(0);
    await writer.close().catch(() => undefined);
  });
});

const DROPPED_ROW = { from: 'batch', topic: undefined, count: 1 };
