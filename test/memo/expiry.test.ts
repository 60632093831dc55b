import { describe, expect, it, vi } from 'vitest';
import { type Clock, VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';

/** A clock that a synchronous loop moves on itself. */
function steppingClock(): Clock & { time: number } {
  return {
    time: 0,
    now() {
      return this.time;
    },
    wallTime: () => 0,
    setTimeout: () => ({ cancel: () => undefined, ref: () => undefined, unref: () => undefined }),
  };
}

describe('ttl', () => {
  it('serves a value until it has passed and not at its end', async () => {
    const clock = new VirtualClock();
    const compute = vi.fn((value: number) => value);
    const cached = memo(compute, { ttl: 1_000, clock });
    cached(1);

    await clock.advance(999);
    cached(1);
    expect(compute).toHaveBeenCalledTimes(1);

    await clock.advance(1);
    cached(1);
    expect(compute).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ calls: 3, hits: 1, misses: 2, expirations: 1, entries: 1 });
  });

  it('expires what was stored at time 0', async () => {
    const clock = new VirtualClock();
    const cached = memo(() => clock.now(), { ttl: 5, clock });

    expect(cached()).toBe(0);
    await clock.advance(5);

    expect(cached()).toBe(5);
  });

  it('expires values in a synchronous loop that never yields', () => {
    const clock = steppingClock();
    const compute = vi.fn(() => clock.time);
    const cached = memo(compute, { ttl: 1_000, clock });

    for (clock.time = 0; clock.time < 10_000; clock.time += 100) cached();

    expect(compute).toHaveBeenCalledTimes(10);
    expect(cached.stats()).toMatchObject({ calls: 100, hits: 90, misses: 10, expirations: 9 });
  });

  it('follows the system clock in a synchronous loop', () => {
    let now = 5_000;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 0.25));
    const compute = vi.fn(() => 1);
    const cached = memo(compute, { ttl: 20 });

    for (let call = 0; call < 1_000; call++) cached();

    // A hit reads the time once, a load some more times: 1 000 calls take 250 to 275 ms.
    expect(compute.mock.calls.length).toBeGreaterThanOrEqual(12);
    expect(compute.mock.calls.length).toBeLessThanOrEqual(14);
  });

  it.each([3_600_000, -3_600_000])('does not care when the wall time steps by %i ms', async (step) => {
    const clock = new VirtualClock(1_700_000_000_000);
    const cached = memo(() => 1, { ttl: 1_000, clock });
    cached();

    clock.stepWallTime(step);
    await clock.advance(999);
    expect(cached.has()).toBe(true);
    await clock.advance(1);

    expect(cached.has()).toBe(false);
  });

  it('keeps values for ever by default, without reading the clock on a hit', () => {
    const clock = steppingClock();
    const now = vi.spyOn(clock, 'now');
    const cached = memo(() => 1, { clock });
    cached();
    const reads = now.mock.calls.length;

    clock.time = 1e15;
    cached();

    expect(now).toHaveBeenCalledTimes(reads);
    expect(cached.stats().hits).toBe(1);
  });

  it('counts from the end of an async load', async () => {
    const clock = new VirtualClock();
    const cached = memo(() => new Promise<number>((resolve) => void clock.setTimeout(() => resolve(1), 500)), {
      ttl: 1_000,
      clock,
    });
    const call = cached();

    await clock.advance(500);
    await call;
    await clock.advance(999);

    expect(cached.has()).toBe(true);
    await clock.advance(1);
    expect(cached.has()).toBe(false);
  });

  it('does not grow when a value is read', async () => {
    const clock = new VirtualClock();
    const cached = memo(() => 1, { ttl: 100, clock });
    cached();

    for (let step = 0; step < 10; step++) {
      await clock.advance(9);
      cached();
    }
    await clock.advance(10);

    expect(cached.has()).toBe(false);
  });

  it('may be a function of the result and the arguments', async () => {
    const clock = new VirtualClock();
    const ttl = vi.fn((result: number, symbol: string) => (symbol === 'BTC' ? 10 : result));
    const cached = memo((symbol: string) => symbol.length * 100, { ttl, clock });
    cached('BTC');
    cached('ETHER');

    await clock.advance(10);

    expect(ttl.mock.calls).toEqual([
      [300, 'BTC'],
      [500, 'ETHER'],
    ]);
    expect([cached.has('BTC'), cached.has('ETHER')]).toEqual([false, true]);
    await clock.advance(490);
    expect(cached.has('ETHER')).toBe(false);
  });

  it('gets the value of an async function, not its promise', async () => {
    const ttl = vi.fn(() => 5);
    const cached = memo(async (value: number) => value + 1, { ttl });

    await cached(1);

    expect(ttl).toHaveBeenCalledWith(2, 1);
  });

  it('stores nothing when it is 0', () => {
    const compute = vi.fn(() => 1);
    const cached = memo(compute, { ttl: 0 });

    cached();
    cached();

    expect(compute).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ entries: 0, misses: 2, expirations: 0 });
  });

  it.each([[-1], [NaN], ['5'], [undefined], [null], [Promise.resolve(5)]])(
    'reports a function that returns %s and stores nothing',
    (duration) => {
      const onError = vi.fn();
      const cached = memo(() => 1, { ttl: () => duration as number, onError, name: 'x' });

      expect(cached()).toBe(1);

      expect(cached.has()).toBe(false);
      expect(onError).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(/ttl must return/) }),
        { name: 'x', during: 'ttl' },
      );
    },
  );
});

