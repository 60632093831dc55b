import { ConfigError, systemClock, VirtualClock } from 'tickwise/core';
import { type HubOptions, SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';

type Topics = Record<string, number>;

const source = { subscribe: () => () => {} };

describe('hub options', () => {
  it.each<[keyof HubOptions<Topics>, readonly unknown[]]>([
    ['source', [5, {}, () => {}, null, { subscribe: 5 }]],
    ['replay', [-1, 0.5, Number.NaN, Infinity, 2 ** 24 + 1, '1', null]],
    ['replayMaxAge', [-1, Number.NaN, '1', null]],
    ['linger', [-1, Number.NaN, -Infinity, '1', null]],
    ['quarantineAfter', [0, -1, 1.5, Number.NaN, '1', null]],
    ['freeze', [true, 'sometimes', null]],
    ['clock', [{}, 5, null, { now: () => 0 }]],
    ['ioClock', [{}, 5, null]],
    ['random', [0.5, null]],
    ['onError', [{}, 'log', null]],
  ])('%s refuses what it cannot mean, with name and value', (name, values) => {
    for (const value of values) {
      const make = (): unknown => new SubscriptionHub<Topics>({ [name]: value });

      expect(make).toThrow(ConfigError);
      expect(make).toThrow(new RegExp(`^SubscriptionHub: ${name} must be .*, got `));
    }
  });

  it.each<HubOptions<Topics>>([
    {},
    { source },
    { replay: 0 },
    { replay: 2 ** 24 },
    { replayMaxAge: 0 },
    { replayMaxAge: 0.5 },
    { replayMaxAge: Infinity },
    { linger: 0 },
    { linger: 1.5 },
    { linger: Infinity },
    { quarantineAfter: 1 },
    { quarantineAfter: Infinity },
    { freeze: 'never' },
    { freeze: 'development' },
    { freeze: 'always' },
    { clock: new VirtualClock(), ioClock: systemClock },
    { random: () => 0.5 },
    { onError: () => {} },
    { replay: undefined, source: undefined, onError: undefined },
  ])('accepts %o', (options) => {
    expect(new SubscriptionHub<Topics>(options).stats().topics).toBe(0);
  });

  it.each(['retries', 'fromWatch', '__proto__', 'constructor'])('refuses the unknown name %s', (name) => {
    const options = JSON.parse(`{ "${name}": 1 }`) as HubOptions<Topics>;

    expect(() => new SubscriptionHub<Topics>(options)).toThrow(/unknown option/);
  });

  it.each([null, 5, 'x', [], () => {}])('refuses %o for the options', (options) => {
    // A caller without types.
    expect(() => new SubscriptionHub<Topics>(options as HubOptions<Topics>)).toThrow(ConfigError);
  });
});

describe('arguments of subscribe', () => {
  const hub = new SubscriptionHub<Topics>();

  it.each([
    ['delivery', 'later', /delivery must be 'sync', 'serial', 'latest' or \{ queue, overflow \}, got 'later'/],
    ['delivery', 5, /delivery must be/],
    ['delivery', null, /delivery must be/],
    ['delivery', { queue: 0 }, /queue must be a whole number from 1 to 16777216, got 0/],
    ['delivery', { queue: 1.5 }, /queue must be/],
    ['delivery', { queue: Number.NaN }, /queue must be/],
    ['delivery', { queue: Infinity }, /queue must be/],
    ['delivery', { queue: -1 }, /queue must be/],
    ['delivery', { overflow: 'block' }, /overflow must be one of 'wait', 'drop-oldest'.*got 'block'/],
    ['delivery', { overflow: null }, /overflow must be/],
    ['delivery', { overflow: {} }, /overflow must be/],
    ['delivery', { overflow: { conflate: 5 } }, /overflow must be/],
    ['delivery', { overflow: { conflate: () => 1, by: 2 } }, /overflow must be/],
    ['delivery', { size: 5 }, /unknown option 'size'; known are queue, overflow/],
    ['onStatus', 5, /onStatus must be a function, got 5/],
    ['priority', 5, /unknown option 'priority'/],
  ])('refuse %s %o', (name, value, message) => {
    // A caller without types.
    const options = { [name]: value } as object;

    expect(() => hub.subscribe('a', () => {}, options)).toThrow(message);
    expect(() => hub.subscribe('a', () => {}, options)).toThrow(ConfigError);
    expect(hub.stats().subscriptions).toBe(0);
  });

  it.each(['stream', 'batches'] as const)('of %s refuse a wrong queue and unknown names', (method) => {
    expect(() => hub[method]('a', { queue: 0 })).toThrow(new RegExp(`^${method}: queue must be`));
    expect(() => hub[method]('a', { delivery: 'sync' } as object)).toThrow(/unknown option 'delivery'/);
    expect(hub.stats().topics).toBe(0);
  });

  it.each([undefined, null, 5, Symbol('t'), {}])('refuse %o as a topic', (topic) => {
    const name = topic as string; // A caller without types.
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: /topic must be a text/ });

    for (const call of [
      () => hub.subscribe(name, () => {}),
      () => hub.stream(name),
      () => hub.batches(name),
      () => hub.publish(name, 1),
    ]) {
      expect(call).toThrow(refusal instanceof RegExp ? refusal : /topic must be a text/);
    }
    expect(hub.stats()).toMatchObject({ topics: 0, published: 0 });
  });

  it.each([undefined, null, {}, 'handler'])('refuse %o as a handler', (handler) => {
    // A caller without types.
    expect(() => hub.subscribe('a', handler as () => void)).toThrow(/handler must be a function/);
  });

  it("refuse overflow 'wait' on a hub with a source, which cannot wait", () => {
    const fed = new SubscriptionHub<Topics>({ source });

    expect(() => fed.subscribe('a', () => {}, { delivery: { overflow: 'wait' } })).toThrow(/a source does not wait/);
    expect(() => fed.stream('a', { overflow: 'wait' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    expect(fed.stats().topics).toBe(0);
  });
});

describe('hostile topic names', () => {
  it.each(['__proto__', 'constructor', 'toString', '', ' ', '\0', 'a\nb', '💥', '\uD800', 'x'.repeat(1_000_000)])(
    'are topics like any other: %j',
    (topic) => {
      const hub = new SubscriptionHub<Topics>({ replay: 1 });
      const seen: unknown[] = [];
      hub.subscribe(topic, (value, context) => seen.push([value, context.topic === topic]));
      hub.subscribe('other', () => seen.push('other'));

      hub.publish(topic, 1);

      expect(seen).toEqual([[1, true]]);
      expect(hub.latest(topic)?.value).toBe(1);
      expect(hub.explain(topic)).toMatchObject({ state: 'local', subscriptions: 1 });
      expect({}).not.toHaveProperty('other');
    },
  );
});
