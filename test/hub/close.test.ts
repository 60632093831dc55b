import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

type Topics = Record<string, number>;

function open() {
  const source = new TestSource();
  const [clock, ioClock] = [new VirtualClock(), new VirtualClock()];
  const errors: unknown[] = [];
  const hub = new SubscriptionHub<Topics>({
    source,
    clock,
    ioClock,
    linger: 50,
    onError: (error) => errors.push(error),
  });
  return { hub, source, clock, ioClock, errors };
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await settle();
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('close', () => {
  it('ends every upstream subscription once and settles when they have ended', async () => {
    const { hub, source } = open();
    for (const topic of ['x', 'y']) hub.subscribe(topic, () => {});
    await settle();
    for (const call of source.calls) await call.confirm({ holdEnd: true });

    const closing = hub.close();
    expect(await isSettled(closing)).toBe(false);
    for (const call of source.calls) await call.finishEnd();

    expect(await isSettled(closing)).toBe(true);
    expect(source.calls.map((call) => call.ends)).toEqual([1, 1]);
  });

  it('waits for an end that is under way already', async () => {
    const { hub, source, clock } = open();
    hub.subscribe('x', () => {}).unsubscribe();
    const subscription = hub.subscribe('x', () => {});
    await settle();
    await source.last.confirm({ holdEnd: true });
    subscription.unsubscribe();
    await clock.advance(50);
    expect(hub.explain('x').state).toBe('ending');

    const closing = hub.close();
    expect(await isSettled(closing)).toBe(false);
    await source.last.finishEnd();

    expect(await isSettled(closing)).toBe(true);
    expect(source.ends).toBe(1);
  });

  it('does not wait for a confirmation, and ends what is confirmed later, once', async () => {
    const { hub, source } = open();
    hub.subscribe('x', () => {});
    await settle();

    await hub.close();
    expect(source.ends).toBe(0);
    await source.last.confirm();
    source.last.emit(1);

    expect(source.ends).toBe(1);
    expect(hub.stats()).toMatchObject({ ignored: 1, published: 0 });
  });

  it('leaves no timer behind: not of lingering, not of retries', async () => {
    const { hub, source, clock, ioClock } = open();
    hub.subscribe('lingering', () => {}).unsubscribe();
    hub.subscribe('refused', () => {});
    await settle();
    await source.last.refuse(new Error('refused'));
    expect([clock.pendingTimers, ioClock.pendingTimers]).toEqual([1, 1]);

    await hub.close();
    await settle();

    expect([clock.pendingTimers, ioClock.pendingTimers]).toEqual([0, 0]);
    expect(source.calls).toHaveLength(1);
  });

  it('tells each subscriber closed, once, and discards what waits', async () => {
    const { hub, source } = open();
    const log: unknown[] = [];
    const subscription = hub.subscribe('x', (value) => log.push(value), {
      delivery: 'serial',
      onStatus: ({ type }) => log.push(type),
    });
    await settle();
    source.last.emit(1);

    await hub.close();
    await settle();
    subscription.unsubscribe();

    expect(log).toEqual(['closed']);
    expect(subscription.stats()).toMatchObject({ state: 'closed', received: 1, discarded: 1 });
    expect(hub.stats()).toMatchObject({ topics: 0, subscriptions: 0, pending: 0 });
  });

  it('stops a queue that still runs out after the source ended its topic', async () => {
    const { hub, source } = open();
    const seen: number[] = [];
    const subscription = hub.subscribe(
      'x',
      async (value) => {
        seen.push(value);
        await settle();
      },
      { delivery: 'serial' },
    );
    await settle();
    for (const value of [1, 2, 3]) source.last.emit(value);
    source.last.notify({ type: 'closed' });
    await Promise.resolve();

    await hub.close();
    await settle();
    await settle();

    expect(seen).toEqual([1]);
    expect(subscription.stats()).toMatchObject({ delivered: 1, discarded: 2, pending: 0 });
    expect(hub.stats()).toMatchObject({ received: 3, pending: 0 });
  });

  it('is idempotent, in the form of await using too, and settles with ends that fail', async () => {
    const { hub, source, errors } = open();
    hub.subscribe('x', () => {});
    await settle();
    await source.last.confirm({ failEnd: true });
    {
      await using held = hub;
      expect(held.close()).toBe(held.close());
    }

    expect(source.ends).toBe(1);
    expect(errors.map(String)).toEqual(['Error: end of x failed']);
  });

  it.each<[string, (hub: SubscriptionHub<Topics>) => unknown]>([
    ['publish', (hub) => hub.publish('x', 1)],
    ['subscribe', (hub) => hub.subscribe('x', () => {})],
    ['stream', (hub) => hub.stream('x')],
    ['batches', (hub) => hub.batches('x')],
  ])('makes %s fail with a ClosedError', async (_name, call) => {
    const { hub } = open();

    await hub.close();

    expect(() => call(hub)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });

  it('leaves stats, latest and explain usable', async () => {
    const { hub } = open();

    await hub.close();

    expect(hub.latest('x')).toBeUndefined();
    expect(hub.explain('x').state).toBe('unknown');
    expect(hub.stats().topics).toBe(0);
  });

  it('may be called by a handler: nobody else is called, and it settles', async () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    let closing: Promise<void> | undefined;
    hub.subscribe('x', () => {
      log.push('closer');
      hub.publish('x', 2);
      closing = hub.close();
    });
    hub.subscribe('x', () => log.push('other'));

    hub.publish('x', 1);
    await closing;

    expect(log).toEqual(['closer']);
  });

  it('refuses subscribers that an onStatus adds while closing', async () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<Topics>({ onError: (error) => errors.push(error) });
    hub.subscribe('x', () => {}, {
      onStatus: ({ type }) => {
        if (type === 'closed') hub.subscribe('x', () => {});
      },
    });
    await settle();

    await hub.close();

    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_CLOSED' })]);
    expect(hub.stats().subscriptions).toBe(0);
  });

  it('refuses what an onStatus publishes while closing, also on the topic published on last', async () => {
    const hub = new SubscriptionHub<{ a: number }>();
    const [seen, codes]: [number[], unknown[]] = [[], []];
    const onStatus = ({ type }: { type: string }): void => {
      if (type !== 'closed') return;
      try {
        void hub.publish('a', 2);
      } catch (error) {
        codes.push(Reflect.get(Object(error), 'code'));
      }
    };
    hub.subscribe('a', () => {}, { onStatus });
    hub.subscribe('a', (value) => void seen.push(value));
    await settle();

    hub.publish('a', 1);
    await hub.close();

    expect(seen).toEqual([1]);
    expect(codes).toEqual(['ERR_CLOSED']);
    expect(hub.stats()).toMatchObject({ published: 1, received: 2 });
  });

  it('ignores what a source sends while it hears of it', async () => {
    const { hub, source } = open();
    const seen: number[] = [];
    const onStatus = ({ type }: { type: string }): void => {
      if (type === 'closed') for (const call of source.calls) call.emit(2);
    };
    hub.subscribe('x', () => {}, { onStatus });
    for (const topic of ['x', 'y']) hub.subscribe(topic, (value) => void seen.push(value));
    await settle();
    for (const call of source.calls) await call.confirm();

    for (const call of source.calls) call.emit(1);
    await hub.close();

    expect(seen).toEqual([1, 1]);
    expect(hub.stats()).toMatchObject({ published: 2, ignored: 2 });
  });

  it('reports a refusal that comes after it, and does not ask again', async () => {
    const { hub, source, ioClock, errors } = open();
    hub.subscribe('x', () => {});
    await settle();

    await hub.close();
    await source.last.refuse(new Error('too late'));

    expect(errors.map(String)).toEqual(['Error: too late']);
    expect(ioClock.pendingTimers).toBe(0);
  });
});

