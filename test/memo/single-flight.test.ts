import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

describe('memo of an async function', () => {
  const unhandled = vi.fn<(reason: unknown) => void>();

  beforeEach(() => {
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });

  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('loads once for 1,000 calls at the same time', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run);

    const calls = Array.from({ length: 1_000 }, () => cached('BTC'));
    loads.at(0).resolve('quote');

    expect(new Set(await Promise.all(calls))).toEqual(new Set(['quote']));
    expect(loads.count).toBe(1);
    expect(cached.stats()).toMatchObject({ calls: 1_000, misses: 1, coalesced: 999, hits: 0, loads: 1 });
  });

  it('gives 1,000 callers the same error object, caches nothing, and loads again', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run);
    const failure = new Error('venue down');

    const calls = Array.from({ length: 1_000 }, () => cached('BTC'));
    loads.at(0).reject(failure);
    const results = await Promise.allSettled(calls);

    expect(results.every((result) => result.status === 'rejected' && result.reason === failure)).toBe(true);
    expect(cached.has('BTC')).toBe(false);
    const next = cached('BTC');
    loads.at(1).resolve('quote');
    expect(await next).toBe('quote');
    expect(cached.stats()).toMatchObject({ calls: 1_001, misses: 2, coalesced: 999, loads: 2, loadErrors: 1 });
  });

  it('loads different calls side by side', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run);

    const [btc, eth] = [cached('BTC'), cached('ETH')];
    loads.at(1).resolve('e');
    loads.at(0).resolve('b');

    expect(await Promise.all([btc, eth])).toEqual(['b', 'e']);
    expect(loads.started.map(({ args }) => args)).toEqual([['BTC'], ['ETH']]);
  });

  it('returns a promise from a hit', async () => {
    const cached = memo(async (value: number) => value * 2);

    await cached(2);
    const hit = cached(2);

    expect(hit).toBeInstanceOf(Promise);
    expect(await hit).toBe(4);
    expect(cached.stats()).toMatchObject({ calls: 2, hits: 1, misses: 1 });
  });

  it.each([[undefined], [null], [0], [''], [false], [NaN]])('loads the result %j once', async (result) => {
    const load = vi.fn(async () => result);
    const cached = memo(load);

    const first = await cached();
    const second = await cached();

    expect([first, second]).toEqual([result, result]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('takes any thenable for a promise', async () => {
    const cached = memo((value: number): PromiseLike<number> => {
      const inner = Promise.resolve(value + 1);
      // oxlint-disable-next-line unicorn/no-thenable -- the object under test
      return { then: (onValue, onError) => inner.then(onValue, onError) };
    });

    const [first, second] = [cached(1), cached(1)];

    expect(await Promise.all([first, second])).toEqual([2, 2]);
    expect(cached.stats()).toMatchObject({ loads: 1, coalesced: 1 });
  });

  it('keeps at most its entries when more calls load at the same time, and answers them all', async () => {
    const loads = new Loads<number>();
    const cached = memo(loads.run, { maxEntries: 2 });

    const calls = [1, 2, 3, 4].map((value) => cached(value));
    for (const index of [0, 1, 2, 3]) loads.at(index).resolve(index);

    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3]);
    expect(cached.stats()).toMatchObject({ entries: 2, evictions: 2 });
  });

  it('does not store the result when the argument was changed meanwhile', async () => {
    const loads = new Loads<number>();
    const cached = memo(loads.run);
    const bars = [1, 2];

    const call = cached(bars);
    bars.push(3);
    loads.at(0).resolve(3);

    expect(await call).toBe(3);
    expect(cached.has(bars)).toBe(false);
    expect(cached.has([1, 2])).toBe(false);
    expect(cached.stats().entries).toBe(0);
  });

  it('does not store the result when the argument can no longer be a key', async () => {
    const loads = new Loads<number>();
    const cached = memo(loads.run);
    const query: Record<string, unknown> = { a: 1 };

    const call = cached(query);
    query['b'] = () => 1;
    loads.at(0).resolve(3);

    expect(await call).toBe(3);
    expect(cached.stats().entries).toBe(0);
  });

  it('stores the result when the argument was changed and changed back', async () => {
    const loads = new Loads<number>();
    const cached = memo(loads.run);
    const bars = [1, 2];

    const call = cached(bars);
    bars.push(3);
    bars.pop();
    loads.at(0).resolve(3);
    await call;

    expect(cached.has([1, 2])).toBe(true);
  });

  it('does not store the result when the key option answers otherwise at its end', async () => {
    const loads = new Loads<number>();
    let session = 1;
    const cached = memo((symbol: string) => loads.run(symbol), { key: (symbol) => [symbol, session] });

    const call = cached('BTC');
    session = 2;
    loads.at(0).resolve(3);
    await call;

    expect(cached.stats().entries).toBe(0);
  });

  it('rejects, not throws, when an argument has no key', async () => {
    const cached = memo(async (value: unknown) => value);

    const call = cached(() => 1);

    await expect(call).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_KEY' });
    expect(cached.stats()).toMatchObject({ calls: 0, loads: 0 });
  });

  it('turns a sync throw into a rejection once the function is known to return promises', async () => {
    const failure = new Error('bad symbol');
    const cached = memo((symbol: string): Promise<string> => {
      if (symbol === '') throw failure;
      return Promise.resolve(symbol);
    });
    await cached('BTC');

    const call = cached('');

    await expect(call).rejects.toBe(failure);
    expect(cached.stats()).toMatchObject({ loadErrors: 1, entries: 1 });
  });

  it('turns a sync throw of the first call into a rejection when an option says that the function is async', async () => {
    const failure = new Error('bad symbol');
    const cached = memo(
      (_symbol: string): Promise<string> => {
        throw failure;
      },
      { timeout: 1_000, ioClock: new VirtualClock() },
    );

    const call = cached('');

    await expect(call).rejects.toBe(failure);
    expect(cached.has('')).toBe(false);
  });

  it('serves sync and async results of one function as they came', async () => {
    const local = new Map([['BTC', 1]]);
    const load = vi.fn((symbol: string): number | Promise<number> => local.get(symbol) ?? Promise.resolve(2));
    const cached = memo(load);

    const [first, second] = [cached('BTC'), cached('ETH')];
    await second;

    expect(first).toBe(1);
    expect(cached('BTC')).toBe(1);
    expect(cached('ETH')).toBeInstanceOf(Promise);
    expect(await cached('ETH')).toBe(2);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('shares one load among calls made on one object only', async () => {
    const loads = new Loads<number>();
    const cached = memo(function load(this: object) {
      return loads.run(this);
    });
    const [a, b] = [{}, {}];

    const calls = [cached.call(a), cached.call(b), cached.call(a)];
    loads.at(0).resolve(1);
    loads.at(1).resolve(2);

    expect(await Promise.all(calls)).toEqual([1, 2, 1]);
    expect(loads.count).toBe(2);
  });

  it('loads again after the load has failed and before anybody awaited it', async () => {
    const loads = new Loads<number>();
    const cached = memo(loads.run);

    const first = cached('x');
    first.catch(() => undefined);
    loads.at(0).reject(new Error('once'));
    await settle();
    const second = cached('x');
    loads.at(1).resolve(1);

    expect(await second).toBe(1);
  });

  it('adds up the time of loads by ioClock', async () => {
    const ioClock = new VirtualClock();
    const cached = memo(
      (_symbol: string) => new Promise<number>((resolve) => void ioClock.setTimeout(() => resolve(1), 30)),
      {
        ioClock,
      },
    );

    const call = cached('x');
    await ioClock.advance(30);
    await call;
    await cached('x');
    await cached('x');

    expect(cached.stats()).toMatchObject({ loadTimeMs: 30, savedTimeMs: 60 });
  });
});

describe('timeout', () => {
  it('rejects the callers with a TimeoutError, and the next call loads again', async () => {
    const ioClock = new VirtualClock();
    const loads = new Loads<number>();
    const cached = memo(loads.run, { timeout: 100, ioClock, name: 'slow' });

    const results = Promise.allSettled([cached('x'), cached('x')]);
    await ioClock.advance(100);
    const [first, second] = await results;

    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'ERR_TIMEOUT' } });
    expect(first).toEqual(second);
    expect(String((first as PromiseRejectedResult).reason)).toMatch(/memo slow: the load took longer than 100 ms/);
    const next = cached('x');
    loads.at(1).resolve(2);
    expect(await next).toBe(2);
    expect(cached.stats()).toMatchObject({ loadErrors: 1, loads: 2 });
  });

  it('drops a late result', async () => {
    const ioClock = new VirtualClock();
    const loads = new Loads<number>();
    const cached = memo(loads.run, { timeout: 100, ioClock });
    const call = cached('x');
    call.catch(() => undefined);
    await ioClock.advance(100);

    loads.at(0).resolve(1);
    await settle();

    expect(cached.has('x')).toBe(false);
  });

  it('reports a late rejection', async () => {
    const ioClock = new VirtualClock();
    const loads = new Loads<number>();
    const onError = vi.fn();
    const cached = memo(loads.run, { timeout: 100, ioClock, onError, name: 'slow' });
    const call = cached('x');
    call.catch(() => undefined);
    await ioClock.advance(100);

    const late = new Error('late');
    loads.at(0).reject(late);
    await settle();

    expect(onError).toHaveBeenCalledExactlyOnceWith(late, { name: 'slow', during: 'load' });
  });

  it('cancels its timer when the load ends in time', async () => {
    const ioClock = new VirtualClock();
    const loads = new Loads<number>();
    const cached = memo(loads.run, { timeout: 100, ioClock });

    const calls = [cached('x'), cached('y')];
    loads.at(0).resolve(1);
    loads.at(1).reject(new Error('no'));
    await Promise.allSettled(calls);

    expect(ioClock.pendingTimers).toBe(0);
    expect(cached.peek('x')).toBe(1);
  });

  it('follows ioClock, not clock', async () => {
    const [clock, ioClock] = [new VirtualClock(), new VirtualClock()];
    const loads = new Loads<number>();
    const cached = memo(loads.run, { timeout: 100, clock, ioClock, ttl: 1_000 });

    const call = cached('x');
    await clock.advance(10_000);
    loads.at(0).resolve(1);

    expect(await call).toBe(1);
  });

  it('sets no timer when it is Infinity', async () => {
    const ioClock = new VirtualClock();
    const loads = new Loads<number>();
    const cached = memo(loads.run, { timeout: Infinity, ioClock });

    const call = cached('x');

    expect(ioClock.pendingTimers).toBe(0);
    loads.at(0).resolve(1);
    expect(await call).toBe(1);
  });
});
