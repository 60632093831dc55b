import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

describe('peek and has', () => {
  it('find a value without loading or counting', () => {
    const compute = vi.fn((value: number) => value * 2);
    const cached = memo(compute);

    expect([cached.peek(1), cached.has(1)]).toEqual([undefined, false]);
    cached(1);

    expect([cached.peek(1), cached.has(1)]).toEqual([2, true]);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(cached.stats()).toMatchObject({ calls: 1, hits: 0, misses: 1 });
  });

  it('tell a stored undefined from none', () => {
    const cached = memo((_value: number) => undefined);
    cached(1);

    expect([cached.has(1), cached.has(2)]).toEqual([true, false]);
  });

  it('give the value of an async function, not its promise', async () => {
    const cached = memo(async (value: number) => value * 2);
    const call = cached(1);

    expect(cached.has(1)).toBe(false);
    await call;

    expect(cached.peek(1)).toBe(2);
  });

  it('include stale values that a call would get', async () => {
    const clock = new VirtualClock();
    const cached = memo(() => 1, { clock, ttl: 10, staleWhileRevalidate: 10 });
    cached();

    await clock.advance(15);
    expect([cached.peek(), cached.has()]).toEqual([1, true]);
    await clock.advance(5);

    expect([cached.peek(), cached.has()]).toEqual([undefined, false]);
    expect(cached.stats().expirations).toBe(0);
  });

  it.each(['peek', 'has', 'invalidate', 'explain'] as const)('%s throws for arguments without a key', (member) => {
    const cached = memo((value: unknown) => value);

    expect(() => cached[member](() => 1)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
  });

  it('use the key option', () => {
    const cached = memo((symbol: string, _at: number) => symbol, { key: (symbol) => symbol });
    cached('BTC', 1);

    expect(cached.has('BTC', 99)).toBe(true);
    void cached.invalidate('BTC', 50);
    expect(cached.has('BTC', 1)).toBe(false);
  });
});

describe('warm', () => {
  it('loads what is not fresh and says what it did', async () => {
    const load = vi.fn(async (symbol: string) => symbol.length);
    const cached = memo(load);
    await cached('BTC');

    const report = await cached.warm([['BTC'], ['ETH'], ['SOL']]);

    expect(report).toEqual({ loaded: 2, present: 1, failed: 0 });
    expect(load).toHaveBeenCalledTimes(3);
    expect(await cached('SOL')).toBe(3);
    expect(cached.stats()).toMatchObject({ calls: 2, hits: 1, misses: 1, loads: 3 });
  });

  it('runs at most `concurrency` loads at the same time', async () => {
    const loads = new Loads<number>();
    const cached = memo((value: number) => loads.run(value));

    const warming = cached.warm(
      Array.from({ length: 10 }, (_, index): [number] => [index]),
      { concurrency: 3 },
    );
    await vi.waitFor(() => expect(loads.count).toBe(3));
    for (let index = 0; index < 10; index++) {
      expect(loads.count).toBeLessThanOrEqual(index + 3);
      await vi.waitFor(() => expect(loads.count).toBeGreaterThan(index));
      loads.at(index).resolve(index);
      await settle();
    }

    expect(await warming).toEqual({ loaded: 10, present: 0, failed: 0 });
  });

  it('counts and reports failures, and goes on', async () => {
    const onError = vi.fn();
    const cached = memo(
      async (value: number) => {
        if (value % 2 === 0) throw new Error(`even ${value}`);
        return value;
      },
      { onError, name: 'odd' },
    );

    const report = await cached.warm([[1], [2], [3], [4]]);

    expect(report).toEqual({ loaded: 2, present: 0, failed: 2 });
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError).toHaveBeenCalledWith(expect.any(Error), { name: 'odd', during: 'warm' });
    expect(cached.stats()).toMatchObject({ loads: 4, loadErrors: 2, entries: 2, calls: 0 });
  });

  it('fills the cache of a sync function', async () => {
    const compute = vi.fn((value: number) => value * 2);
    const cached = memo(compute);

    await cached.warm(new Set<[number]>([[1], [2]]));

    expect([cached(1), cached(2)]).toEqual([2, 4]);
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('joins a load that is running, and calls join its loads', async () => {
    const loads = new Loads<number>();
    const cached = memo((value: number) => loads.run(value));
    const call = cached(1);

    const warming = cached.warm([[1], [2]]);
    await vi.waitFor(() => expect(loads.count).toBe(2));
    const joined = cached(2);
    loads.at(0).resolve(1);
    loads.at(1).resolve(2);

    expect(await warming).toEqual({ loaded: 1, present: 1, failed: 0 });
    expect(await Promise.all([call, joined])).toEqual([1, 2]);
    expect(loads.count).toBe(2);
  });

  it('refreshes values that are stale', async () => {
    const clock = new VirtualClock();
    const compute = vi.fn(() => clock.now());
    const cached = memo(compute, { clock, ttl: 10, staleWhileRevalidate: 100 });
    cached();
    await clock.advance(50);

    const report = await cached.warm([[]]);

    expect(report.loaded).toBe(1);
    expect(cached()).toBe(50);
    expect(cached.explain().source).toBe('warm');
  });

  it('does nothing for an empty list', async () => {
    expect(await memo(() => 1).warm([])).toEqual({ loaded: 0, present: 0, failed: 0 });
  });

  it.each([[0], [-1], [1.5], [NaN], [Infinity], ['4'], [10_001]])('refuses the concurrency %s', async (concurrency) => {
    await expect(memo(() => 1).warm([[]], { concurrency } as never)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/concurrency must be a whole number from 1 to 10000/),
    });
  });

  it('warms again and again with `every`, what would expire before the next round, until it is disposed of', async () => {
    const clock = new VirtualClock();
    const load = vi.fn(async (symbol: string) => symbol.length);
    const cached = memo(load, { ttl: 1_000, clock });
    const symbols = [['BTC'], ['ETH']] as [string][];

    const warming = await cached.warm(symbols, { every: 600 });
    symbols.push(['SOLX']);
    await clock.advance(599);
    expect(load).toHaveBeenCalledTimes(2);
    await clock.advance(1);

    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(5));
    expect(warming).toEqual({ loaded: 2, present: 0, failed: 0 });
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
    warming[Symbol.dispose]();
    warming[Symbol.dispose]();
    await clock.advance(10_000);
    expect(load).toHaveBeenCalledTimes(5);
    expect(clock.pendingTimers).toBe(0);
  });

  it('reports a list that becomes wrong, and tries again', async () => {
    const clock = new VirtualClock();
    const onError = vi.fn();
    const cached = memo(async (symbol: string) => symbol.length, { ttl: 1_000, clock, onError });
    const symbols: unknown[] = [['BTC']];

    using _warming = await cached.warm(symbols as [string][], { every: 600 });
    symbols.push('ETH');
    await clock.advance(600);

    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
  });

  it.each([0, -1, NaN, Infinity])('refuses to repeat every %d ms', async (every) => {
    await expect(memo(() => 1).warm([[]], { every })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  it.each(['often', 'jitter'])('refuses the unknown option %s', async (name) => {
    await expect(memo(() => 1).warm([[]], { [name]: 5 })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  it('refuses a list of anything but argument lists', async () => {
    const cached = memo((value: string) => value);

    await expect(cached.warm(['BTC'] as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(cached.stats().loads).toBe(0);
  });
});

describe('explain', () => {
  it('says cold for what was never asked for', () => {
    const cached = memo((value: number) => value);

    expect(cached.explain(1)).toEqual({ state: 'absent', reason: 'cold', isLoading: false, differs: [] });
  });

  it('gives age, remaining time and source of a fresh value', async () => {
    const clock = new VirtualClock();
    const cached = memo((value: number) => value, { clock, ttl: 100 });
    cached(1);
    cached.set([2], 5);

    await clock.advance(30);

    expect(cached.explain(1)).toEqual({ state: 'fresh', isLoading: false, age: 30, expiresIn: 70, source: 'load' });
    expect(cached.explain(2)).toMatchObject({ state: 'fresh', source: 'set' });
  });

  it('says that a value never expires', () => {
    const cached = memo((value: number) => value);
    cached(1);

    expect(cached.explain(1)).toMatchObject({ state: 'fresh', expiresIn: Infinity });
  });

  it('says stale, then expired', async () => {
    const clock = new VirtualClock();
    const cached = memo((value: number) => value, { clock, ttl: 10, staleWhileRevalidate: 10 });
    cached(1);

    await clock.advance(15);
    expect(cached.explain(1)).toMatchObject({ state: 'stale', age: 15, expiresIn: -5 });
    await clock.advance(10);

    expect(cached.explain(1)).toMatchObject({ state: 'absent', reason: 'expired', age: 25 });
  });

  it('says evicted', () => {
    const cached = memo((value: number) => value, { maxEntries: 1 });
    cached(1);
    cached(2);

    expect(cached.explain(1)).toMatchObject({ state: 'absent', reason: 'evicted', differs: [1] });
  });

  it.each([
    ['invalidate', (cached: { invalidate(value: number): Promise<void> }) => cached.invalidate(1)],
    ['invalidateTag', (cached: { invalidateTag(tag: string): Promise<void> }) => cached.invalidateTag('t')],
    ['clear', (cached: { clear(): Promise<void> }) => cached.clear()],
  ])('says invalidated after %s', async (_, remove) => {
    const cached = memo((value: number) => value, { tags: () => ['t'] });
    cached(1);

    await remove(cached);

    expect(cached.explain(1)).toMatchObject({ state: 'absent', reason: 'invalidated' });
  });

  it('says not-stored for a result that was refused', () => {
    const cached = memo((value: number) => value, { isStorable: () => false });
    cached(1);

    expect(cached.explain(1)).toMatchObject({ state: 'absent', reason: 'not-stored' });
  });

  it('names the last error, and forgets it when a load succeeds', () => {
    const failure = new Error('down');
    const compute = vi.fn((value: number) => value);
    compute.mockImplementationOnce(() => {
      throw failure;
    });
    const cached = memo(compute);

    expect(() => cached(1)).toThrow(failure);
    expect(cached.explain(1)).toEqual({
      state: 'absent',
      reason: 'failed',
      isLoading: false,
      lastError: failure,
      differs: [],
    });
    cached(1);

    expect(cached.explain(1)).not.toHaveProperty('lastError');
  });

  it('names a cached error', async () => {
    const clock = new VirtualClock();
    const failure = new Error('down');
    const cached = memo(async () => Promise.reject(failure), { clock, errorTtl: 100 });
    await Promise.allSettled([cached()]);

    await clock.advance(40);

    expect(cached.explain()).toMatchObject({ state: 'error', lastError: failure, age: 40, expiresIn: 60 });
  });

  it('keeps the last error of a value that could not be refreshed', async () => {
    const clock = new VirtualClock();
    const failure = new Error('down');
    const compute = vi.fn(() => 1);
    const cached = memo(compute, { clock, ttl: 10, staleIfError: 100, onError: () => undefined });
    cached();
    await clock.advance(10);
    compute.mockImplementationOnce(() => {
      throw failure;
    });

    expect(cached()).toBe(1);

    expect(cached.explain()).toMatchObject({ state: 'absent', reason: 'expired' });
  });

  it('says that a load is running', async () => {
    const loads = new Loads<number>();
    const cached = memo((value: number) => loads.run(value));
    const call = cached(1);

    expect(cached.explain(1)).toMatchObject({ state: 'absent', isLoading: true });
    loads.at(0).resolve(1);
    await call;

    expect(cached.explain(1)).toMatchObject({ state: 'fresh', isLoading: false });
  });

  it('names the arguments in which a call differs from the most similar one', () => {
    const cached = memo((symbol: string, timeframe: string, at: number) => symbol + timeframe + at);
    cached('ETH', '5m', 1);
    cached('BTC', '1m', 1);

    expect(cached.explain('BTC', '1m', 2).differs).toEqual([3]);
    expect(cached.explain('BTC', '5m', 1).differs).toEqual([2]);
    expect(cached.explain('SOL', '9m', 1).differs).toEqual([1, 2]);
    expect(cached.explain('SOL', '9m', 9).differs).toEqual([1, 2, 3]);
  });

  it('names arguments that are missing', () => {
    const cached = memo((...args: unknown[]) => args.length);
    cached('BTC', 1);

    expect(cached.explain('BTC').differs).toEqual([2]);
    expect(cached.explain('BTC', 1, undefined).differs).toEqual([3]);
    expect(cached.explain().differs).toEqual([1, 2]);
  });

  it('says 0 when only the object of the call differs', () => {
    const cached = memo(function read(this: object, value: number) {
      return value;
    });
    cached.call({}, 1);

    expect(cached.forThis({}).explain(1).differs).toEqual([0]);
  });

  it('counts nothing', () => {
    const cached = memo((value: number) => value);
    cached(1);
    const before = cached.stats();

    cached.explain(1);
    cached.explain(2);

    expect(cached.stats()).toEqual(before);
  });

  it('remembers a bounded number of keys that left', () => {
    const cached = memo((value: number) => value, { maxEntries: 1 });

    for (let value = 0; value < 1_000; value++) cached(value);

    expect(cached.explain(998)).toMatchObject({ reason: 'evicted' });
    expect(cached.explain(0)).toMatchObject({ reason: 'cold' });
  });
});

describe('invalidate, invalidateTag and clear', () => {
  it('return promises of nothing', async () => {
    const cached = memo((value: number) => value);

    expect(await Promise.all([cached.invalidate(1), cached.invalidateTag('t'), cached.clear()])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('leave the counters as they are', async () => {
    const cached = memo((value: number) => value);
    cached(1);
    cached(1);

    await cached.clear();

    expect(cached.stats()).toMatchObject({ calls: 2, hits: 1, misses: 1, loads: 1, entries: 0, evictions: 0 });
  });
});
