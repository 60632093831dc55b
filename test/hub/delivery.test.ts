import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle } from './test-source.js';

interface Topics {
  a: number;
}

const TICKS = 100_000;

/** A handler that stays busy until it is released. */
function blockedHandler() {
  const seen: number[] = [];
  let release: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const handler = async (value: number): Promise<void> => {
    seen.push(value);
    await gate;
  };
  return { seen, release: () => release?.(), handler };
}

/** received = delivered + pending + dropped + conflated + discarded */
function expectToAddUp(hub: SubscriptionHub<Topics>): void {
  const { received, delivered, pending, dropped, conflated, discarded } = hub.stats();
  expect(delivered + pending + dropped + conflated + discarded).toBe(received);
}

describe('serial delivery', () => {
  it('calls the handler off the publisher’s stack, one value at a time, in order', async () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe(
      'a',
      async (value) => {
        log.push(`begin ${value}`);
        await settle();
        log.push(`end ${value}`);
      },
      { delivery: 'serial' },
    );

    hub.publish('a', 1);
    hub.publish('a', 2);
    expect(log).toEqual([]);
    for (let turn = 0; turn < 5; turn++) await settle();

    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('goes on after a failure, reports it, and quarantines after failures in a row', async () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<Topics>({ quarantineAfter: 2, onError: (error) => errors.push(String(error)) });
    const seen: number[] = [];
    const subscription = hub.subscribe(
      'a',
      async (value) => {
        seen.push(value);
        if (value !== 2) throw new Error(`failed ${value}`);
      },
      { delivery: 'serial' },
    );

    for (const value of [1, 2, 3, 4, 5, 6]) hub.publish('a', value);
    await settle();

    expect(seen).toEqual([1, 2, 3, 4]);
    expect(errors).toEqual(['Error: failed 1', 'Error: failed 3', 'Error: failed 4']);
    expect(subscription.stats()).toEqual({
      state: 'quarantined',
      received: 6,
      delivered: 4,
      pending: 0,
      dropped: 0,
      conflated: 0,
      discarded: 2,
      failed: 3,
    });
  });

  it('discards what waits when the subscription ends', async () => {
    const hub = new SubscriptionHub<Topics>();
    const { seen, release, handler } = blockedHandler();
    const subscription = hub.subscribe('a', handler, { delivery: 'serial' });
    for (const value of [1, 2, 3]) hub.publish('a', value);
    await settle();

    subscription.unsubscribe();
    release();
    await settle();

    expect(seen).toEqual([1]);
    expect(subscription.stats()).toMatchObject({ state: 'unsubscribed', delivered: 1, discarded: 2 });
    expectToAddUp(hub);
  });

  it('delays only itself', async () => {
    const hub = new SubscriptionHub<Topics>();
    const { seen, handler } = blockedHandler();
    let fast = 0;
    hub.subscribe('a', handler, { delivery: 'serial' });
    hub.subscribe('a', () => fast++);

    for (let value = 0; value < 500; value++) hub.publish('a', value);
    await settle();

    expect(fast).toBe(500);
    expect(seen).toEqual([0]);
  });
});

describe('latest delivery', () => {
  it('skips to the newest value, and counts those it skipped', async () => {
    const hub = new SubscriptionHub<Topics>();
    const { seen, release, handler } = blockedHandler();
    const subscription = hub.subscribe('a', handler, { delivery: 'latest' });
    hub.publish('a', 1);
    await settle();

    for (let value = 2; value <= 1_000; value++) hub.publish('a', value);
    release();
    await settle();

    expect(seen).toEqual([1, 1_000]);
    expect(subscription.stats()).toMatchObject({ received: 1_000, delivered: 2, conflated: 998 });
  });
});

