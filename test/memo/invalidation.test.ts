import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

const events: [string, (cached: ReturnType<typeof cachedLoads>['cached']) => void][] = [
  ['invalidate', (cached) => void cached.invalidate('x')],
  ['clear', (cached) => void cached.clear()],
  ['invalidateTag', (cached) => void cached.invalidateTag('symbol:x')],
];

function cachedLoads() {
  const loads = new Loads<string>();
  const cached = memo((symbol: string) => loads.run(symbol), { tags: (_, symbol) => [`symbol:${symbol}`, 'all'] });
  return { loads, cached };
}

describe.each(events)('%s', (_, happen) => {
  it('removes a stored value at once', async () => {
    const { loads, cached } = cachedLoads();
    const call = cached('x');
    loads.at(0).resolve('v1');
    await call;

    happen(cached);

    expect(cached.has('x')).toBe(false);
    expect(cached.stats().entries).toBe(0);
  });

  it('during a load leaves its callers their result but does not store it', async () => {
    const { loads, cached } = cachedLoads();
    const first = cached('x');

    happen(cached);
    loads.at(0).resolve('v1');

    expect(await first).toBe('v1');
    expect(cached.has('x')).toBe(false);
    const next = cached('x');
    loads.at(1).resolve('v2');
    expect(await next).toBe('v2');
    expect(cached.peek('x')).toBe('v2');
  });

  it('during a load makes the next call load anew instead of joining', async () => {
    const { loads, cached } = cachedLoads();
    const first = cached('x');

    happen(cached);
    const second = cached('x');
    const third = cached('x');
    loads.at(1).resolve('v2');
    await second;
    loads.at(0).resolve('v1');

    expect(await Promise.all([first, second, third])).toEqual(['v1', 'v2', 'v2']);
    expect(cached.peek('x')).toBe('v2');
    expect(loads.count).toBe(2);
    expect(cached.stats()).toMatchObject({ calls: 3, misses: 2, coalesced: 1 });
  });

  it('does not let an old load that ends last replace the new value', async () => {
    const { loads, cached } = cachedLoads();
    const first = cached('x');
    happen(cached);
    const second = cached('x');

    loads.at(0).resolve('v1');
    await first;
    expect(cached.has('x')).toBe(false);
    loads.at(1).resolve('v2');
    await second;

    expect(cached.peek('x')).toBe('v2');
  });

  it('does not let an old load that fails disturb the new one', async () => {
    const { loads, cached } = cachedLoads();
    const first = cached('x');
    happen(cached);
    const second = cached('x');

    loads.at(0).reject(new Error('old'));
    await expect(first).rejects.toThrow('old');
    const third = cached('x');
    loads.at(1).resolve('v2');

    expect(await Promise.all([second, third])).toEqual(['v2', 'v2']);
    expect(loads.count).toBe(2);
  });

  it('survives being repeated', async () => {
    const { loads, cached } = cachedLoads();

    for (let round = 0; round < 5; round++) {
      const call = cached('x');
      happen(cached);
      happen(cached);
      loads.at(round).resolve(`v${round}`);
      expect(await call).toBe(`v${round}`);
    }

    expect(cached.stats()).toMatchObject({ entries: 0, misses: 5 });
  });
});

