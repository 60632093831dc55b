import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

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

describe('staleWhileRevalidate', () => {
  const options = (): { clock: VirtualClock; ttl: number; staleWhileRevalidate: number } => ({
    clock: new VirtualClock(),
    ttl: 1_000,
    staleWhileRevalidate: 500,
  });

  it('returns the stale value without waiting and starts exactly one refresh', async () => {
    const { clock, ...rest } = options();
    const loads = new Loads<string>();
    const cached = memo(loads.run, { clock, ...rest });
    const first = cached('x');
    loads.at(0).resolve('old');
    await first;
    await clock.advance(1_001);

    const answers = await Promise.all([cached('x'), cached('x'), cached('x')]);

    expect(answers).toEqual(['old', 'old', 'old']);
    expect(loads.count).toBe(2);
    loads.at(1).resolve('new');
    await settle();
    expect(await cached('x')).toBe('new');
    expect(cached.stats()).toMatchObject({ calls: 5, hits: 1, staleHits: 3, misses: 1, loads: 2, hitRate: 0.8 });
  });

  it('keeps the stale value when the refresh fails, until the window ends; then the error surfaces', async () => {
    const { clock, ...rest } = options();
    const onError = vi.fn();
    const loads = new Loads<string>();
    const cached = memo(loads.run, { clock, ...rest, onError, name: 'x' });
    const first = cached('x');
    loads.at(0).resolve('old');
    await first;
    await clock.advance(1_000);
    const failure = new Error('down');

    expect(await cached('x')).toBe('old');
    loads.at(1).reject(failure);
    await settle();
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, { name: 'x', during: 'refresh' });
    expect(await cached('x')).toBe('old');
    loads.at(2).reject(failure);
    await settle();
    await clock.advance(500);
    const last = cached('x');
    loads.at(3).reject(failure);

    await expect(last).rejects.toBe(failure);
    expect(cached.stats()).toMatchObject({ loads: 4, loadErrors: 3, staleHits: 2, misses: 2, expirations: 1 });
  });

  it('lets a call after the window wait for the refresh that runs', async () => {
    const { clock, ...rest } = options();
    const loads = new Loads<string>();
    const cached = memo(loads.run, { clock, ...rest });
    const first = cached('x');
    loads.at(0).resolve('old');
    await first;
    await clock.advance(1_200);
    await cached('x');
    await clock.advance(300);

    const late = cached('x');
    loads.at(1).resolve('new');

    expect(await late).toBe('new');
    expect(loads.count).toBe(2);
    expect(cached.stats()).toMatchObject({ coalesced: 1, staleHits: 1 });
  });

  it('refreshes a sync function inline, and its caller gets the new value', async () => {
    const { clock, ...rest } = options();
    let version = 1;
    const compute = vi.fn(() => version);
    const cached = memo(compute, { clock, ...rest });
    cached();
    await clock.advance(1_100);
    version = 2;

    expect([cached(), cached()]).toEqual([2, 2]);

    expect(compute).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ hits: 1, staleHits: 0, misses: 2, loads: 2, expirations: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives a call from within a sync refresh the stale value', async () => {
    const { clock, ...rest } = options();
    let isNested = false;
    const cached = memo((): number => (isNested ? cached() + 1 : 1), { clock, ...rest });
    cached();
    await clock.advance(1_100);
    isNested = true;

    expect(cached()).toBe(2);

    expect(cached.stats()).toMatchObject({ staleHits: 1, misses: 2, loads: 2 });
  });

  it('returns the stale value when a sync refresh throws, and reports the error', async () => {
    const { clock, ...rest } = options();
    const failure = new Error('down');
    const onError = vi.fn();
    const compute = vi.fn<() => number>().mockReturnValueOnce(1);
    const cached = memo(compute, { clock, ...rest, onError });
    cached();
    await clock.advance(1_100);
    compute.mockImplementation(() => {
      throw failure;
    });

    expect(cached()).toBe(1);

    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, expect.objectContaining({ during: 'refresh' }));
    await clock.advance(400);
    expect(() => cached()).toThrow(failure);
  });

  it.each(['invalidate', 'clear', 'set', 'invalidateTag'] as const)(
    'does not store a refresh that is overtaken by %s',
    async (member) => {
      const { clock, ...rest } = options();
      const loads = new Loads<string>();
      const cached = memo(loads.run, { clock, ...rest, tags: () => ['t'] });
      const first = cached('x');
      loads.at(0).resolve('old');
      await first;
      await clock.advance(1_100);
      await cached('x');

      if (member === 'invalidate') await cached.invalidate('x');
      else if (member === 'clear') await cached.clear();
      else if (member === 'set') cached.set(['x'], 'set');
      else await cached.invalidateTag('t');
      loads.at(1).resolve('late');
      await settle();

      expect(cached.peek('x')).toBe(member === 'set' ? 'set' : undefined);
    },
  );

  it('serves stale values for ever when it is Infinity', async () => {
    const clock = new VirtualClock();
    const cached = memo(async () => 1, { clock, ttl: 1, staleWhileRevalidate: Infinity });
    await cached();

    await clock.advance(1e9);

    expect(cached.has()).toBe(true);
    expect(await cached()).toBe(1);
    expect(cached.stats().staleHits).toBe(1);
  });

  it('makes every hit a stale one when ttl is 0', async () => {
    const clock = new VirtualClock();
    const cached = memo(async () => clock.now(), { clock, ttl: 0, staleWhileRevalidate: 100 });
    await cached();

    expect(await cached()).toBe(0);
    await clock.advance(50);
    expect(await cached()).toBe(0);
    expect(await cached()).toBe(50);
    expect(cached.stats()).toMatchObject({ misses: 1, staleHits: 3 });
  });
});