describe(`a slow subscriber, ${TICKS} values, a queue of 1024`, () => {
  it.each([
    ['drop-oldest', TICKS - 1_024, 0, { dropped: TICKS - 1_024, conflated: 0 }],
    ['drop-newest', 0, 0, { dropped: TICKS - 1_024, conflated: 0 }],
    // 97 times full; each time all but the newest are given up.
    ['latest', TICKS - (TICKS % 1_024), 0, { dropped: 0, conflated: TICKS - (TICKS % 1_024) }],
  ] as const)('under %s keeps exactly what the policy says', async (overflow, firstKept, _zero, counts) => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    let fast = 0;
    const slow = hub.subscribe('a', (value) => seen.push(value), { delivery: { queue: 1_024, overflow } });
    hub.subscribe('a', () => fast++);

    for (let value = 0; value < TICKS; value++) hub.publish('a', value);
    const { pending } = slow.stats();
    await settle();

    expect(fast).toBe(TICKS);
    expect(seen).toEqual(Array.from({ length: pending }, (_, index) => firstKept + index));
    expect(slow.stats()).toMatchObject({ received: TICKS, delivered: pending, ...counts });
    expectToAddUp(hub);
  });

  it('under disconnect ends the subscription with the count of what was lost, and says so', async () => {
    const errors: unknown[] = [];
    const statuses: string[] = [];
    const seen: number[] = [];
    const hub = new SubscriptionHub<Topics>({ onError: (error, context) => errors.push(error, context) });
    const slow = hub.subscribe('a', (value) => seen.push(value), {
      delivery: { overflow: 'disconnect' },
      onStatus: ({ type }) => statuses.push(type),
    });

    for (let value = 0; value < TICKS; value++) hub.publish('a', value);
    await settle();

    expect(seen).toEqual([]);
    expect(errors).toEqual([
      expect.objectContaining({ code: 'ERR_OVERFLOW', message: expect.stringContaining('1025 values lost') }),
      { topic: 'a', subscriber: slow.id, action: 'queue' },
    ]);
    expect(statuses).toEqual(['live', 'closed']);
    expect(slow.stats()).toMatchObject({ state: 'disconnected', received: 1_025, dropped: 1_025 });
    expect(hub.stats()).toMatchObject({ disconnected: 1, subscriptions: 0, unheard: TICKS - 1_025 });
  });
});

describe('conflation', () => {
  const options = { delivery: { queue: 8, overflow: { conflate: (value: number) => value % 5 } } } as const;

  it('keeps the newest value per key, in the order in which keys came, with an exact count', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    const slow = hub.subscribe('a', (value) => seen.push(value), options);

    for (let value = 0; value < 1_000; value++) hub.publish('a', value);
    expect(slow.stats()).toMatchObject({ pending: 5, conflated: 995 });
    await settle();

    expect(seen).toEqual([995, 996, 997, 998, 999]);
    expectToAddUp(hub);
  });

  it('queues a key again while its last value is being handled', async () => {
    const hub = new SubscriptionHub<Topics>();
    const { seen, release, handler } = blockedHandler();
    hub.subscribe('a', handler, options);
    hub.publish('a', 0);
    await settle();

    hub.publish('a', 5);
    hub.publish('a', 10);
    release();
    await settle();

    expect(seen).toEqual([0, 10]);
  });

  it('drops the oldest key when more keys wait than the queue holds', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    const slow = hub.subscribe('a', (value) => seen.push(value), {
      delivery: { queue: 3, overflow: { conflate: (value) => value } },
    });

    for (let value = 0; value < 10; value++) hub.publish('a', value);
    await settle();

    expect(seen).toEqual([7, 8, 9]);
    expect(slow.stats()).toMatchObject({ dropped: 7, conflated: 0 });
  });

  it('takes any value as a key, and reports a key function that throws', async () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<{ any: unknown }>({ onError: (_error, { action }) => errors.push(action) });
    const seen: unknown[] = [];
    const slow = hub.subscribe('any', (value) => seen.push(value), {
      delivery: {
        overflow: {
          conflate: (value) => {
            if (value === 'bad') throw new Error('no key');
            return value;
          },
        },
      },
    });

    for (const value of ['__proto__', Number.NaN, 'bad', undefined, Number.NaN, '__proto__', 0, -0]) {
      hub.publish('any', value);
    }
    await settle();

    expect(seen).toEqual(['__proto__', Number.NaN, undefined, -0]);
    expect(errors).toEqual(['conflate']);
    expect(slow.stats()).toMatchObject({ received: 8, delivered: 4, conflated: 3, dropped: 1 });
  });

  it('discards a value whose key function ends the subscription', async () => {
    const hub = new SubscriptionHub<Topics>();
    const slow = hub.subscribe('a', () => {}, {
      delivery: {
        overflow: {
          conflate: () => {
            slow.unsubscribe();
            return 1;
          },
        },
      },
    });

    hub.publish('a', 1);
    await settle();

    expect(slow.stats()).toMatchObject({ received: 1, discarded: 1, pending: 0 });
    expectToAddUp(hub);
  });
});

