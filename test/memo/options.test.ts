import { describe, expect, it, vi } from 'vitest';
import { ConfigError, VirtualClock } from 'tickwise/core';
import { cacheDecision, cacheFeatures, memo, memoize, memoizeMethods } from 'tickwise/memo';

const clock = new VirtualClock();

/** Name, value, and what the message must say. */
const wrong: [string, unknown, RegExp][] = [
  ['name', '', /name must be a text of at least one character, got ''/],
  ['name', 5, /name must be a text/],
  ['name', null, /name must be a text/],
  ['ttl', -1, /ttl must be a number of milliseconds from 0 up, or Infinity, or a function, got -1/],
  ['ttl', NaN, /ttl must be a number of milliseconds from 0 up, or Infinity, or a function, got NaN/],
  ['ttl', '60', /ttl must be a number of milliseconds from 0 up, or Infinity, or a function, got '60'/],
  ['ttl', null, /ttl must be a number of milliseconds from 0 up, or Infinity, or a function, got null/],
  ['ttl', -Infinity, /ttl must be a number of milliseconds from 0 up, or Infinity, or a function, got -Infinity/],
  ['maxEntries', 0, /maxEntries must be a whole number from 1 to 16777216, got 0/],
  ['maxEntries', -1, /maxEntries must be/],
  ['maxEntries', 1.5, /maxEntries must be/],
  ['maxEntries', NaN, /maxEntries must be/],
  ['maxEntries', Infinity, /maxEntries must be/],
  ['maxEntries', 2 ** 24 + 1, /maxEntries must be/],
  ['maxEntries', '10', /maxEntries must be/],
  ['key', 'symbol', /key must be a function, got 'symbol'/],
  ['key', 5, /key must be a function/],
  ['keyMode', 'fast', /keyMode must be one of 'exact', 'fingerprint', got 'fast'/],
  ['maxBytes', 0, /maxBytes must be a whole number from 1 up, or Infinity, got 0/],
  ['maxBytes', -1, /maxBytes must be/],
  ['maxBytes', 1.5, /maxBytes must be/],
  ['maxBytes', NaN, /maxBytes must be/],
  ['maxBytes', 2 ** 60, /maxBytes must be/],
  ['maxBytes', '1 MB', /maxBytes must be/],
  ['sizeOf', 8, /sizeOf must be a function/],
  ['policy', 'lfu', /policy must be one of 'lru', 'tinylfu', got 'lfu'/],
  ['jitter', -0.1, /jitter must be a number from 0 to 1, got -0.1/],
  ['jitter', 1.1, /jitter must be/],
  ['jitter', NaN, /jitter must be/],
  ['earlyRefresh', -1, /earlyRefresh must be/],
  ['earlyRefresh', NaN, /earlyRefresh must be/],
  ['earlyRefresh', 1e9, /earlyRefresh must be/],
  ['audit', 2, /audit must be a number from 0 to 1, got 2/],
  ['audit', -0.01, /audit must be/],
  ['audit', NaN, /audit must be/],
  ['bus', {}, /bus must be an InvalidationBus/],
  ['version', '', /version must be a text/],
  ['version', 2, /version must be a text/],
  ['abortable', 1, /abortable must be true or false/],
  ['store', {}, /store must be a CacheStore \(get, set, delete and close\)/],
  ['store', { get: () => 1 }, /store must be a CacheStore/],
  ['codec', JSON, /codec must be a Codec \(encode and decode\)/],
  ['storeTimeout', -1, /storeTimeout must be/],
  ['storeTimeout', NaN, /storeTimeout must be/],
  ['storeTimeout', Infinity, /storeTimeout must be/],
  ['lease', 5, /lease must be/],
  ['lease', { ttl: -1 }, /lease/],
  ['lease', { ttl: NaN }, /lease/],
  ['keyMode', true, /keyMode must be one of/],
  ['staleWhileRevalidate', -1, /staleWhileRevalidate must be a number of milliseconds from 0 up, or Infinity, got -1/],
  ['staleWhileRevalidate', NaN, /staleWhileRevalidate must be/],
  ['staleWhileRevalidate', true, /staleWhileRevalidate must be/],
  ['staleIfError', -0.5, /staleIfError must be/],
  ['staleIfError', NaN, /staleIfError must be/],
  ['staleIfError', '1', /staleIfError must be/],
  ['errorTtl', -1, /errorTtl must be/],
  ['errorTtl', NaN, /errorTtl must be/],
  ['errorTtl', {}, /errorTtl must be/],
  ['tags', ['a'], /tags must be a function/],
  ['isStorable', true, /isStorable must be a function/],
  ['freeze', true, /freeze must be one of 'never', 'development', 'always', got true/],
  ['freeze', 'sometimes', /freeze must be one of/],
  ['clock', {}, /clock must be/],
  ['clock', Date, /clock must be/],
  ['clock', { now: () => 1 }, /clock must be/],
  ['onError', 'log', /onError must be a function/],
  ['timeout', -1, /timeout must be/],
  ['timeout', NaN, /timeout must be/],
  ['timeout', '5s', /timeout must be/],
  ['ioClock', {}, /ioClock must be a Clock \(now, wallTime and setTimeout\)/],
  ['ioClock', () => clock, /ioClock must be a Clock/],
];

