// Hostile thenables are what is tested here.
/* oxlint-disable unicorn/no-thenable */
import { type DeliveryContext, SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it, vi } from 'vitest';
import { settle } from './test-source.js';

interface Topics {
  a: number;
  b: number;
}

/** A hub whose failures are collected. */
function collectingHub(options: { quarantineAfter?: number } = {}) {
  const errors: unknown[] = [];
  const hub = new SubscriptionHub<Topics>({
    ...options,
    onError: (error, { topic, subscriber, action }) => errors.push([String(error), topic, subscriber, action]),
  });
  return { hub, errors };
}

describe('delivery', () => {
  it('hands each value to every subscriber of the topic, in the order of subscription', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe('a', (value) => log.push(`first ${value}`));
    hub.subscribe('b', (value) => log.push(`other topic ${value}`));
    hub.subscribe('a', (value) => log.push(`second ${value}`));

    hub.publish('a', 1);
    hub.publish('a', 2);

    expect(log).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });

  it('tells topic and sequence, which counts each topic from 1', () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: DeliveryContext[] = [];
    hub.subscribe('a', (_value, context) => seen.push(context));
    hub.subscribe('b', (_value, context) => seen.push(context));

    hub.publish('a', 1);
    hub.publish('b', 1);
    hub.publish('a', 1);

    expect(seen).toEqual([
      { topic: 'a', replayed: false, sequence: 1 },
      { topic: 'b', replayed: false, sequence: 1 },
      { topic: 'a', replayed: false, sequence: 2 },
    ]);
  });

  it('makes a context per value, so that a handler may keep it', () => {
    const hub = new SubscriptionHub<Topics>();
    const kept = new Set<DeliveryContext>();
    hub.subscribe('a', (_value, context) => kept.add(context));
    hub.subscribe('a', (_value, context) => kept.add(context));

    for (let value = 0; value < 3; value++) hub.publish('a', value);

    expect(Array.from(kept, (context) => context.sequence)).toEqual([1, 2, 3]);
  });

  it('calls handlers without a this', () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: unknown[] = [];
    hub.subscribe('a', function handler(this: unknown) {
      seen.push(this);
    });

    hub.publish('a', 1);

    expect(seen).toEqual([undefined]);
  });

  it('passes values on by identity, undefined among them', () => {
    const hub = new SubscriptionHub<{ any: unknown }>();
    const seen: unknown[] = [];
    const object = {};
    hub.subscribe('any', (value) => seen.push(value));

    for (const value of [object, undefined, null, Number.NaN]) hub.publish('any', value);

    expect(seen[0]).toBe(object);
    expect(seen.slice(1)).toEqual([undefined, null, Number.NaN]);
  });

  it('counts a value that nobody hears, and forgets it', () => {
    const hub = new SubscriptionHub<Topics>({ replay: 1 });

    hub.publish('a', 1);

    expect(hub.stats()).toMatchObject({ topics: 0, published: 1, unheard: 1, received: 0 });
    expect(hub.latest('a')).toBeUndefined();
  });
});

describe('changes during a publish', () => {
  it('does not call a subscriber that an earlier one removed in the same publish', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe('a', () => {
      log.push('a');
      victim.unsubscribe();
    });
    hub.subscribe('a', () => log.push('b'));
    const victim = hub.subscribe('a', () => log.push('c'));

    hub.publish('a', 1);

    expect(log.join('')).toBe('ab');
  });

  it('still calls the next when one unsubscribes itself', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe('a', () => log.push('a'));
    const own = hub.subscribe('a', () => {
      log.push('b');
      own.unsubscribe();
    });
    hub.subscribe('a', () => log.push('c'));

    hub.publish('a', 1);
    hub.publish('a', 2);

    expect(log.join('')).toBe('abcac');
  });

  it('calls a subscriber added during a publish from the next value on', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    let isAdded = false;
    hub.subscribe('a', (value) => {
      log.push(`a${value}`);
      if (!isAdded) hub.subscribe('a', (later) => log.push(`n${later}`));
      isAdded = true;
    });

    hub.publish('a', 1);
    hub.publish('a', 2);

    expect(log).toEqual(['a1', 'a2', 'n2']);
  });

  it('makes two subscriptions of one function, each ended for itself', () => {
    const hub = new SubscriptionHub<Topics>();
    let calls = 0;
    const handler = (): void => void calls++;
    const first = hub.subscribe('a', handler);
    hub.subscribe('a', handler);

    hub.publish('a', 1);
    first.unsubscribe();
    first.unsubscribe();
    hub.publish('a', 2);

    expect(calls).toBe(3);
  });

  it('keeps neither handlers nor topics of those who left', async () => {
    const hub = new SubscriptionHub<Record<string, number>>();

    for (let cycle = 0; cycle < 100_000; cycle++) {
      using subscription = hub.subscribe(`topic ${cycle % 1_000}`, () => {});
      if (cycle % 100 === 0) hub.publish(subscription.topic, cycle);
    }
    await settle();

    expect(hub.stats()).toMatchObject({ topics: 0, subscriptions: 0, published: 1_000, received: 1_000 });
  });
});