describe("overflow 'wait'", () => {
  it('makes a publisher that awaits wait for room, and loses nothing', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    let largest = 0;
    const slow = hub.subscribe(
      'a',
      async (value) => {
        seen.push(value);
        await settle();
      },
      { delivery: { queue: 4, overflow: 'wait' } },
    );

    for (let value = 0; value < 40; value++) {
      await hub.publish('a', value);
      largest = Math.max(largest, slow.stats().pending);
    }
    while (slow.stats().pending > 0) await settle();

    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(largest).toBeLessThanOrEqual(4);
  });

  it('loses nothing with several publishers that await', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    hub.subscribe(
      'a',
      async (value) => {
        seen.push(value);
        await Promise.resolve();
      },
      { delivery: { queue: 1, overflow: 'wait' } },
    );

    const publisher = async (first: number): Promise<void> => {
      for (let value = first; value < first + 20; value++) await hub.publish('a', value);
    };
    await Promise.all([0, 100, 200, 300, 400].map((first) => publisher(first)));
    await settle();

    expect(seen).toHaveLength(100);
    expect(seen.filter((value) => value < 100)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('drops beyond 1 024 values that nobody awaited, with one report until there is room', async () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<Topics>({ onError: (error) => errors.push(error) });
    const { release, handler } = blockedHandler();
    const slow = hub.subscribe('a', handler, { delivery: { queue: 10, overflow: 'wait' } });

    for (let value = 0; value < 5_000; value++) void hub.publish('a', value);

    expect(slow.stats()).toMatchObject({ pending: 1_034, dropped: 5_000 - 1_034 });
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_OVERFLOW' })]);
    release();
    await settle();
    for (let value = 0; value < 5_000; value++) void hub.publish('a', value);
    expect(errors).toHaveLength(2);
    expectToAddUp(hub);
  });

  it('settles a publish inside a handler when there is room', async () => {
    const hub = new SubscriptionHub<Topics>();
    const { release, handler } = blockedHandler();
    const log: string[] = [];
    hub.subscribe('a', handler, { delivery: { queue: 1, overflow: 'wait' } });
    hub.subscribe('a', (value) => {
      if (value === 1) void publishNested();
    });
    const publishNested = async (): Promise<void> => {
      await hub.publish('a', 2);
      log.push('room');
    };

    hub.publish('a', 1);
    await settle();
    hub.publish('a', 3);
    expect(log).toEqual([]);
    release();
    await settle();

    expect(log).toEqual(['room']);
  });

  it.each([
    ['the subscriber leaves', (hub: SubscriptionHub<Topics>, leave: () => void) => void [hub, leave()]],
    ['the hub is closed', (hub: SubscriptionHub<Topics>) => void hub.close()],
  ])('lets the publisher go when %s', async (_name, act) => {
    const hub = new SubscriptionHub<Topics>();
    const { handler } = blockedHandler();
    const slow = hub.subscribe('a', handler, { delivery: { queue: 1, overflow: 'wait' } });
    hub.publish('a', 1);
    await settle();
    const waiting = hub.publish('a', 2);

    act(hub, () => slow.unsubscribe());

    await expect(waiting).resolves.toBeUndefined();
  });
});