const accepted: [string, unknown][] = [
  ['name', 'features'],
  ['name', '__proto__'],
  ['ttl', 0],
  ['ttl', 0.5],
  ['ttl', Infinity],
  ['ttl', () => 5],
  ['maxEntries', 1],
  ['maxEntries', 2 ** 24],
  ['key', (value: unknown) => value],
  ['keyMode', 'exact'],
  ['keyMode', 'fingerprint'],
  ['maxBytes', Infinity],
  ['sizeOf', () => 1],
  ['policy', 'lru'],
  ['policy', 'tinylfu'],
  ['jitter', 0],
  ['jitter', 1],
  ['earlyRefresh', true],
  ['earlyRefresh', 2.5],
  ['audit', 0],
  ['audit', 1],
  ['version', '2'],
  ['abortable', true],
  ['abortable', false],
  ['staleWhileRevalidate', 0],
  ['staleWhileRevalidate', Infinity],
  ['staleIfError', 0.5],
  ['staleIfError', Infinity],
  ['errorTtl', 0],
  ['errorTtl', Infinity],
  ['tags', () => []],
  ['isStorable', () => true],
  ['freeze', 'never'],
  ['freeze', 'development'],
  ['freeze', 'always'],
  ['clock', clock],
  ['onError', () => undefined],
  ['timeout', 0],
  ['timeout', Infinity],
  ['ioClock', clock],
];

/** Misspelt options, and hostile ones. */
const unknown = ['TTL', 'maxAge', 'constructor', 'toString'];

/** Every way to pass options. */
const ways: [string, (options: never) => unknown][] = [
  ['memo', (options) => memo(() => 1, options)],
  ['memoize', (options) => memoize(options)],
  ['memoizeMethods', (options) => memoizeMethods({ run: () => 1 }, { run: options })],
  ['a preset of a function', (options) => cacheDecision(() => 1, options)],
  ['a preset as decorator', (options) => cacheFeatures(options)],
];

describe.each(ways)('%s', (way, use) => {
  it.each(wrong)('refuses the option %s = %j', (name, value, message) => {
    // A decorator's clock may be a function of the instance.
    if (name === 'clock' && typeof value === 'function' && way.includes('decorator')) return;
    if (name === 'clock' && typeof value === 'function' && way === 'memoize') return;

    const act = (): unknown => use({ [name]: value } as never);

    expect(act).toThrow(ConfigError);
    // A union of types is described as a whole.
    if (!['ttl', 'clock', 'earlyRefresh', 'lease'].includes(name)) expect(act).toThrow(message);
    expect(act).toThrow(new RegExp(name));
  });

  it.each(accepted)('accepts the option %s = %j', (name, value) => {
    expect(() => use({ [name]: value } as never)).not.toThrow();
  });

  it.each(accepted)('takes an undefined %s for an absent one', (name) => {
    expect(() => use({ [name]: undefined } as never)).not.toThrow();
  });

  it.each(unknown)('refuses the unknown option %s', (name) => {
    const act = (): unknown => use({ [name]: 1 } as never);

    expect(act).toThrow(ConfigError);
    expect(act).toThrow(new RegExp(`unknown option '${name}'`));
  });

  it('works without options', () => {
    expect(() => use(undefined as never)).not.toThrow();
    expect(() => use({} as never)).not.toThrow();
  });
});

describe('memo', () => {
  it.each([[undefined], [null], ['f'], [5], [{}], [[]]])('refuses to cache %j', (fn) => {
    expect(() => memo(fn as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each([[5], ['x'], [[]], [true]])('refuses the options %j', (options) => {
    expect(() => memo(() => 1, options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('reads its options once', () => {
    const read = vi.fn<() => number>(() => 1_000);
    const options = {
      get ttl() {
        return read();
      },
    };
    const double = memo((value: number) => value * 2, options);
    const reads = read.mock.calls.length;

    double(1);
    double(1);
    double(2);

    expect(read).toHaveBeenCalledTimes(reads);
  });

  it('keeps to its options when the object is changed later', () => {
    const options = { maxEntries: 2, clock };
    const double = memo((value: number) => value * 2, options);

    options.maxEntries = 1;
    double(1);
    double(2);

    expect(double.stats()).toMatchObject({ entries: 2, evictions: 0 });
  });

  it('has the name and the parameter count of the function', () => {
    const computeFeatures = memo(function features(_symbol: string, _bars: number): number {
      return 1;
    });

    expect(computeFeatures.name).toBe('features');
    expect(computeFeatures).toHaveLength(2);
    expect(computeFeatures.stats().name).toBe('features');
  });

  it('is called anonymous in the statistics when the function has no name', () => {
    expect(
      memo(
        (
          () => () =>
            1
        )(),
      ).stats().name,
    ).toBe('anonymous');
  });
});
