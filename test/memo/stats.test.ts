import { afterEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { cacheStats, memo, memoize } from 'tickwise/memo';
import { Loads } from './deferred.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('stats', () => {
  it('has exactly the documented fields', () => {
    const cached = memo((value: number) => value, { name: 'all' });

    expect(cached.stats()).toEqual({
      name: 'all',
      calls: 0,
      hits: 0,
      staleHits: 0,
      misses: 0,
      coalesced: 0,
      loads: 0,
      loadErrors: 0,
      evictions: 0,
      expirations: 0,
      entries: 0,
      hitRate: 0,
      loadTimeMs: 0,
      savedTimeMs: 0,
      audited: 0,
      mismatches: 0,
    });
  });

  it('is a snapshot that survives JSON', () => {
    const cached = memo((value: number) => value);
    cached(1);
    const before = cached.stats();

    cached(1);

    expect(before.calls).toBe(1);
    expect(JSON.parse(JSON.stringify(before))).toEqual(before);
  });

  it('adds up: calls = hits + staleHits + misses + coalesced', async () => {
    const clock = new VirtualClock();
    const loads = new Loads<number>();
    const cached = memo((value: number) => loads.run(value), { clock, ttl: 10, staleWhileRevalidate: 10 });

    const first = [cached(1), cached(1), cached(2)];
    loads.at(0).resolve(1);
    loads.at(1).resolve(2);
    await Promise.all(first);
    await cached(1);
    await clock.advance(15);
    await cached(1);
    loads.at(2).resolve(3);

    const { calls, hits, staleHits, misses, coalesced, hitRate } = cached.stats();
    expect({ calls, hits, staleHits, misses, coalesced }).toEqual({
      calls: 5,
      hits: 1,
      staleHits: 1,
      misses: 2,
      coalesced: 1,
    });
    expect(hitRate).toBe(0.4);
  });

  it('counts the time of sync loads and what hits save', () => {
    const ioClock = new VirtualClock();
    let time = 0;
    vi.spyOn(ioClock, 'now').mockImplementation(() => time);
    const cached = memo(
      (value: number) => {
        time += 7;
        return value;
      },
      { ioClock } as object,
    );

    cached(1);
    cached(1);
    cached(1);

    expect(cached.stats()).toMatchObject({ loadTimeMs: 7, savedTimeMs: 14 });
  });
});

describe('cacheStats', () => {
  it('lists caches by name and sums equal names', () => {
    const a = memo((value: number) => value, { name: 'stats-shared' });
    const b = memo((value: number) => value, { name: 'stats-shared' });
    const c = memo((value: number) => value, { name: 'stats-single' });

    a(1);
    a(1);
    b(1);
    c(1);
    const { caches, total } = cacheStats();

    expect(caches['stats-shared']).toMatchObject({ calls: 3, hits: 1, misses: 2, entries: 2, hitRate: 1 / 3 });
    expect(caches['stats-single']).toMatchObject({ calls: 1, misses: 1 });
    expect(total.name).toBe('total');
    expect(total.calls).toBeGreaterThanOrEqual(4);
    expect(total.calls).toBe(Object.values(caches).reduce((sum, { calls }) => sum + calls, 0));
  });

  it('lists a cache called __proto__', () => {
    const cached = memo((value: number) => value, { name: '__proto__' });
    cached(1);

    const { caches } = cacheStats();

    expect(Object.hasOwn(caches, '__proto__')).toBe(true);
    expect(Object.getOwnPropertyDescriptor(caches, '__proto__')?.value).toMatchObject({ calls: 1 });
  });

  it('sums the instances of a decorated method', () => {
    class Model {
      @memoize({ name: 'stats-method' })
      predict(value: number): number {
        return value;
      }
    }
    const [a, b] = [new Model(), new Model()];

    a.predict(1);
    a.predict(1);
    b.predict(1);

    expect(cacheStats().caches['stats-method']).toMatchObject({ calls: 3, hits: 1, misses: 2, entries: 2 });
  });

  it('survives JSON', () => {
    const stats = cacheStats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});

describe('the warning about a low hit rate', () => {
  const listen = (): ReturnType<typeof vi.fn> => {
    const warn = vi.fn();
    vi.spyOn(process, 'emitWarning').mockImplementation(warn);
    return warn;
  };

  it('comes once, after 1,000 calls, and names the argument that varies', () => {
    const warn = listen();
    const cached = memo((symbol: string, now: number) => symbol + now, { name: 'features' });

    for (let call = 0; call < 999; call++) cached(`S${call % 3}`, call);
    expect(warn).not.toHaveBeenCalled();
    for (let call = 999; call < 5_000; call++) cached(`S${call % 3}`, call);

    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(
        /^memo features: only 0\.0 % of 1000 calls were hits, argument 2 had 64 values in the last 64 misses;/,
      ),
      'TickwiseWarning',
    );
  });

  it('names an object argument whose content varies', () => {
    const warn = listen();
    const cached = memo((query: { at: number }, _symbol: string) => query.at);

    for (let call = 0; call < 1_000; call++) cached({ at: call }, 'BTC');

    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/argument 1 had 64 values/), 'TickwiseWarning');
  });

  it('tells large arguments apart by content', () => {
    const warn = listen();
    const cached = memo((bars: Float64Array, _symbol: string) => bars.length);

    for (let call = 0; call < 1_000; call++) cached(new Float64Array(50).fill(call), 'BTC');

    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/argument 1 had 64 values/), 'TickwiseWarning');
  });

  it('comes without naming an argument when a key option makes the keys', () => {
    const warn = listen();
    let count = 0;
    const cached = memo((_format: () => string) => 1, { key: () => count++ });

    for (let call = 0; call < 1_000; call++) cached(() => 'x');

    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.not.stringMatching(/argument/), 'TickwiseWarning');
  });

  it.each([
    ['more than 5 % hits', 19],
    ['half hits', 2],
  ])('does not come with %s', (_, period) => {
    const warn = listen();
    const cached = memo((value: number) => value);

    for (let call = 0; call < 3_000; call++) cached(call % period === 0 ? -1 : call);

    expect(warn).not.toHaveBeenCalled();
  });

  it('comes just below 5 % hits', () => {
    const warn = listen();
    const cached = memo((value: number) => value);

    for (let call = 0; call < 1_100; call++) cached(call % 21 === 0 ? -1 : call);

    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('does not come when calls share loads', async () => {
    const warn = listen();
    const loads = new Loads<number>();
    const cached = memo((value: number) => loads.run(value));

    const calls = Array.from({ length: 2_000 }, () => cached(1));
    loads.at(0).resolve(1);
    await Promise.all(calls);
    for (let value = 2; value < 20; value++) void cached(value);

    expect(warn).not.toHaveBeenCalled();
  });

  it('comes once per decorated method, not per instance', () => {
    const warn = listen();
    class Model {
      @memoize()
      predict(value: number): number {
        return value;
      }
    }

    for (let instance = 0; instance < 3; instance++) {
      const model = new Model();
      for (let call = 0; call < 1_000; call++) model.predict(call);
    }

    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^memo Model\.predict: /), 'TickwiseWarning');
  });
});