describe('maxEntries', () => {
  it('gives up the entry that was not used for longest', () => {
    const cached = memo((value: number) => value, { maxEntries: 3 });
    for (const value of [1, 2, 3]) cached(value);

    cached(1);
    cached(4);

    expect([1, 2, 3, 4].map((value) => cached.has(value))).toEqual([true, false, true, true]);
    expect(cached.stats()).toMatchObject({ entries: 3, evictions: 1 });
  });

  it('does not count members as use', () => {
    const cached = memo((value: number) => value, { maxEntries: 2 });
    cached(1);
    cached(2);

    cached.peek(1);
    cached.has(1);
    cached.explain(1);
    cached(3);

    expect(cached.has(1)).toBe(false);
  });

  it('counts what had expired already as an expiration', async () => {
    const clock = new VirtualClock();
    const cached = memo((value: number) => value, { maxEntries: 2, ttl: 10, clock });
    cached(1);
    cached(2);
    await clock.advance(10);

    cached(3);

    expect(cached.stats()).toMatchObject({ evictions: 0, expirations: 1, entries: 2 });
  });

  it.each([1, 2, 15, 16, 17, 63, 64, 65, 100, 1_000])('keeps exactly the newest %i of many entries', (maxEntries) => {
    const cached = memo((value: number) => value, { maxEntries });
    const total = maxEntries * 3 + 5;

    for (let value = 0; value < total; value++) cached(value);

    expect(cached.stats()).toMatchObject({ entries: maxEntries, evictions: total - maxEntries });
    expect(cached.has(total - maxEntries)).toBe(true);
    expect(cached.has(total - maxEntries - 1)).toBe(false);
  });

  it('keeps the order of use while the table grows', () => {
    const cached = memo((value: number) => value, { maxEntries: 20 });
    for (let value = 0; value < 16; value++) cached(value);

    cached(0);
    for (let value = 16; value < 21; value++) cached(value);

    expect(cached.has(0)).toBe(true);
    expect(cached.has(1)).toBe(false);
  });
});

