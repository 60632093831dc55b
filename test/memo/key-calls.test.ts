import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey } from 'tickwise/core';
import { structuralKey } from 'tickwise/memo';
import { SeriesRing } from 'tickwise/ring';
import { type CallKey, isLocalKey, keyOfList, keyWithThis } from '../../src/memo/call-key.js';
import { CallKeys } from '../../src/memo/call-keys.js';
import { ABSENT, RecentKeys, spreadOf } from '../../src/memo/recent-keys.js';

class Quote {
  constructor(readonly bid: unknown) {}
}

const ringOf = (...closes: number[]): SeriesRing<{ readonly close: 'f64' }> => {
  const ring = new SeriesRing({ capacity: 10, columns: { close: 'f64' } });
  for (const close of closes) ring.append(close);
  return ring;
};

const few = (keys: CallKeys, args: readonly unknown[]): CallKey => keys.ofFew(args.length, args[0], args[1], args[2]);

describe('CallKeys', () => {
  it('take a string or a number for its own key', () => {
    const keys = new CallKeys('exact');

    expect(keys.ofOne('BTC')).toBe('BTC');
    expect(keys.ofOne(5)).toBe(5);
    expect(keys.ofFew(1, '', undefined, undefined)).toBe('');
    expect(keys.ofList([NaN])).toBe(NaN);
  });

  it('agree with the exact key of the list over any history of calls', () => {
    const rings = [ringOf(1), ringOf(1)];
    const argument = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom<unknown>(0, -0, 1, 2, NaN, 0.5, '', '0', '1', 'a', '\0', '\0n1;', '\uFFFF'),
      },
      { weight: 2, arbitrary: fc.constantFrom<unknown>(undefined, null, true, false, 5n, 'x'.repeat(200)) },
      { weight: 2, arbitrary: fc.constantFrom<unknown>(...rings, [1], { a: 1 }, [rings[0]]) },
      fc.double(),
      fc.string({ maxLength: 3, size: 'max' }),
    );
    const call = fc.array(argument, { maxLength: 4, size: 'max' });
    const calls = fc.array(call, { maxLength: 60, size: 'max' });

    fc.assert(
      fc.property(calls, fc.constantFrom(1, 100), (history, maxEntries) => {
        const keys = new CallKeys('exact', maxEntries);

        for (const args of [...history, ...history, ...history.toReversed()]) {
          expect(keys.ofList(args)).toBe(keyOfList(args));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('tell 0 from -0 and NaN where another call is expected', () => {
    const keys = new CallKeys('exact');
    const rounds = [
      ['a', 0, 1],
      ['b', 0, 1],
    ];
    for (let round = 0; round < 5; round++) for (const args of rounds) few(keys, args);

    expect(keys.ofFew(3, 'a', -0, 1)).toBe(keyOfList(['a', -0, 1]));
    few(keys, ['b', 0, 1]);
    expect(keys.ofFew(3, 'a', NaN, 1)).toBe(keyOfList(['a', NaN, 1]));
    expect(keys.ofFew(3, 'a', 0, 1)).toBe(keyOfList(['a', 0, 1]));
  });

  it('tell two arguments from three of which the last is undefined', () => {
    const keys = new CallKeys('exact');

    for (let round = 0; round < 3; round++) {
      expect(keys.ofFew(2, 'a', 1, undefined)).toBe(keyOfList(['a', 1]));
      expect(keys.ofFew(3, 'a', 1, undefined)).toBe(keyOfList(['a', 1, undefined]));
    }
  });

  it('follow a ring from version to version, alone and among other arguments', () => {
    const keys = new CallKeys('exact');
    const ring = ringOf(1);
    const seen = new Set<CallKey>();

    for (let close = 0; close < 2_000; close++) {
      ring.append(close);
      for (const args of [[ring], [ring, 14], ['rsi', ring, 14]]) {
        expect(few(keys, args)).toBe(keyOfList(args));
        expect(few(keys, args)).toBe(keyOfList(args));
        seen.add(few(keys, args));
      }
    }

    expect(seen.size).toBe(6_000);
  });

  it('never take the key of a ring for the same text', () => {
    const keys = new CallKeys('exact');
    const ring = ringOf(1);
    const text = ring[cacheKey]();

    const all = [[ring], [text], [ring, 1], [text, 1], [keys.ofOne(ring)], [keys.ofOne(ring), 1]].map((args) =>
      few(keys, args),
    );

    expect(new Set(all).size).toBe(6);
  });

  it('tell 0 from -0 as what a [cacheKey] returns', () => {
    const keys = new CallKeys('exact');
    const versioned = (version: number): object => ({ [cacheKey]: () => version });

    expect(keys.ofOne(versioned(0))).not.toBe(keys.ofOne(versioned(-0)));
    expect(keys.ofOne(versioned(0))).toBe(keys.ofOne(versioned(0)));
    expect(keys.ofFew(2, versioned(-0), 1, undefined)).not.toBe(keys.ofFew(2, versioned(0), 1, undefined));
  });

  it.each([
    ['a function', [() => 1]],
    ['a symbol among others', ['a', Symbol('x')]],
    ['a [cacheKey] that returns nothing', [{ [cacheKey]: () => undefined }, 1]],
    ['a long text', ['x'.repeat(2 ** 22), 'y'.repeat(2 ** 22)]],
  ])('refuse %s each time', (_, args) => {
    const keys = new CallKeys('exact');

    for (let round = 0; round < 3; round++) {
      expect(() => few(keys, args)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
    }
  });
});

describe('RecentKeys', () => {
  const combinations = Array.from({ length: 5_000 }, (_, i): [string, string, number] => [
    `S${i % 500}USDT`,
    `${(i / 500) | 0}m`,
    200 + (i % 3),
  ]);

  /** How many of the combinations are found. */
  function found(recent: RecentKeys, calls: readonly (readonly [string, string, number])[]): number {
    return calls.filter(([a, b, c]) => {
      const spread = spreadOf(a, b, c);
      const key = recent.expect(a, b, c) ?? recent.find(spread, a, b, c);
      if (key === undefined) recent.add(spread, a, b, c, `${a}|${b}|${c}`);
      else expect(key).toBe(`${a}|${b}|${c}`);
      return key !== undefined;
    }).length;
  }

  it('keeps a working set of thousands once it has grown', () => {
    const recent = new RecentKeys(10_000);
    for (let round = 0; round < 4; round++) found(recent, combinations);

    expect(found(recent, combinations)).toBeGreaterThan(0.97 * combinations.length);
  });

  it('finds calls in any order', () => {
    const recent = new RecentKeys(10_000);
    for (let round = 0; round < 4; round++) found(recent, combinations);
    const shuffled = combinations.map((_, i) => combinations[(i * 2_371) % 5_000] ?? (['', '', 0] as const));

    expect(found(recent, shuffled)).toBeGreaterThan(0.97 * combinations.length);
  });

  it('keeps no more than two slots per entry of its cache', () => {
    const recent = new RecentKeys(100);
    for (let round = 0; round < 4; round++) found(recent, combinations);

    const kept = combinations.filter(([a, b, c]) => recent.find(spreadOf(a, b, c), a, b, c) !== undefined);

    expect(kept.length).toBeLessThanOrEqual(256);
    expect(kept.length).toBeGreaterThan(150);
  });

  it('finds nothing before anything was added', () => {
    const recent = new RecentKeys(10);

    expect(recent.expect(undefined, undefined, undefined)).toBeUndefined();
    expect(recent.find(spreadOf(undefined, undefined, ABSENT), undefined, undefined, ABSENT)).toBeUndefined();
  });

  it.each([[-0], [NaN], [5n], [{}], [() => 1], [Symbol('x')], ['\0a'], ['x'.repeat(129)]])(
    'does not take %s for its table',
    (value) => {
      expect(spreadOf('a', value, 1)).toBe(-1);
    },
  );
});

describe('isLocalKey', () => {
  const ring = ringOf(1);
  const allBytes = Uint8Array.from({ length: 512 }, (_, i) => i);
  const keys = new CallKeys('exact');
  const prints = new CallKeys('fingerprint');

  it.each<[string, readonly unknown[]]>([
    ['a ring', [ring]],
    ['a ring as second argument', ['a', ring]],
    ['a ring as fourth argument', ['a', 'b', 'c', ring]],
    ['an array of rings', [[1, [ring]]]],
    ['an object with a ring', [{ bars: ring }]],
    ['a Map to a ring', [new Map([['a', ring]])]],
    ['a Map from a ring', [new Map([[ring, 'a']])]],
    ['a Set with a ring', [new Set([ring])]],
    ['an instance of a class', [new Quote(1)]],
    ['an instance with a ring', [[new Quote(ring)]]],
    ['an object that numbers itself', [{ [cacheKey]: () => 5 }]],
    ['the key text of a ring', [structuralKey(ring)]],
    ['the key text of a list with a ring, within another text', [`x|${structuralKey([ring])}`]],
    ['what the [cacheKey] of a ring returns', [`${ring[cacheKey]()}|14`]],
    ['a property named by a key text', [{ [structuralKey(ring)]: 1 }]],
  ])('is true for %s', (_, args) => {
    expect(isLocalKey(keys.ofList(args))).toBe(true);
    expect(isLocalKey(prints.ofList(args))).toBe(true);
    expect(isLocalKey(keyWithThis('BTC', keys.ofList(args)))).toBe(true);
  });

  it.each<[string, readonly unknown[]]>([
    ['no arguments', []],
    ['a string', ['BTC']],
    ['texts that look encoded', ['\0', '\x01', 'K1:s3:abc', '@5;']],
    ['primitives', ['BTC', 1, true, null, undefined, 5n, -0, NaN, 1.5]],
    ['bytes of all values', [allBytes, allBytes.buffer, new DataView(allBytes.buffer)]],
    ['numbers of all bits', [new Float64Array(allBytes.buffer), [...new Float64Array(allBytes.buffer)]]],
    ['nested content', [{ a: [new Map([[1, new Set([new Date(0)])]]), /x/] }, new URL('http://a/')]],
  ])('is false for %s', (_, args) => {
    expect(isLocalKey(keys.ofList(args))).toBe(false);
    expect(isLocalKey(prints.ofList(args))).toBe(false);
    expect(isLocalKey(keyWithThis('BTC', keys.ofList(args)))).toBe(false);
  });

  it('depends on what the call is made on', () => {
    expect(isLocalKey(keyWithThis({}, 'a'))).toBe(true);
    expect(isLocalKey(keyWithThis(Quote, 5))).toBe(true);
    expect(isLocalKey(keyWithThis('x', 5))).toBe(false);
    expect(isLocalKey(keyWithThis(undefined, 'a'))).toBe(false);
    expect(isLocalKey(5)).toBe(false);
  });
});