describe('publishing inside a handler', () => {
  it('delivers nested values after the one being handled, to all in one order', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe('a', (value) => {
      if (value === 1) {
        hub.publish('a', 2);
        hub.publish('a', 3);
      }
      log.push(`x${value}`);
    });
    hub.subscribe('a', (value) => log.push(`y${value}`));

    hub.publish('a', 1);

    expect(log).toEqual(['x1', 'y1', 'x2', 'y2', 'x3', 'y3']);
  });

  it('keeps the order across topics', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: string[] = [];
    hub.subscribe('a', (value) => void hub.publish('b', value * 10));
    hub.subscribe('a', (value) => log.push(`a${value}`));
    hub.subscribe('b', (value) => log.push(`b${value}`));

    hub.publish('a', 1);

    expect(log).toEqual(['a1', 'b10']);
  });

  it('nests 10 000 deep, which would overflow the stack if it were one call in another', () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    hub.subscribe('a', (value) => {
      if (value < 10_000) hub.publish('a', value + 1);
    });
    hub.subscribe('a', (value) => seen.push(value));

    hub.publish('a', 1);

    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
  });

  it('lets a handler subscribe to another topic and publish on it at once', () => {
    const hub = new SubscriptionHub<Topics>();
    const log: number[] = [];
    hub.subscribe('a', (value) => {
      hub.publish('b', value);
      hub.subscribe('b', (later) => log.push(later));
    });

    hub.publish('a', 7);

    expect(log).toEqual([7]);
  });
});

describe('subscribers that fail', () => {
  it('stops no neighbour and not the publisher, and reports each failure with topic and subscriber', async () => {
    const { hub, errors } = collectingHub();
    const counts = { a: 0, c: 0 };
    hub.subscribe('a', () => counts.a++);
    const thrower = hub.subscribe('a', () => {
      throw new Error('thrown');
    });
    const rejecter = hub.subscribe('a', async () => {
      await Promise.resolve();
      throw new Error('rejected');
    });
    hub.subscribe('a', () => counts.c++);

    for (let value = 0; value < 1_000; value++) hub.publish('a', value);
    await settle();

    expect(counts).toEqual({ a: 1_000, c: 1_000 });
    expect(errors).toHaveLength(2_000);
    expect(errors[0]).toEqual(['Error: thrown', 'a', thrower.id, 'handler']);
    expect(errors[1_999]).toEqual(['Error: rejected', 'a', rejecter.id, 'handler']);
    expect(hub.stats()).toMatchObject({ delivered: 4_000, failed: 2_000, failures: 2_000 });
    expect(thrower.stats()).toMatchObject({ received: 1_000, delivered: 1_000, failed: 1_000 });
  });

  it('ends a subscription after quarantineAfter failures in a row, not counting successes between', () => {
    const { hub, errors } = collectingHub({ quarantineAfter: 3 });
    const outcomes = [false, false, true, false, false, false, false];
    const statuses: string[] = [];
    let calls = 0;
    const failing = hub.subscribe(
      'a',
      () => {
        if (outcomes[calls++] === false) throw new Error('x');
      },
      { onStatus: ({ type }) => statuses.push(type) },
    );
    let others = 0;
    hub.subscribe('a', () => others++);

    for (const value of outcomes.keys()) hub.publish('a', value);

    expect(calls).toBe(6);
    expect(others).toBe(7);
    expect(errors).toHaveLength(5);
    expect(failing.stats()).toMatchObject({ state: 'quarantined', delivered: 6, failed: 5 });
    expect(statuses).toEqual(['live', 'closed']);
    expect(hub.stats()).toMatchObject({ quarantined: 1, subscriptions: 1 });
  });

  it('counts rejections in a row for quarantine, and a resolved promise as a success', async () => {
    const { hub } = collectingHub({ quarantineAfter: 2 });
    const outcomes = [false, true, false, false, false];
    let calls = 0;
    const failing = hub.subscribe('a', async () => {
      if (outcomes[calls++] === false) throw new Error('x');
    });

    for (let value = 0; value < 5; value++) {
      hub.publish('a', value);
      await settle();
    }

    expect(calls).toBe(4);
    expect(failing.stats().state).toBe('quarantined');
  });

  it.each([
    [
      'an unreadable then',
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['a number', 5],
    ['null', null],
    ['an object', {}],
  ])('takes %s as a result', async (_name, result) => {
    const { hub, errors } = collectingHub();
    hub.subscribe('a', () => result);

    hub.publish('a', 1);
    await settle();

    expect(errors).toEqual([]);
  });

  it('reports a hostile thenable once', async () => {
    const { hub, errors } = collectingHub();
    hub.subscribe('a', () => ({
      then(_resolve: unknown, reject: (error: unknown) => void) {
        reject(new Error('one'));
        reject(new Error('two'));
        throw new Error('three');
      },
    }));

    hub.publish('a', 1);
    await settle();

    expect(errors).toEqual([['Error: one', 'a', 1, 'handler']]);
  });

  it('goes on when onError itself throws', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const hub = new SubscriptionHub<Topics>({
      onError: () => {
        throw new Error('onError broke');
      },
    });
    let calls = 0;
    hub.subscribe('a', () => {
      throw new Error('x');
    });
    hub.subscribe('a', () => calls++);

    expect(() => hub.publish('a', 1)).not.toThrow();

    expect(calls).toBe(1);
  });

  it('still delivers when onError unsubscribes the one that failed', () => {
    let calls = 0;
    const hub = new SubscriptionHub<Topics>({ quarantineAfter: 1, onError: () => failing.unsubscribe() });
    const failing = hub.subscribe('a', () => {
      throw new Error('x');
    });
    hub.subscribe('a', () => calls++);

    hub.publish('a', 1);

    expect(calls).toBe(1);
    expect(failing.stats().state).toBe('unsubscribed');
  });
});
