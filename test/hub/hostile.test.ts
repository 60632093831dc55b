import { type EndTopic, type TopicStatus, VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

type Topics = Record<string, number>;

describe('a hub that feeds another', () => {
  it('passes values and statuses on, with one subscription per topic, and ends it', async () => {
    const venue = new TestSource();
    const inner = new SubscriptionHub<Topics>({ source: venue });
    const outer = new SubscriptionHub<Topics>({
      source: {
        subscribe: (topic, emit, notify): EndTopic => {
          const subscription = inner.subscribe(topic, emit, { onStatus: notify });
          return () => subscription.unsubscribe();
        },
      },
    });
    const seen: unknown[] = [];
    const subscriptions = [1, 2, 3].map(() =>
      outer.subscribe('x', (value) => seen.push(value), { onStatus: ({ type }) => seen.push(type) }),
    );
    await settle();
    await venue.last.confirm();

    venue.last.emit(5);
    venue.last.notify({ type: 'gap', from: 1, to: 2 });
    for (const subscription of subscriptions) subscription.unsubscribe();
    await settle();

    expect(inner.stats().received).toBe(1);
    expect(seen).toEqual(['live', 'live', 'live', 5, 5, 5, 'gap', 'gap', 'gap']);
    expect(venue.ends).toBe(1);
    expect(inner.stats().topics).toBe(0);
  });
});

describe('a source that misbehaves', () => {
  it('closes inside subscribe: subscriptions end and nothing is asked again', async () => {
    let asked = 0;
    const { hub, ioClock } = open((emit, notify) => {
      asked++;
      emit(1);
      notify({ type: 'closed' });
      emit(2);
      return () => {};
    });
    const seen: unknown[] = [];
    hub.subscribe('x', (value) => seen.push(value), { onStatus: ({ type }) => seen.push(type) });

    await ioClock.advance(100_000);

    expect(seen).toEqual([1, 'closed']);
    expect(asked).toBe(1);
    expect(hub.stats()).toMatchObject({ topics: 0, ignored: 1 });
  });

  it('sends a flood inside subscribe: all of it arrives in order', async () => {
    const { hub } = open((emit) => {
      for (let value = 0; value < 10_000; value++) emit(value);
      return () => {};
    });
    let next = 0;
    let inOrder = true;
    hub.subscribe('x', (value) => {
      inOrder &&= value === next++;
    });

    await settle();

    expect([inOrder, next]).toEqual([true, 10_000]);
  });

  it('calls its emit inside the end: that is ignored and counted', async () => {
    const { hub } = open((emit) => () => emit(9));
    const subscription = hub.subscribe('x', () => {});
    await settle();

    subscription.unsubscribe();
    await settle();

    expect(hub.stats()).toMatchObject({ ignored: 1, published: 0, topics: 0 });
  });

  it('throws in the end, and is asked again for the next subscriber', async () => {
    let asked = 0;
    const { hub, errors } = open(() => {
      asked++;
      return () => {
        throw new Error('cannot end');
      };
    });

    for (let round = 0; round < 3; round++) {
      hub.subscribe('x', () => {}).unsubscribe();
      const subscription = hub.subscribe('x', () => {});
      await settle();
      subscription.unsubscribe();
      await settle();
    }

    expect(asked).toBe(3);
    expect(errors).toEqual(Array.from({ length: 3 }, () => 'end: Error: cannot end'));
  });

  it('reports failed itself: subscribers are told, and the hub does not ask a second time', async () => {
    const source = new TestSource();
    const ioClock = new VirtualClock();
    const hub = new SubscriptionHub<Topics>({ source, ioClock });
    const seen: unknown[] = [];
    hub.subscribe('x', (value) => seen.push(value), { onStatus: ({ type }) => seen.push(type) });
    await settle();
    await source.last.confirm();

    source.last.notify({ type: 'failed', error: new Error('socket closed') });
    await ioClock.advance(100_000);
    source.last.notify({ type: 'live' });
    source.last.emit(3);

    expect(seen).toEqual(['live', 'failed', 'live', 3]);
    expect(source.calls).toHaveLength(1);
  });
});

describe('handlers that act on the hub', () => {
  it('may unsubscribe everybody', () => {
    const hub = new SubscriptionHub<Topics>();
    let calls = 0;
    const subscriptions = Array.from({ length: 50 }, () =>
      hub.subscribe('x', () => {
        calls++;
        for (const subscription of subscriptions) subscription.unsubscribe();
      }),
    );

    hub.publish('x', 1);
    hub.publish('x', 2);

    expect(calls).toBe(1);
    expect(hub.stats().subscriptions).toBe(0);
  });

  it('may replace themselves at every value without growing anything', () => {
    const hub = new SubscriptionHub<Topics>();
    let calls = 0;
    const join = (): void => {
      const subscription = hub.subscribe('x', () => {
        calls++;
        subscription.unsubscribe();
        join();
      });
    };
    join();

    for (let value = 0; value < 10_000; value++) hub.publish('x', value);

    expect(calls).toBe(10_000);
    expect(hub.stats()).toMatchObject({ subscriptions: 1, topics: 1, received: 10_000 });
  });

  it('may write to their context without harm to the hub', () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: string[] = [];
    hub.subscribe('x', (_value, context) => {
      Object.assign(context, { topic: 'y', sequence: -1 });
    });

    hub.publish('x', 1);
    hub.subscribe('x', (_value, { topic, sequence }) => seen.push(`${topic}${sequence}`));
    hub.publish('x', 2);

    expect(hub.explain('x').sequence).toBe(2);
    expect(seen).toHaveLength(1);
  });

  it('may be one thousand, and each gets each value', () => {
    const hub = new SubscriptionHub<Topics>();
    const counters = Array.from({ length: 1_000 }, () => ({ count: 0 }));
    for (const counter of counters) hub.subscribe('x', () => counter.count++);

    for (let value = 0; value < 100; value++) hub.publish('x', value);

    expect(counters.every(({ count }) => count === 100)).toBe(true);
    expect(hub.stats().delivered).toBe(100_000);
  });
});

describe('statuses in queues', () => {
  it('are told ahead of values that wait', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Topics>({ source });
    const seen: unknown[] = [];
    hub.subscribe('x', (value) => seen.push(value), { delivery: 'serial', onStatus: ({ type }) => seen.push(type) });
    await settle();
    await source.last.confirm();

    source.last.emit(1);
    source.last.notify({ type: 'stale' });
    await settle();

    expect(seen).toEqual(['live', 'stale', 1]);
  });
});

/** A hub over a source that answers with `subscribe`. */
function open(subscribe: (emit: (value: number) => void, notify: (status: TopicStatus) => void) => EndTopic) {
  const errors: string[] = [];
  const ioClock = new VirtualClock();
  const hub = new SubscriptionHub<Topics>({
    ioClock,
    source: { subscribe: (_topic, emit, notify) => subscribe(emit, notify) },
    onError: (error, { action }) => errors.push(`${action}: ${String(error)}`),
  });
  return { hub, errors, ioClock };
}