describe('staleIfError', () => {
  it('returns the stale value in the place of an error, and reports the error', async () => {
    const clock = new VirtualClock();
    const onError = vi.fn();
    const loads = new Loads<string>();
    const cached = memo(loads.run, { clock, ttl: 1_000, staleIfError: 5_000, onError, name: 'x' });
    const first = cached('x');
    loads.at(0).resolve('old');
    await first;
    await clock.advance(2_000);
    const failure = new Error('down');

    const calls = [cached('x'), cached('x')];
    loads.at(1).reject(failure);

    expect(await Promise.all(calls)).toEqual(['old', 'old']);
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, { name: 'x', during: 'load' });
    expect(cached.stats()).toMatchObject({ calls: 3, misses: 2, coalesced: 1, loadErrors: 1, expirations: 1 });
  });

  it('loads again at every call after the ttl', async () => {
    const clock = new VirtualClock();
    const compute = vi.fn<() => number>().mockReturnValueOnce(1);
    const cached = memo(compute, { clock, ttl: 10, staleIfError: 100, onError: () => undefined });
    cached();
    await clock.advance(10);
    compute.mockImplementation(() => {
      throw new Error('down');
    });

    expect([cached(), cached()]).toEqual([1, 1]);
    compute.mockReturnValue(2);

    expect(cached()).toBe(2);
    expect(cached.stats()).toMatchObject({ misses: 4, loadErrors: 2, expirations: 1 });
  });

  it('honours its own limit', async () => {
    const clock = new VirtualClock();
    const failure = new Error('down');
    const compute = vi.fn<() => number>().mockReturnValueOnce(1);
    const cached = memo(compute, { clock, ttl: 10, staleIfError: 100, onError: () => undefined });
    cached();
    compute.mockImplementation(() => {
      throw failure;
    });

    await clock.advance(109);
    expect(cached()).toBe(1);
    await clock.advance(1);

    expect(() => cached()).toThrow(failure);
    expect(cached.stats().entries).toBe(0);
  });

  it('does not serve the stale value without an error', async () => {
    const clock = new VirtualClock();
    const cached = memo(() => clock.now(), { clock, ttl: 10, staleIfError: 100 });
    cached();

    await clock.advance(20);

    expect(cached.has()).toBe(false);
    expect(cached.peek()).toBeUndefined();
    expect(cached()).toBe(20);
  });

  it('stands in for a timeout', async () => {
    const [clock, ioClock] = [new VirtualClock(), new VirtualClock()];
    const loads = new Loads<string>();
    const cached = memo(loads.run, {
      clock,
      ioClock,
      timeout: 50,
      ttl: 10,
      staleIfError: 100,
      onError: () => undefined,
    });
    const first = cached('x');
    loads.at(0).resolve('old');
    await first;
    await clock.advance(10);

    const call = cached('x');
    await ioClock.advance(50);

    expect(await call).toBe('old');
  });

  it('outlasts staleWhileRevalidate when it is longer, and the other way round', async () => {
    const clock = new VirtualClock();
    const onError = vi.fn();
    const compute = vi.fn<() => number>().mockReturnValueOnce(1);
    const cached = memo(compute, { clock, ttl: 10, staleWhileRevalidate: 10, staleIfError: 50, onError });
    cached();
    compute.mockImplementation(() => {
      throw new Error('down');
    });

    await clock.advance(15);
    expect(cached()).toBe(1);
    expect(cached.stats()).toMatchObject({ misses: 2, expirations: 0 });
    await clock.advance(10);
    expect(cached()).toBe(1);
    expect(cached.stats()).toMatchObject({ misses: 3, expirations: 1 });
    await clock.advance(35);

    expect(() => cached()).toThrow('down');
    expect(onError.mock.calls.map(([, context]) => context.during)).toEqual(['refresh', 'load']);
  });
});

