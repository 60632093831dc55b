import { type TopicStatus, VirtualClock } from 'tickwise/core';
import { type HubOptions, SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

type Topics = Record<string, number>;

function open(options: HubOptions<Topics> = {}) {
  const clock = new VirtualClock();
  const ioClock = new VirtualClock();
  const source = new TestSource();
  const errors: unknown[] = [];
  const hub = new SubscriptionHub<Topics>({
    source,
    clock,
    ioClock,
    random: () => 1,
    onError: (error, context) => errors.push([String(error), context]),
    ...options,
  });
  return { clock, ioClock, source, errors, hub };
}

const ignore = (): void => {};

describe('one upstream subscription per topic', () => {
  it('subscribes upstream three times for nine subscribers of each of three topics', async () => {
    const { hub, source } = open();
    const received = { count: 0 };
    for (const topic of ['x', 'y', 'z']) {
      for (let model = 0; model < 9; model++) hub.subscribe(topic, () => received.count++);
    }
    await settle();

    for (const call of source.calls) await call.confirm();
    for (const call of source.calls) call.emit(1);

    expect(source.calls.map((call) => call.topic)).toEqual(['x', 'y', 'z']);
    expect(received.count).toBe(27);
  });

  it('takes values that come before the confirmation', async () => {
    const { hub, source } = open();
    const seen: number[] = [];
    hub.subscribe('x', (value) => seen.push(value));
    await settle();

    source.last.emit(1);
    await source.last.confirm();
    source.last.emit(2);

    expect(seen).toEqual([1, 2]);
  });

  it('takes a source that answers and sends synchronously', async () => {
    let ends = 0;
    const hub = new SubscriptionHub<Topics>({
      source: {
        subscribe: (_topic, emit) => {
          emit(7);
          return () => void ends++;
        },
      },
    });
    const seen: number[] = [];
    const subscription = hub.subscribe('x', (value) => seen.push(value));
    await settle();

    subscription.unsubscribe();
    await settle();

    expect(seen).toEqual([7]);
    expect(ends).toBe(1);
    expect(hub.stats().topics).toBe(0);
  });

  it('keeps order when the source sends inside a handler', async () => {
    const { hub, source } = open();
    const seen: string[] = [];
    hub.subscribe('x', (value) => {
      if (value === 1) {
        source.last.emit(2);
        source.last.notify({ type: 'gap', from: 1, to: 2 });
        source.last.emit(3);
      }
    });
    hub.subscribe('x', (value) => seen.push(String(value)), { onStatus: ({ type }) => seen.push(type) });
    await settle();

    source.last.emit(1);

    expect(seen).toEqual(['1', '2', 'gap', '3']);
  });

  it('may be fed by publish beside its source', async () => {
    const { hub, source } = open();
    const seen: number[] = [];
    hub.subscribe('x', (value) => seen.push(value));
    await settle();

    source.last.emit(1);
    hub.publish('x', 2);

    expect(seen).toEqual([1, 2]);
  });
});

describe('traffic by desired state', () => {
  it('causes none when a topic is joined and left in one turn', async () => {
    const { hub, source } = open();

    hub.subscribe('x', ignore).unsubscribe();
    await settle();

    expect(source.calls).toHaveLength(0);
    expect(hub.stats().topics).toBe(0);
  });

  it('causes none when a live topic is left and joined in one turn', async () => {
    const { hub, source } = open();
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();

    first.unsubscribe();
    const second = hub.subscribe('x', ignore);
    second.unsubscribe();
    hub.subscribe('x', ignore);
    await settle();

    expect(source.calls).toHaveLength(1);
    expect(source.ends).toBe(0);
  });

  it('causes one subscribe for subscribe, unsubscribe, subscribe before the answer', async () => {
    const { hub, source } = open();
    hub.subscribe('x', ignore).unsubscribe();
    const second = hub.subscribe('x', ignore);
    await settle();
    second.unsubscribe();
    await settle();
    const seen: number[] = [];
    hub.subscribe('x', (value) => seen.push(value));
    await settle();

    await source.last.confirm();
    source.last.emit(1);

    expect(source.calls).toHaveLength(1);
    expect(source.ends).toBe(0);
    expect(seen).toEqual([1]);
  });

  it('ends exactly once after the answer when left while subscribing', async () => {
    const { hub, source } = open();
    const subscription = hub.subscribe('x', ignore);
    await settle();
    subscription.unsubscribe();
    await settle();
    expect(hub.explain('x').state).toBe('starting');

    await source.last.confirm();
    await settle();

    expect(source.ends).toBe(1);
    expect(source.calls).toHaveLength(1);
    expect(hub.stats()).toMatchObject({ topics: 0, upstreamEnded: 1 });
  });

  it('subscribes again only after the end is answered, and a stale end does not remove that', async () => {
    const { hub, source } = open();
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm({ holdEnd: true });
    first.unsubscribe();
    await settle();
    const seen: number[] = [];
    hub.subscribe('x', (value) => seen.push(value));
    await settle();
    expect(source.calls).toHaveLength(1);

    await source.call(0).finishEnd();
    await source.call(1).confirm();
    source.call(1).emit(5);

    expect(source.calls).toHaveLength(2);
    expect(source.ends).toBe(1);
    expect(seen).toEqual([5]);
    expect(hub.explain('x').state).toBe('live');
  });

  it('does not subscribe again when joined and left while ending', async () => {
    const { hub, source } = open();
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm({ holdEnd: true });
    first.unsubscribe();
    await settle();

    hub.subscribe('x', ignore).unsubscribe();
    await source.last.finishEnd();

    expect(source.calls).toHaveLength(1);
    expect(hub.stats().topics).toBe(0);
  });

  it('ignores and counts what an ended subscription still sends', async () => {
    const { hub, source } = open();
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();
    first.unsubscribe();
    await settle();
    const seen: unknown[] = [];
    hub.subscribe('x', (value) => seen.push(value), { onStatus: ({ type }) => seen.push(type) });
    await settle();

    source.call(0).emit(1);
    source.call(0).notify({ type: 'stale' });
    source.call(0).notify({ type: 'closed' });

    expect(seen).toEqual([]);
    expect(hub.stats().ignored).toBe(3);
  });

  it('reports an end that fails, and goes on', async () => {
    const { hub, source, errors } = open();
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm({ failEnd: true });

    first.unsubscribe();
    await settle();
    hub.subscribe('x', ignore);
    await settle();

    expect(errors).toEqual([['Error: end of x failed', { topic: 'x', action: 'end' }]]);
    expect(source.calls).toHaveLength(2);
  });
});

describe('linger', () => {
  it('keeps the upstream subscription until it has passed on clock, then ends it once', async () => {
    const { hub, source, clock } = open({ linger: 100 });
    const first = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();

    first.unsubscribe();
    await clock.advance(99);
    const second = hub.subscribe('x', ignore);
    await clock.advance(1_000);
    expect(source.ends).toBe(0);
    second.unsubscribe();
    await clock.advance(99.5);
    expect(source.ends).toBe(0);
    expect(hub.explain('x').reason).toContain('lingers');
    await clock.advance(0.5);

    expect(source.ends).toBe(1);
    expect(source.calls).toHaveLength(1);
    expect(hub.stats().topics).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('of Infinity keeps it until the hub is closed', async () => {
    const { hub, source, clock } = open({ linger: Infinity });
    hub.subscribe('x', ignore).unsubscribe();
    const second = hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();
    second.unsubscribe();

    await clock.advance(1e12);
    expect(source.ends).toBe(0);
    await hub.close();

    expect(source.ends).toBe(1);
  });

  it('holds one timer, however often a topic is joined and left', async () => {
    const { hub, clock } = open({ linger: 100 });

    for (let cycle = 0; cycle < 1_000; cycle++) hub.subscribe('x', ignore).unsubscribe();

    expect(clock.pendingTimers).toBe(1);
    await clock.advance(100);
    expect(hub.stats().topics).toBe(0);
  });
});

describe('a source that refuses', () => {
  it('is asked again after delays that double from 1 s to 30 s on ioClock', async () => {
    const { hub, source, clock, ioClock, errors } = open();
    const statuses: TopicStatus[] = [];
    hub.subscribe('x', ignore, { onStatus: (status) => statuses.push(status) });
    await settle();

    for (const delay of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const asked = source.calls.length;
      await source.last.refuse(new Error('refused'));
      await clock.advance(100_000);
      await ioClock.advance(delay - 1);
      expect(source.calls).toHaveLength(asked);
      await ioClock.advance(1);
      expect(source.calls).toHaveLength(asked + 1);
    }

    expect(errors[0]).toEqual(['Error: refused', { topic: 'x', action: 'subscribe' }]);
    expect(statuses).toHaveLength(7);
    expect(statuses[0]).toEqual({ type: 'failed', error: expect.objectContaining({ message: 'refused' }) });
    expect(hub.explain('x')).toMatchObject({ state: 'starting', failuresInRow: 7, status: 'failed' });
  });

  it('begins with short delays again after a confirmation, and says live', async () => {
    const { hub, source, ioClock } = open();
    const statuses: string[] = [];
    const first = hub.subscribe('x', ignore, { onStatus: ({ type }) => statuses.push(type) });
    await settle();
    await source.last.refuse(new Error('refused'));
    await ioClock.advance(1_000);

    await source.last.confirm();

    expect(statuses).toEqual(['failed', 'live']);
    expect(hub.explain('x').failuresInRow).toBe(0);
    first.unsubscribe();
    await settle();
  });

  it('spreads retries over the whole delay by the random source', async () => {
    const { hub, source, ioClock } = open({ random: () => 0.25 });
    hub.subscribe('x', ignore);
    await settle();

    await source.last.refuse(new Error('refused'));
    await ioClock.advance(249);
    expect(source.calls).toHaveLength(1);
    await ioClock.advance(1);

    expect(source.calls).toHaveLength(2);
  });

  it.each([
    ['NaN', () => Number.NaN],
    ['a number over 1', () => 50],
    ['a negative number', () => -1],
    [
      'an error',
      () => {
        throw new Error('no luck');
      },
    ],
  ])('waits the whole delay when the random source gives %s', async (_name, random) => {
    const { hub, source, ioClock } = open({ random });
    hub.subscribe('x', ignore);
    await settle();

    await source.last.refuse(new Error('refused'));
    await ioClock.advance(999);
    expect(source.calls).toHaveLength(1);
    await ioClock.advance(1);

    expect(source.calls).toHaveLength(2);
  });

  it('is not asked again when the topic was left meanwhile', async () => {
    const { hub, source, ioClock } = open();
    const subscription = hub.subscribe('x', ignore);
    await settle();
    await source.last.refuse(new Error('refused'));

    subscription.unsubscribe();
    await settle();

    expect(ioClock.pendingTimers).toBe(0);
    expect(hub.stats().topics).toBe(0);
  });

  it('is not asked again when it refused a topic that was left already', async () => {
    const { hub, source, ioClock, errors } = open();
    const subscription = hub.subscribe('x', ignore);
    await settle();
    subscription.unsubscribe();
    await settle();

    await source.last.refuse(new Error('refused'));

    expect(errors).toHaveLength(1);
    expect(ioClock.pendingTimers).toBe(0);
    expect(hub.stats().topics).toBe(0);
  });

  it('is asked again when it throws, or answers with something that is no function', async () => {
    const answers = [
      () => {
        throw new Error('thrown');
      },
      () => 5,
      () => Promise.resolve('no function'),
      () => undefined,
      () => ignore,
    ];
    let asked = 0;
    const subscribe = (): never => answers[asked++]?.() as never; // A source without types.
    const ioClock = new VirtualClock();
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<Topics>({
      source: { subscribe },
      ioClock,
      onError: (error) => errors.push(String(error)),
    });
    hub.subscribe('x', ignore);

    await ioClock.advance(100_000);

    expect(asked).toBe(5);
    expect(errors).toEqual([
      'Error: thrown',
      expect.stringMatching(/ArgumentError: .* got 5 for 'x'/),
      expect.stringMatching(/ArgumentError: .* got 'no function'/),
      expect.stringMatching(/ArgumentError: .* got undefined/),
    ]);
    expect(hub.explain('x').state).toBe('live');
  });
});

describe('status', () => {
  it('reaches each subscriber as the source tells it, live once', async () => {
    const { hub, source } = open();
    const logs: TopicStatus[][] = [[], []];
    for (const log of logs) hub.subscribe('x', ignore, { onStatus: (status) => log.push(status) });
    await settle();
    source.last.notify({ type: 'live' });
    await source.last.confirm();

    source.last.notify({ type: 'stale' });
    source.last.notify({ type: 'gap', from: 10, to: 20 });
    source.last.notify({ type: 'live' });

    const expected = [{ type: 'live' }, { type: 'stale' }, { type: 'gap', from: 10, to: 20 }, { type: 'live' }];
    expect(logs).toEqual([expected, expected]);
  });

  it('is told to a late subscriber after subscribe has returned, before its replay', async () => {
    const { hub, source } = open({ replay: 1 });
    hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();
    source.last.emit(1);
    source.last.notify({ type: 'stale' });
    const log: unknown[] = [];

    hub.subscribe('x', (value) => log.push(value), { onStatus: ({ type }) => log.push(type) });
    expect(log).toEqual([]);
    await settle();

    expect(log).toEqual(['stale', 1]);
  });

  it('is told once when it changes in the turn in which somebody joins', async () => {
    const { hub, source } = open();
    hub.subscribe('x', ignore);
    await settle();
    await source.last.confirm();
    const log: unknown[] = [];

    hub.subscribe('x', ignore, { onStatus: ({ type }) => log.push(type) });
    source.last.notify({ type: 'stale' });
    await settle();

    expect(log).toEqual(['live', 'stale']);
  });

  it('goes on when an onStatus throws or rejects, and reports it', async () => {
    const { hub, source, errors } = open();
    const log: string[] = [];
    hub.subscribe('x', ignore, {
      onStatus: () => {
        throw new Error('thrown');
      },
    });
    hub.subscribe('x', ignore, { onStatus: () => Promise.reject(new Error('rejected')) });
    hub.subscribe('x', ignore, { onStatus: ({ type }) => log.push(type) });
    await settle();

    await source.last.confirm();

    expect(log).toEqual(['live']);
    expect(errors).toEqual([
      ['Error: thrown', { topic: 'x', subscriber: 1, action: 'onStatus' }],
      ['Error: rejected', { topic: 'x', subscriber: 2, action: 'onStatus' }],
    ]);
  });

  it('closed by the source ends subscriptions, does not call its end, and lets the topic begin anew', async () => {
    const { hub, source } = open();
    const log: string[] = [];
    const first = hub.subscribe('x', ignore, { onStatus: ({ type }) => log.push(type) });
    await settle();
    await source.last.confirm();

    source.last.notify({ type: 'closed' });
    await settle();
    expect(hub.stats()).toMatchObject({ topics: 0, subscriptions: 0 });
    hub.subscribe('x', ignore);
    await settle();

    expect(log).toEqual(['live', 'closed']);
    expect(first.stats().state).toBe('closed');
    expect(source.ends).toBe(0);
    expect(source.calls).toHaveLength(2);
  });

  it('closed by the source lets queues run out', async () => {
    const { hub, source } = open();
    const seen: number[] = [];
    const subscription = hub.subscribe('x', (value) => seen.push(value), { delivery: 'serial' });
    await settle();
    await source.last.confirm();

    source.last.emit(1);
    source.last.emit(2);
    source.last.notify({ type: 'closed' });
    await settle();

    expect(seen).toEqual([1, 2]);
    expect(subscription.stats()).toMatchObject({ state: 'closed', delivered: 2, discarded: 0 });
    expect(hub.stats()).toMatchObject({ received: 2, delivered: 2, pending: 0 });
  });

  it('closed by the source while subscribing makes a refusal that follows no failure', async () => {
    const errors: unknown[] = [];
    const source = new TestSource();
    const hub = new SubscriptionHub<Record<string, number>>({ source, onError: (error) => errors.push(error) });
    const told: string[] = [];
    hub.subscribe('a', () => {}, { onStatus: ({ type }) => told.push(type) });
    await settle();

    source.last.notify({ type: 'closed' });
    await source.last.refuse(new Error('the source was closed'));

    expect(errors).toEqual([]);
    expect(told).toEqual(['closed']);
  });

  it('failed after live stays, though the answer to subscribe comes later', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Record<string, number>>({ source });
    const told: string[] = [];
    hub.subscribe('a', () => {}, { onStatus: ({ type }) => told.push(type) });
    await settle();

    source.last.notify({ type: 'live' });
    source.last.notify({ type: 'failed', error: new Error('lost') });
    await source.last.confirm();

    expect(told).toEqual(['live', 'failed']);
    expect(hub.explain('a').status).toBe('failed');
  });

  it('closed by the source while subscribing leaves a late confirmation alone', async () => {
    const { hub, source } = open({ linger: 50 });
    hub.subscribe('x', ignore);
    await settle();

    source.last.notify({ type: 'closed' });
    await source.last.confirm();

    expect(source.ends).toBe(0);
    expect(hub.explain('x')).toMatchObject({ state: 'idle', subscriptions: 0 });
  });
});
