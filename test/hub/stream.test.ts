import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

interface Topics {
  a: number;
}

describe('stream', () => {
  it('subscribes at once and yields values in order', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a');
    const seen: number[] = [];
    for (const value of [1, 2, 3]) hub.publish('a', value);

    for await (const value of stream) {
      seen.push(value);
      if (value === 2) hub.publish('a', 4);
      if (value === 4) break;
    }

    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('ends its subscription when the loop is left, and discards what waits', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a');
    hub.publish('a', 1);
    hub.publish('a', 2);

    for await (const value of stream) if (value === 1) break;
    await settle();

    expect(stream.stats()).toMatchObject({ state: 'unsubscribed', received: 2, delivered: 1, discarded: 1 });
    expect(hub.stats()).toMatchObject({ subscriptions: 0, topics: 0 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('ends its subscription at the end of an await using block', async () => {
    const hub = new SubscriptionHub<Topics>();
    {
      await using stream = hub.stream('a');
      expect(stream.stats().state).toBe('active');
    }

    expect(hub.stats().subscriptions).toBe(0);
  });

  it('wakes a waiting loop, and serves calls of next in their order', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a');
    const results = Promise.all([stream.next(), stream.next(), stream.next()]);

    hub.publish('a', 1);
    hub.publish('a', 2);
    await settle();
    hub.publish('a', 3);

    expect((await results).map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('yields undefined and null as values', async () => {
    const hub = new SubscriptionHub<{ any: unknown }>();
    const stream = hub.stream('any');

    hub.publish('any', undefined);
    hub.publish('any', null);

    expect(await stream.next()).toEqual({ done: false, value: undefined });
    expect(await stream.next()).toEqual({ done: false, value: null });
  });

  it('keeps the newest 1 024 by default, and counts what it dropped', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a');

    for (let value = 0; value < 40_000; value++) hub.publish('a', value);

    expect(await stream.next()).toEqual({ done: false, value: 40_000 - 1_024 });
    expect(stream.stats()).toMatchObject({ received: 40_000, dropped: 40_000 - 1_024, pending: 1_023, delivered: 1 });
  });

  it('yields the last of a burst when conflating', async () => {
    const hub = new SubscriptionHub<Topics>();
    await using stream = hub.stream('a', { queue: 1, overflow: { conflate: () => 'one key' } });
    const waiting = stream.next();

    for (let value = 1; value <= 40_000; value++) hub.publish('a', value);

    expect(await waiting).toEqual({ done: false, value: 40_000 });
    expect(stream.stats()).toMatchObject({ conflated: 39_999, delivered: 1 });
  });

  it('brings a loop the last of every burst when conflating, and ends it', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a', { queue: 1, overflow: { conflate: () => 'one key' } });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of stream) seen.push(value);
    })();

    for (const burst of [1, 2, 3]) {
      for (let value = 1; value <= 40_000; value++) hub.publish('a', burst * 100_000 + value);
      await settle();
    }
    await hub.close();
    await reading;

    expect(seen.filter((value) => value % 100_000 === 40_000)).toEqual([140_000, 240_000, 340_000]);
    expect(seen.length).toBeLessThanOrEqual(6);
    const { received, delivered, conflated } = stream.stats();
    expect([received, delivered + conflated]).toEqual([120_000, 120_000]);
  });

  it('lets a publisher that awaits run no faster than the loop', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a', { queue: 2, overflow: 'wait' });
    let published = 0;
    const publishing = (async () => {
      for (; published < 10; published++) await hub.publish('a', published);
    })();
    await settle();
    expect(published).toBeLessThanOrEqual(2);

    const seen: number[] = [];
    for await (const value of stream) {
      seen.push(value);
      expect(published - seen.length).toBeLessThanOrEqual(2);
      if (seen.length === 10) break;
    }
    await publishing;

    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('rejects once with an OverflowError when disconnected, then is done', async () => {
    const hub = new SubscriptionHub<Topics>({ onError: () => {} });
    const stream = hub.stream('a', { queue: 2, overflow: 'disconnect' });

    for (const value of [1, 2, 3]) hub.publish('a', value);

    await expect(stream.next()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(stream.stats()).toMatchObject({ state: 'disconnected', dropped: 3 });
  });

  it('gets replayed values first', async () => {
    const hub = new SubscriptionHub<Topics>({ replay: 2 });
    hub.subscribe('a', () => {});
    for (const value of [1, 2, 3]) hub.publish('a', value);

    const stream = hub.stream('a');
    hub.publish('a', 4);

    const seen = [await stream.next(), await stream.next(), await stream.next()];
    expect(seen.map(({ value }) => value)).toEqual([2, 3, 4]);
  });

  it('yields what waits when the source ends the topic, and is done then', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Topics>({ source });
    const stream = hub.stream('a');
    await settle();
    source.last.emit(1);
    source.last.emit(2);
    source.last.notify({ type: 'closed' });

    const seen: number[] = [];
    for await (const value of stream) seen.push(value);

    expect(seen).toEqual([1, 2]);
    expect(hub.stats()).toMatchObject({ received: 2, delivered: 2, pending: 0 });
  });

  it('discards what waits when left after the source ended the topic', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Topics>({ source });
    const stream = hub.stream('a');
    await settle();
    source.last.emit(1);
    source.last.notify({ type: 'closed' });

    await stream.return();

    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(stream.stats()).toMatchObject({ state: 'closed', discarded: 1, pending: 0 });
  });

  it('lets waiting calls go when it is left, and when the hub is closed', async () => {
    const hub = new SubscriptionHub<Topics>();
    const left = hub.stream('a');
    const closed = hub.stream('a');
    const waiting = [left.next(), closed.next()];

    await left.return();
    await hub.close();

    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('refuses more than 1 024 calls of next that wait', async () => {
    const hub = new SubscriptionHub<Topics>();
    const stream = hub.stream('a');
    const waiting = Array.from({ length: 1_024 }, () => stream.next());

    await expect(stream.next()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    await stream.return();

    expect((await Promise.all(waiting)).every(({ done }) => done === true)).toBe(true);
  });
});

describe('batches', () => {
  it('yields all that waits as one array', async () => {
    const hub = new SubscriptionHub<Topics>();
    const batches = hub.batches('a');
    hub.publish('a', 1);
    hub.publish('a', 2);

    const first = await batches.next();
    const second = batches.next();
    for (const value of [3, 4, 5]) hub.publish('a', value);

    expect(first.value).toEqual([1, 2]);
    expect((await second).value).toEqual([3, 4, 5]);
    expect(batches.stats()).toMatchObject({ received: 5, delivered: 5, pending: 0 });
  });

  it('yields the last of every key of a burst when conflating', async () => {
    const hub = new SubscriptionHub<Topics>();
    const batches = hub.batches('a', { overflow: { conflate: (value) => value % 3 } });
    const waiting = batches.next();

    for (let value = 0; value < 40_000; value++) hub.publish('a', value);

    expect((await waiting).value).toEqual([39_999, 39_997, 39_998]);
  });

  it('yields no empty array', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[][] = [];
    const batches = hub.batches('a');
    const reading = (async () => {
      for await (const batch of batches) seen.push(batch);
    })();

    for (const value of [1, 2]) {
      hub.publish('a', value);
      await settle();
    }
    await hub.close();
    await reading;

    expect(seen).toEqual([[1], [2]]);
  });
});