describe('errorTtl', () => {
  it('caches an error for its time, and no longer', async () => {
    const clock = new VirtualClock();
    const failure = new Error('no such symbol');
    const load = vi.fn(async (_symbol: string): Promise<string> => {
      throw failure;
    });
    const cached = memo(load, { clock, ttl: 1_000, errorTtl: 100 });

    await expect(cached('x')).rejects.toBe(failure);
    await clock.advance(99);
    await expect(cached('x')).rejects.toBe(failure);
    expect(load).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    await expect(cached('x')).rejects.toBe(failure);

    expect(load).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ calls: 3, hits: 1, misses: 2, loads: 2, loadErrors: 2, expirations: 1 });
  });

  it('throws the cached error of a sync function', () => {
    const failure = new Error('no');
    const compute = vi.fn((): number => {
      throw failure;
    });
    const cached = memo(compute, { errorTtl: 100 });

    expect(() => cached()).toThrow(failure);
    expect(() => cached()).toThrow(failure);

    expect(compute).toHaveBeenCalledTimes(1);
  });

  it.each([[undefined], [null], [0], ['text']])('caches the thrown value %s as it is', async (thrown) => {
    const load = vi.fn(async () => Promise.reject(thrown));
    const cached = memo(load, { errorTtl: 100 });

    const results = [await Promise.allSettled([cached()]), await Promise.allSettled([cached()])].flat();

    expect(results).toEqual([
      { status: 'rejected', reason: thrown },
      { status: 'rejected', reason: thrown },
    ]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('gives no value to peek and has', async () => {
    const cached = memo(async () => Promise.reject(new Error('no')), { errorTtl: 100 });
    await Promise.allSettled([cached()]);

    expect(cached.has()).toBe(false);
    expect(cached.peek()).toBeUndefined();
    expect(cached.stats().entries).toBe(1);
  });

  it('is ended by invalidate, set and clear', async () => {
    const load = vi.fn(async (_value: number): Promise<string> => Promise.reject(new Error('no')));
    const cached = memo(load, { errorTtl: 1_000 });
    await Promise.allSettled([cached(1), cached(2), cached(3)]);

    await cached.invalidate(1);
    cached.set([2], 'two');
    expect(await cached(2)).toBe('two');
    await cached.clear();
    await Promise.allSettled([cached(1), cached(3)]);

    expect(load).toHaveBeenCalledTimes(5);
  });

  it('does not replace a stale value by an error', async () => {
    const clock = new VirtualClock();
    const compute = vi.fn<() => number>().mockReturnValueOnce(1);
    const cached = memo(compute, { clock, ttl: 10, staleIfError: 100, errorTtl: 50, onError: () => undefined });
    cached();
    await clock.advance(10);
    compute.mockImplementation(() => {
      throw new Error('down');
    });

    expect([cached(), cached()]).toEqual([1, 1]);

    expect(compute).toHaveBeenCalledTimes(3);
  });

  it('does not cache the error of a load that was overtaken', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run, { errorTtl: 1_000 });
    const call = cached('x');

    await cached.invalidate('x');
    loads.at(0).reject(new Error('old'));
    await Promise.allSettled([call]);

    expect(cached.stats().entries).toBe(0);
  });
});
