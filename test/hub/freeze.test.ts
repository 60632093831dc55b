import { SubscriptionHub } from 'tickwise/hub';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
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

  it('leaves typed arrays, maps and instances within a value as they are', () => {
    const errors: unknown[] = [];
    const hub = new SubscriptionHub<{ a: object }>({ freeze: 'always', onError: (error) => errors.push(error) });
    const value = {
      window: new Float64Array([1, 2]),
      bytes: Buffer.from('x'),
      books: new Map([['b', 1]]),
      at: new Date(0),
    };
    const seen: object[] = [];
    hub.subscribe('a', (each) => seen.push(each));

    hub.publish('a', value.window);
    hub.publish('a', value);
    value.window[0] = 5;
    value.books.set('c', 2);

    expect(errors).toEqual([]);
    expect(seen).toEqual([value.window, value]);
    expect([Object.isFrozen(value), Object.isFrozen(value.at), value.window[0]]).toEqual([true, false, 5]);
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