describe('set', () => {
  it('during a load wins over its result', async () => {
    const { loads, cached } = cachedLoads();
    const first = cached('x');

    cached.set(['x'], 'set');
    loads.at(0).resolve('v1');

    expect(await first).toBe('v1');
    expect(await cached('x')).toBe('set');
    expect(loads.count).toBe(1);
  });

  it('stores a value of a sync function', () => {
    const compute = vi.fn((symbol: string) => symbol.length);
    const cached = memo(compute);

    cached.set(['BTC'], 42);

    expect(cached('BTC')).toBe(42);
    expect(compute).not.toHaveBeenCalled();
    expect(cached.stats()).toMatchObject({ loads: 0, hits: 1 });
  });

  it('makes calls of an async function return a promise of the value', async () => {
    const cached = memo(async (symbol: string) => symbol.length);

    cached.set(['BTC'], 42);
    const call = cached('BTC');

    expect(call).toBeInstanceOf(Promise);
    expect(await call).toBe(42);
    expect(cached.peek('BTC')).toBe(42);
  });

  it('takes a promise, which calls wait for', async () => {
    const load = vi.fn((symbol: string) => Promise.resolve(symbol.length));
    const cached = memo(load);

    cached.set(['BTC'], Promise.resolve(42));
    const call = cached('BTC');

    expect(call).toBeInstanceOf(Promise);
    expect(await call).toBe(42);
    expect(cached.peek('BTC')).toBe(42);
    expect(load).not.toHaveBeenCalled();
  });

  it('reports a promise that rejects, and stores nothing', async () => {
    const onError = vi.fn();
    const failure = new Error('no');
    const cached = memo((symbol: string) => Promise.resolve(symbol.length), { onError });

    cached.set(['BTC'], Promise.reject(failure));
    await settle();

    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, expect.objectContaining({ during: 'load' }));
    expect(cached.has('BTC')).toBe(false);
  });

  it('obeys ttl, tags and isStorable', async () => {
    const clock = new VirtualClock();
    const cached = memo((symbol: string) => symbol.length, {
      clock,
      ttl: (_, symbol) => symbol.length,
      tags: (value) => [String(value)],
      isStorable: (value) => value !== 0,
    });

    cached.set(['BTC'], 1);
    cached.set(['ETHER'], 2);
    cached.set(['X'], 0);

    expect([cached.has('BTC'), cached.has('ETHER'), cached.has('X')]).toEqual([true, true, false]);
    await cached.invalidateTag('2');
    expect(cached.has('ETHER')).toBe(false);
    await clock.advance(3);
    expect(cached.has('BTC')).toBe(false);
  });

  it('removes the old value when the new one is not storable', () => {
    const cached = memo((value: number) => value, { isStorable: (value) => value > 0 });
    cached(1);

    cached.set([1], -1);

    expect(cached.has(1)).toBe(false);
  });

  it.each([['x'], [undefined], [{ 0: 'x' }]])('refuses %j for a list of arguments', (args) => {
    const cached = memo((value: unknown) => value);

    expect(() => cached.set(args as never, 1)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('does not keep the list it was given', () => {
    const cached = memo((a: number, b: number) => a + b);
    const args: [number, number] = [1, 2];

    cached.set(args, 10);
    args[0] = 5;

    expect(cached(1, 2)).toBe(10);
  });
});

describe('tags', () => {
  it('remove exactly the entries that have them', async () => {
    const cached = memo((symbol: string, timeframe: string) => symbol + timeframe, {
      tags: (_, symbol, timeframe) => [symbol, timeframe],
    });
    for (const symbol of ['BTC', 'ETH']) for (const timeframe of ['1m', '5m']) cached(symbol, timeframe);

    await cached.invalidateTag('BTC');

    expect(cached.has('BTC', '1m')).toBe(false);
    expect(cached.has('BTC', '5m')).toBe(false);
    expect(cached.has('ETH', '1m')).toBe(true);
    await cached.invalidateTag('1m');
    expect(cached.has('ETH', '1m')).toBe(false);
    expect(cached.has('ETH', '5m')).toBe(true);
  });

  it.each([['__proto__'], ['constructor'], ['']])('may be called %j', async (tag) => {
    const cached = memo((value: number) => value, { tags: () => [tag] });
    cached(1);

    await cached.invalidateTag(tag);

    expect(cached.has(1)).toBe(false);
  });

  it('that nothing has remove nothing', async () => {
    const cached = memo((value: number) => value, { tags: () => ['a'] });
    cached(1);

    await cached.invalidateTag('b');

    expect(cached.has(1)).toBe(true);
  });

  it('of a replaced entry no longer remove it', async () => {
    const cached = memo((value: number) => value, { tags: (value) => [`v${value}`] });
    cached.set([1], 1);
    cached.set([1], 2);

    await cached.invalidateTag('v1');
    expect(cached.has(1)).toBe(true);
    await cached.invalidateTag('v2');

    expect(cached.has(1)).toBe(false);
  });

  it('that are invalidated during a load do not concern a result without them', async () => {
    const loads = new Loads<string>();
    const cached = memo((symbol: string) => loads.run(symbol), { tags: (_, symbol) => [symbol] });
    const call = cached('BTC');

    await cached.invalidateTag('ETH');
    loads.at(0).resolve('v1');
    await call;

    expect(cached.peek('BTC')).toBe('v1');
  });

  it('that are invalidated during a load keep its error from being cached', async () => {
    const loads = new Loads<string>();
    const cached = memo((symbol: string) => loads.run(symbol), { tags: (_, symbol) => [symbol], errorTtl: 1_000 });
    const call = cached('BTC');

    await cached.invalidateTag('BTC');
    loads.at(0).reject(new Error('no position'));
    await expect(call).rejects.toThrow('no position');
    const next = cached('BTC');

    expect(loads.count).toBe(2);
    loads.at(1).resolve('v2');
    expect(await next).toBe('v2');
  });

  it('that are invalidated during each load do not keep results without them from ever being stored', async () => {
    const loads = new Loads<string>();
    const cached = memo((symbol: string) => loads.run(symbol), { tags: (_, symbol) => [symbol] });
    const calls: Promise<string>[] = [];

    for (let index = 0; index < 3; index++) {
      calls.push(cached('BTC'));
      await cached.invalidateTag('ETH');
    }
    calls.push(cached('BTC'));
    loads.at(0).resolve('v1');
    await calls[0];

    expect(cached.peek('BTC')).toBe('v1');
    loads.at(2).resolve('v3');
    await calls[2];
    loads.at(1).resolve('v2');
    await calls[1];
    expect(cached.peek('BTC')).toBe('v3');
    await cached.invalidateTag('BTC');
    loads.at(3).resolve('v4');
    expect(await calls[3]).toBe('v4');
    expect(cached.has('BTC')).toBe(false);
  });

  it('that are invalidated in masses during a load keep its result from being stored', async () => {
    const loads = new Loads<string>();
    const cached = memo((symbol: string) => loads.run(symbol), { tags: () => ['a'] });
    const call = cached('BTC');

    for (let index = 0; index < 1_002; index++) await cached.invalidateTag(`t${index}`);
    loads.at(0).resolve('v1');

    expect(await call).toBe('v1');
    expect(cached.has('BTC')).toBe(false);
  });

  it.each([
    ['a text', 'a'],
    ['numbers', [1]],
    ['nothing', undefined],
    ['a promise', Promise.resolve(['a'])],
    ['too many', Array.from({ length: 101 }, (_, index) => `t${index}`)],
  ])('that are %s are reported and the result is not stored', (_, tags) => {
    const onError = vi.fn();
    const cached = memo(() => 1, { tags: () => tags as string[], onError, name: 'x' });

    expect(cached()).toBe(1);

    expect(cached.has()).toBe(false);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: expect.stringMatching(/tags must return an array of at most 100 strings/) }),
      { name: 'x', during: 'tags' },
    );
  });

  it.each([[5], [undefined], [['a']]])('are refused by invalidateTag when they are %j', (tag) => {
    const cached = memo(() => 1);

    expect(() => cached.invalidateTag(tag as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a sync function that invalidates its own call while it runs', () => {
  it.each(['invalidate', 'clear'] as const)('has its result not stored: %s', (member) => {
    const compute = vi.fn((value: number): number => {
      if (compute.mock.calls.length === 1) {
        if (member === 'invalidate') void cached.invalidate(value);
        else void cached.clear();
      }
      return compute.mock.calls.length;
    });
    const cached = memo(compute);

    expect([cached(1), cached(1), cached(1)]).toEqual([1, 2, 2]);
  });

  it('keeps a value that it sets itself', () => {
    const cached = memo((value: number): number => {
      cached.set([value], 100);
      return value;
    });

    expect([cached(1), cached(1)]).toEqual([1, 100]);
  });

  it('has its result not stored when the callbacks of the options invalidate it', () => {
    const compute = vi.fn((value: number) => value);
    const cached = memo(compute, {
      tags: (value): string[] => {
        void cached.invalidate(value);
        return [];
      },
    });

    cached(1);

    expect(cached.has(1)).toBe(false);
  });
});
