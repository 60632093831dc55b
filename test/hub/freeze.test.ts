import { SubscriptionHub } from 'tickwise/hub';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deepFreeze } from '../../src/hub/deep-freeze.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('deepFreeze', () => {
  it('freezes plain objects and arrays in depth, and returns the same value', () => {
    const value = { bids: [[1, 2]], meta: { [Symbol.for('s')]: { deep: [{}] }, none: Object.create(null) as object } };

    expect(deepFreeze(value)).toBe(value);

    const parts = [value, value.bids, value.bids[0], value.meta, value.meta[Symbol.for('s')], value.meta.none];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(value.meta[Symbol.for('s')]?.deep[0])).toBe(true);
  });

  it('goes on below what was frozen before', () => {
    const inner = { n: 1 };

    deepFreeze(Object.freeze({ inner }));

    expect(Object.isFrozen(inner)).toBe(true);
  });

  it('leaves instances, typed arrays, maps and functions as they are, and runs no getter', () => {
    class Ring {
      size = 1;
    }
    let reads = 0;
    const value = {
      ring: new Ring(),
      prices: new Float64Array(2),
      map: new Map(),
      fn: () => {},
      get computed() {
        reads++;
        return {};
      },
    };

    deepFreeze(value);

    expect([value.ring, value.prices, value.map, value.fn].some((part) => Object.isFrozen(part))).toBe(false);
    expect(reads).toBe(0);
  });

  it('ends on cycles and on depth', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    let deep: Record<string, unknown> = {};
    const innermost = deep;
    for (let level = 0; level < 100_000; level++) deep = { deep };

    deepFreeze(cycle);
    deepFreeze(deep);

    expect(Object.isFrozen(cycle)).toBe(true);
    expect(Object.isFrozen(innermost)).toBe(true);
  });

  it.each([undefined, null, 5, 'text', Symbol('s')])('returns %o', (value) => {
    expect(deepFreeze(value)).toBe(value);
  });
});

describe('freeze', () => {
  it.each([
    ['never', 'test', false],
    ['development', 'test', true],
    ['development', 'production', false],
    ['always', 'production', true],
  ] as const)('%s with NODE_ENV %s freezes: %s', (freeze, environment, expected) => {
    vi.stubEnv('NODE_ENV', environment);
    const hub = new SubscriptionHub<{ a: { levels: number[] } }>({ freeze });
    const value = { levels: [1] };
    hub.subscribe('a', () => {});

    hub.publish('a', value);

    expect(Object.isFrozen(value.levels)).toBe(expected);
  });

  it('makes the handler that writes fail instead of its neighbours', () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<{ a: { price: number } }>({
      freeze: 'always',
      onError: (error) => errors.push(error),
    });
    const seen: number[] = [];
    hub.subscribe('a', (value) => {
      value.price = 0;
    });
    hub.subscribe('a', ({ price }) => seen.push(price));

    hub.publish('a', { price: 5 });

    expect(seen).toEqual([5]);
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it('reports a value that refuses to be frozen, and delivers it', () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<{ a: object }>({
      freeze: 'always',
      onError: (_error, { action }) => errors.push(action),
    });
    const stubborn = new Proxy({}, { preventExtensions: () => false });
    const seen: object[] = [];
    hub.subscribe('a', (value) => seen.push(value));

    hub.publish('a', stubborn);

    expect(seen).toEqual([stubborn]);
    expect(errors).toEqual(['publish']);
  });
});
