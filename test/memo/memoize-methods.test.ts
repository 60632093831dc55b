import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { cacheStats, memoizeMethods } from 'tickwise/memo';

class Api {
  #secret = 1;
  readonly calls: string[] = [];

  instruments(category: string): string[] {
    this.calls.push(`instruments ${category}`);
    return [category, String(this.#secret)];
  }

  async ticker(symbol: string): Promise<string> {
    this.calls.push(`ticker ${symbol}`);
    return symbol;
  }

  other(): string {
    return this.instruments('linear').join();
  }
}

describe('memoizeMethods', () => {
  it('gives the named methods caches and returns the same object', async () => {
    const original = new Api();

    const api = memoizeMethods(original, { instruments: {}, ticker: { timeout: 1_000, ioClock: new VirtualClock() } });

    expect(api).toBe(original);
    expect(api.instruments('linear')).toBe(api.instruments('linear'));
    expect(await Promise.all([api.ticker('BTC'), api.ticker('BTC')])).toEqual(['BTC', 'BTC']);
    expect(api.calls).toEqual(['instruments linear', 'ticker BTC']);
    expect(api.instruments.stats()).toMatchObject({ name: 'Api.instruments', calls: 2, hits: 1 });
  });

  it('serves calls that other methods make', () => {
    const api = memoizeMethods(new Api(), { instruments: {} });

    api.other();
    api.other();

    expect(api.calls).toEqual(['instruments linear']);
  });

  it('leaves other instances and the class alone', () => {
    const api = memoizeMethods(new Api(), { instruments: {} });
    const other = new Api();

    other.instruments('a');
    other.instruments('a');

    expect(other.calls).toHaveLength(2);
    expect(Object.hasOwn(Api.prototype.instruments, 'stats')).toBe(false);
    expect(api.instruments).not.toBe(other.instruments);
  });

  it('binds methods to the object', () => {
    const api = memoizeMethods(new Api(), { instruments: {} });
    const { instruments } = api;

    expect(instruments('a')).toEqual(['a', '1']);
    expect(api.instruments('a')).toBe(instruments('a'));
    expect(api.calls).toEqual(['instruments a']);
  });

  it('adds no enumerable property', () => {
    const api = memoizeMethods(new Api(), { instruments: {} });

    expect(Object.keys(api)).toEqual(['calls']);
  });

  it('gives members that need no object of their own', async () => {
    const api = memoizeMethods(new Api(), { instruments: { tags: (_result, category) => [category] } });
    api.instruments('a');

    expect(api.instruments.has('a')).toBe(true);
    expect(api.instruments.peek('a')).toEqual(['a', '1']);
    await api.instruments.invalidateTag('a');
    expect(api.instruments.has('a')).toBe(false);
    api.instruments.set(['b'], ['set']);
    expect(api.instruments('b')).toEqual(['set']);
    expect(api.instruments.explain('b')).toMatchObject({ source: 'set' });
  });

  it('takes options per method', async () => {
    const clock = new VirtualClock();
    const object = { a: vi.fn((value: number) => value), b: vi.fn((value: number) => value) };
    const runs = { ...object };

    const cached = memoizeMethods(object, { a: { ttl: 10, clock, name: 'method-a' }, b: { key: () => 1 } });
    cached.a(1);
    cached.b(1);
    cached.b(2);
    await clock.advance(10);
    cached.a(1);

    expect(runs.a).toHaveBeenCalledTimes(2);
    expect(runs.b).toHaveBeenCalledTimes(1);
    expect(cacheStats().caches['method-a']).toMatchObject({ calls: 2 });
  });

  it('takes methods named by symbols', () => {
    const name = Symbol('run');
    const object = memoizeMethods({ [name]: (value: number) => ({ value }) }, { [name]: {} });

    expect(object[name](1)).toBe(object[name](1));
  });

  it('takes an object without prototype', () => {
    const plain: { run: (value: number) => { value: number } } = Object.assign(Object.create(null), {
      run: (value: number) => ({ value }),
    });

    const cached = memoizeMethods(plain, { run: {} });

    expect(cached.run(1)).toBe(cached.run(1));
    expect(cached.run.stats().name).toBe('Object.run');
  });

  it.each([[undefined], [null], [5], ['x'], [() => 1], [Object.freeze({ run: () => 1 })]])(
    'refuses the object %s',
    (object) => {
      expect(() => memoizeMethods(object as never, {})).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    },
  );

  it.each([[undefined], [null], ['run']])('refuses %j for the options', (methods) => {
    expect(() => memoizeMethods({ run: () => 1 }, methods as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each(['missing', 'value'])('refuses %s, which is no method', (name) => {
    expect(() => memoizeMethods({ value: 5 }, { [name]: {} } as never)).toThrow(new RegExp(`has no method ${name}`));
  });

  it('refuses a method that cannot be replaced', () => {
    const object = Object.defineProperty({}, 'run', { value: () => 1, configurable: false });

    expect(() => memoizeMethods(object, { run: {} } as never)).toThrow(/cannot be replaced/);
  });

  it('replaces no method when one of the options is wrong', () => {
    const api = new Api();

    expect(() => memoizeMethods(api, { instruments: {}, ticker: { ttl: -1 } })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/Api\.ticker/) }),
    );

    expect(Object.hasOwn(api, 'instruments')).toBe(false);
  });
});
