import { afterEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('jitter', () => {
  it('spreads the ends of what was stored in one millisecond', async () => {
    const clock = new VirtualClock();
    const cached = memo((key: number) => key, { ttl: 1_000, jitter: 0.5, clock, maxEntries: 10_000 });
    for (let key = 0; key < 10_000; key++) cached(key);

    const ends = new Map<number, number>();
    for (let key = 0; key < 10_000; key++) {
      const end = Math.floor(cached.explain(key).expiresIn ?? NaN);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }

    expect(Math.min(...ends.keys())).toBeGreaterThanOrEqual(500);
    expect(Math.max(...ends.keys())).toBeLessThanOrEqual(1_000);
    expect(Math.max(...ends.values())).toBeLessThan(100);
  });

  it('only ever shortens: 0 random is the whole ttl, almost 1 the ttl less its part', async () => {
    const clock = new VirtualClock();
    const random = vi.spyOn(Math, 'random');
    const cached = memo((key: number) => key, { ttl: 1_000, jitter: 0.2, clock });

    random.mockReturnValue(0);
    cached(1);
    random.mockReturnValue(1 - 2 ** -53);
    cached(2);

    expect(cached.explain(1).expiresIn).toBe(1_000);
    expect(cached.explain(2).expiresIn).toBeCloseTo(800, 9);
  });

  it('leaves what never expires alone', () => {
    const cached = memo((key: number) => key, { jitter: 1 });
    cached(1);

    expect(cached.explain(1).expiresIn).toBe(Infinity);
  });
});

describe('earlyRefresh', () => {
  it('refreshes before the end with the probability of the paper', async () => {
    const clock = new VirtualClock();
    const ioClock = new VirtualClock();
    vi.spyOn(Math, 'random').mockReturnValue(1 - Math.exp(-2));
    const loads = new Loads<string>();
    const cached = memo(loads.run, { ttl: 1_000, earlyRefresh: 1, clock, ioClock });
    const first = cached('x');
    await ioClock.advance(100);
    loads.at(0).resolve('old');
    await first;

    // -ln(1 - random) is 2, two loads of 100 ms before the end.
    await clock.advance(799);
    await cached('x');
    expect(loads.count).toBe(1);
    await clock.advance(1);
    expect(await cached('x')).toBe('old');

    expect(loads.count).toBe(2);
    loads.at(1).resolve('new');
    await settle();
    expect(await cached('x')).toBe('new');
    expect(cached.stats()).toMatchObject({ hits: 3, misses: 1, staleHits: 0, loads: 2 });
  });

  it('loads once per ttl for 1 000 readers', async () => {
    const clock = new VirtualClock();
    const ioClock = new VirtualClock();
    const load = vi.fn(
      async () =>
        await new Promise<number>((resolve) => {
          ioClock.setTimeout(() => resolve(load.mock.calls.length), 20);
        }),
    );
    const cached = memo(load, { ttl: 1_000, earlyRefresh: true, clock, ioClock });
    for (let step = 0; step < 500; step++) {
      const readers = Array.from({ length: 1_000 }, async () => cached());
      await ioClock.advance(10);
      await clock.advance(10);
      await Promise.all([...readers, ioClock.advance(20)]);
    }

    // 5 000 ms of a ttl of 1 000 ms, each shortened by some load times.
    expect(load.mock.calls.length).toBeGreaterThanOrEqual(5);
    expect(load.mock.calls.length).toBeLessThanOrEqual(7);
    expect(cached.stats().misses).toBe(1);
    expect(cached.stats().expirations).toBe(0);
  });

  it('refreshes a sync function inline, and keeps the value when that throws', async () => {
    const clock = new VirtualClock();
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const onError = vi.fn();
    let version = 1;
    const compute = (): number => {
      if (version === 3) throw new Error('down');
      return version;
    };
    const cached = memo(compute, { ttl: 1_000, earlyRefresh: 1, clock, onError });
    // Every load takes 50 ms.
    let time = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (time += 50));
    cached();
    await clock.advance(999);
    version = 2;

    expect(cached()).toBe(2);
    await clock.advance(999);
    version = 3;
    expect(cached()).toBe(2);

    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), expect.objectContaining({ during: 'refresh' }));
    expect(cached.stats()).toMatchObject({ hits: 2, misses: 1, loads: 3, loadErrors: 1 });
  });

  it('never draws for what is far from its end', async () => {
    const random = vi.spyOn(Math, 'random');
    const cached = memo((key: number) => key, { ttl: 1_000_000, earlyRefresh: 1, clock: new VirtualClock() });
    cached(1);
    cached(1);

    expect(random).not.toHaveBeenCalled();
  });
});