describe('subscription handles', () => {
  it('end with a using block', () => {
    const hub = new SubscriptionHub<Topics>();
    let calls = 0;
    {
      using subscription = hub.subscribe('x', () => calls++);
      expect(subscription).toMatchObject({ id: 1, topic: 'x' });
      hub.publish('x', 1);
    }
    hub.publish('x', 2);

    expect(calls).toBe(1);
  });
});

describe('stats and explain', () => {
  it('are plain data', async () => {
    const { hub, source } = open();
    const subscription = hub.subscribe('x', () => {}, { delivery: 'latest' });
    await settle();
    await source.last.confirm();
    source.last.emit(1);

    for (const snapshot of [hub.stats(), hub.explain('x'), subscription.stats()]) {
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    }
  });

  it('explain where a topic stands', async () => {
    const { hub, source, clock, ioClock } = open();
    const states: string[] = [hub.explain('x').state];
    const note = (): unknown => states.push(hub.explain('x').state);
    const subscription = hub.subscribe('x', () => {});
    note();
    await settle();
    note();
    await source.last.refuse(new Error('refused'));
    note();
    await ioClock.advance(1_000);
    await source.last.confirm({ holdEnd: true });
    source.last.emit(5);
    expect(hub.explain('x')).toEqual({
      topic: 'x',
      state: 'live',
      reason: 'subscribed upstream and confirmed',
      subscriptions: 1,
      sequence: 1,
      held: 1,
      status: 'live',
      failuresInRow: 0,
    });
    subscription.unsubscribe();
    await clock.advance(50);
    note();

    expect(states).toEqual(['unknown', 'idle', 'starting', 'retrying', 'ending']);
    expect(new SubscriptionHub<Topics>().explain('x').reason).toContain('nobody subscribes');
  });
});