describe('TICKWISE_BYPASS', () => {
  it.each([['memo:slow'], ['memo:*'], ['memo:other, memo:slow'], [' memo:slow ,'], ['json:x,memo:slow']])(
    'switches the cache off when it is %j',
    (bypass) => {
      vi.stubEnv('TICKWISE_BYPASS', bypass);
      const compute = vi.fn((value: number) => value);
      const cached = memo(compute, { name: 'slow' });

      cached(1);
      cached(1);

      expect(compute).toHaveBeenCalledTimes(2);
      expect(cached.stats()).toMatchObject({ calls: 2, misses: 2, hits: 0, loads: 2, entries: 0 });
      expect(cached.explain(1)).toEqual({ state: 'bypassed', isLoading: false });
    },
  );

  it.each([[''], ['memo:slower'], ['slow'], ['memo'], ['batch:slow'], ['memo:SLOW']])(
    'leaves the cache on when it is %j',
    (bypass) => {
      vi.stubEnv('TICKWISE_BYPASS', bypass);
      const compute = vi.fn((value: number) => value);
      const cached = memo(compute, { name: 'slow' });

      cached(1);
      cached(1);

      expect(compute).toHaveBeenCalledTimes(1);
    },
  );

  it('lets every call of an async function load for itself', async () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:slow');
    const load = vi.fn(async (value: number) => value);
    const cached = memo(load, { name: 'slow', errorTtl: 1_000 });

    expect(await Promise.all([cached(1), cached(1)])).toEqual([1, 1]);
    load.mockRejectedValue(new Error('down'));
    await expect(cached(1)).rejects.toThrow('down');

    expect(load).toHaveBeenCalledTimes(3);
    expect(cached.stats()).toMatchObject({ coalesced: 0, loadErrors: 1, entries: 0 });
  });

  it('makes members find and store nothing', async () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:slow');
    const compute = vi.fn((value: number) => value);
    const cached = memo(compute, { name: 'slow' });

    cached.set([1], 5);
    const report = await cached.warm([[1], [2]]);

    expect(report).toEqual({ loaded: 0, present: 2, failed: 0 });
    expect([cached.has(1), cached.peek(1), cached(1)]).toEqual([false, undefined, 1]);
  });

  it('switches decorated methods off by Class.method', () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:Bypassed.run');
    const runs = vi.fn();
    class Bypassed {
      @memoize()
      run(value: number): number {
        runs();
        return value;
      }
    }
    const instance = new Bypassed();

    instance.run(1);
    instance.run(1);

    expect(runs).toHaveBeenCalledTimes(2);
  });
});
