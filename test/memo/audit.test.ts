import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('audit', () => {
  let random: { mockReturnValue(value: number): unknown };

  beforeEach(() => {
    random = vi.spyOn(Math, 'random').mockReturnValue(0);
  });

  it('computes a hit again off its way, and counts a result that is equal', async () => {
    const ioClock = new VirtualClock();
    const load = vi.fn(async (symbol: string) => ({ symbol, levels: [1, NaN] }));
    const cached = memo(load, { audit: 1, ioClock });
    await cached('BTC');

    const hit = cached('BTC');
    expect(load).toHaveBeenCalledTimes(1);
    await hit;
    await ioClock.advance(0);

    expect(load).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ hits: 1, loads: 1, audited: 1, mismatches: 0 });
  });

  it('counts and reports a result that differs, and stores nothing of it', async () => {
    const ioClock = new VirtualClock();
    let price = 1;
    const onError = vi.fn();
    const cached = memo(async () => ({ price }), { audit: 1, ioClock, onError, name: 'price' });
    await cached();
    price = 2;

    await cached();
    await ioClock.advance(0);

    expect(cached.stats()).toMatchObject({ audited: 1, mismatches: 1 });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'ERR_CORRUPT_DATA', message: expect.stringMatching(/price: 1.*price: 2/) }),
      { name: 'price', during: 'audit' },
    );
    expect(cached.peek()).toEqual({ price: 1 });
  });

  it('finds a hit that a caller has changed', async () => {
    const ioClock = new VirtualClock();
    const onError = vi.fn();
    const cached = memo(async () => [1, 2], { audit: 1, ioClock, onError });
    (await cached()).push(3);

    await cached();
    await ioClock.advance(0);

    expect(cached.stats().mismatches).toBe(1);
  });

  it('reports a function that throws, and goes on', async () => {
    const ioClock = new VirtualClock();
    const onError = vi.fn();
    const load = vi.fn(async () => 1);
    const cached = memo(load, { audit: 1, ioClock, onError });
    await cached();
    load.mockRejectedValueOnce(new Error('down'));

    await cached();
    await ioClock.advance(0);
    await cached();
    await ioClock.advance(0);

    expect(onError).toHaveBeenCalledOnce();
    expect(cached.stats()).toMatchObject({ audited: 1, mismatches: 0, loadErrors: 0 });
  });

  it('passes by a hit whose arguments have changed', async () => {
    const ioClock = new VirtualClock();
    const load = vi.fn(async (bars: number[]) => bars.length);
    const cached = memo(load, { audit: 1, ioClock });
    const bars = [1];
    await cached(bars);

    await cached(bars);
    bars.push(2);
    await ioClock.advance(0);

    expect(load).toHaveBeenCalledTimes(1);
    expect(cached.stats().audited).toBe(0);
  });

  it('takes the part of the hits that it is told', async () => {
    const ioClock = new VirtualClock();
    const cached = memo(async () => 1, { audit: 0.25, ioClock });
    await cached();

    for (const draw of [0.24, 0.25, 0.9, 0]) {
      random.mockReturnValue(draw);
      await cached();
      await ioClock.advance(0);
    }

    expect(cached.stats().audited).toBe(2);
  });

  it('holds at most 16 hits', async () => {
    const ioClock = new VirtualClock();
    const cached = memo(async () => 1, { audit: 1, ioClock });
    await cached();

    for (let call = 0; call < 100; call++) await cached();
    await ioClock.advance(0);

    expect(cached.stats()).toMatchObject({ hits: 100, audited: 16 });
  });

  it('audits a sync function, when its caller has gone on', async () => {
    let version = 1;
    const onError = vi.fn();
    const cached = memo((_key: number) => version, { audit: 1, onError });
    cached(1);
    version = 2;

    expect(cached(1)).toBe(1);
    expect(cached.stats().audited).toBe(0);
    await vi.waitFor(() => expect(cached.stats()).toMatchObject({ audited: 1, mismatches: 1 }));
  });

  it('gives an abortable function a signal that is never aborted', async () => {
    const ioClock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const cached = memo(
      async (symbol: string, signal: AbortSignal) => {
        signals.push(signal);
        return symbol;
      },
      { abortable: true, audit: 1, ioClock },
    );
    await cached('BTC');

    await cached('BTC');
    await ioClock.advance(0);
    await settle();

    expect(signals).toHaveLength(2);
    expect(signals[1]?.aborted).toBe(false);
  });
});

describe('a hit that may rightly differ by now', () => {
  const ioClock = new VirtualClock();
  const onError = vi.fn();

  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    onError.mockClear();
  });

  afterEach(() => {
    expect(onError).not.toHaveBeenCalled();
  });

  it.each(['invalidate', 'clear', 'set'] as const)('is passed by after %s', async (member) => {
    let price = 1;
    const cached = memo(async () => price, { audit: 1, ioClock, onError });
    await cached();
    await cached();

    price = 2;
    if (member === 'set') cached.set([], 2);
    else void cached[member]();
    await ioClock.advance(0);

    expect(cached.stats()).toMatchObject({ hits: 1, audited: 0, mismatches: 0 });
  });

  it('is passed by when it is invalidated, or its arguments change, while it is computed', async () => {
    const loads = new Loads<number>();
    const load = vi.fn(async (bars: readonly number[]) => bars.length);
    const cached = memo(load, { audit: 1, ioClock, onError });
    const [bars, others] = [[1], [1, 2]];
    for (const each of [bars, others, bars, others]) await cached(each);
    load.mockImplementation(loads.run);
    await ioClock.advance(0);
    expect(loads.count).toBe(2);

    bars.push(2);
    void cached.invalidate(others);
    for (const index of [0, 1]) loads.at(index).resolve(7);
    await settle();

    expect(cached.stats()).toMatchObject({ hits: 2, audited: 0, mismatches: 0 });
  });
});