describe('freeze', () => {
  it('leaves results alone by default', () => {
    const cached = memo(() => ({ a: [1] }));

    expect(Object.isFrozen(cached())).toBe(false);
  });

  it('freezes plain objects and arrays to any depth, the first result included', () => {
    const cached = memo(() => ({ a: [{ b: 1 }], map: new Map(), floats: new Float64Array(2) }), { freeze: 'always' });

    const result = cached();

    expect([result, result.a, result.a[0]].every((part) => Object.isFrozen(part))).toBe(true);
    expect(() => result.a.push({ b: 2 })).toThrow(TypeError);
    result.floats[0] = 5;
    expect(cached().floats[0]).toBe(5);
  });

  it('freezes a result that contains itself', () => {
    const cached = memo(
      () => {
        const node: { self?: unknown } = {};
        node.self = [node];
        return node;
      },
      { freeze: 'always' },
    );

    expect(Object.isFrozen(cached())).toBe(true);
  });

  it('does not read accessors', () => {
    const cached = memo(
      () => ({
        get broken(): number {
          throw new Error('read');
        },
      }),
      { freeze: 'always' },
    );

    expect(() => cached()).not.toThrow();
  });

  it.each([
    ['production', false],
    ['test', true],
    [undefined, true],
  ])('in development, with NODE_ENV %s, freezes: %s', (environment, isFrozen) => {
    vi.stubEnv('NODE_ENV', environment);
    const cached = memo(() => ({}), { freeze: 'development' });

    expect(Object.isFrozen(cached())).toBe(isFrozen);
    vi.unstubAllEnvs();
  });

  it('loads again after a result that cannot be frozen', async () => {
    const stubborn = new Proxy({}, { preventExtensions: () => false });
    const compute = vi.fn(async () => (compute.mock.calls.length === 1 ? stubborn : 2));
    const cached = memo<() => Promise<unknown>>(compute, { freeze: 'always' });

    await expect(cached()).rejects.toThrow(TypeError);

    expect(cached.explain().isLoading).toBe(false);
    await expect(cached()).resolves.toBe(2);
  });

  it('freezes the value of an async function', async () => {
    const cached = memo(async () => ({ a: 1 }), { freeze: 'always' });

    expect(Object.isFrozen(await cached())).toBe(true);
    expect(Object.isFrozen(await cached())).toBe(true);
  });
});

describe('isStorable', () => {
  it('decides by result and arguments', () => {
    const isStorable = vi.fn((result: number, symbol: string) => result > 0 && symbol !== 'X');
    const cached = memo((symbol: string) => symbol.length - 1, { isStorable });

    for (const symbol of ['A', 'X', 'BTC']) cached(symbol);

    expect(['A', 'X', 'BTC'].map((symbol) => cached.has(symbol))).toEqual([false, false, true]);
    expect(isStorable).toHaveBeenCalledWith(2, 'BTC');
  });

  it('still shares an async load whose result it refuses', async () => {
    const load = vi.fn(async () => 0);
    const cached = memo(load, { isStorable: (value) => value > 0 });

    await Promise.all([cached(), cached()]);
    await cached();

    expect(load).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ misses: 2, coalesced: 1 });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns a number', () => 1],
    ['returns a promise', async () => true],
  ])('stores nothing and reports when it %s', (_, isStorable) => {
    const onError = vi.fn();
    const cached = memo(() => 1, { isStorable: isStorable as unknown as () => boolean, onError, name: 'x' });

    expect(cached()).toBe(1);

    expect(cached.has()).toBe(false);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { name: 'x', during: 'isStorable' });
  });

  it('has the rejection of its promise reported too', async () => {
    const onError = vi.fn();
    const failure = new Error('async');
    const cached = memo(() => 1, {
      isStorable: (() => Promise.reject(failure)) as unknown as () => boolean,
      onError,
    });

    cached();
    await new Promise((resolve) => setImmediate(resolve));

    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError).toHaveBeenCalledWith(failure, expect.anything());
  });

  it('does not let an onError that throws reach the caller', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cached = memo(() => 1, {
      ttl: () => NaN,
      onError: () => {
        throw new Error('handler');
      },
    });

    expect(cached()).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
