import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cacheKey } from 'tickwise/core';
import { CallKeys } from '../../src/memo/call-keys.js';
import { type CallKey, keyOfList } from '../../src/memo/call-key.js';
import { splitKey } from '../../src/memo/split-key.js';

interface Bar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

const barAt = (i: number): Bar => ({
  time: 1_700_000_000_000 + i * 60_000,
  open: 60_000 + Math.sin(i) * 500,
  high: 60_600.5,
  low: 59_400.25,
  close: 60_000 + Math.cos(i) * 500,
  volume: i,
});

const barsOf = (count: number): Bar[] => Array.from({ length: count }, (_, i) => barAt(i));

const keys = new CallKeys('fingerprint');
const keyOf = (value: unknown): CallKey => keys.ofOne(value);
const isDigest = (value: unknown): boolean => String(keyOf(value)).startsWith('\0P12:');

const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

/** The next double after a number that is not -0. */
function nextUp(value: number): number {
  double[0] = value;
  bits[0] = (bits[0] ?? 0n) + 1n;
  return double[0] ?? 0;
}

/** Bars with one value in the place of another. */
const barsWith = (index: number, change: Record<string, unknown>, count = 200): unknown[] =>
  (barsOf(count) as unknown[]).with(index, { ...barAt(index), ...change });

describe('the fingerprint of bars', () => {
  it('is a text of 128 bits and the count, however many bars there are', () => {
    expect(isDigest(barsOf(200))).toBe(true);
    expect(keyOf(barsOf(200))).toHaveLength(17);
    expect(keyOf(barsOf(10_000))).toHaveLength(17);
  });

  it('is the same for equal bars made anew', () => {
    expect(keyOf(barsOf(200))).toBe(keyOf(structuredClone(barsOf(200))));
  });

  it('is the same for properties in another order, in all or in some bars', () => {
    const reversed = barsOf(200).map((bar) => Object.fromEntries(Object.entries(bar).toReversed()));
    const mixed = barsOf(200).map((bar, i) => (i % 3 === 1 ? (reversed[i] as unknown as Bar) : bar)); // A bar turned round.

    expect(keyOf(reversed)).toBe(keyOf(barsOf(200)));
    expect(keyOf(mixed)).toBe(keyOf(barsOf(200)));
  });

  it('changes with any one of 1 200 numbers by one unit in the last place', () => {
    const seen = new Set([keyOf(barsOf(200))]);

    for (let index = 0; index < 200; index++) {
      for (const name of NAMES) seen.add(keyOf(barsWith(index, { [name]: nextUp(barAt(index)[name]) })));
    }

    expect(seen.size).toBe(1_201);
  });

  it('changes with the order, the number and the names of bars', () => {
    const renamed = barsOf(200).map(({ volume, ...bar }) => ({ ...bar, trades: volume }));
    const swapped = barsOf(200).map((bar) => ({ ...bar, open: bar.close, close: bar.open }));

    const all = [barsOf(200), barsOf(200).toReversed(), barsOf(199), barsOf(201), renamed, swapped].map(keyOf);

    expect(new Set(all).size).toBe(6);
  });

  it('changes when a bar is changed in place', () => {
    const bars = barsOf(200);
    const before = keyOf(bars);

    bars[199] = { ...barAt(199), close: 1 };

    expect(keyOf(bars)).not.toBe(before);
  });

  it('tells 0 from -0, and NaN from both', () => {
    const all = [0, -0, NaN, Infinity, -Infinity].map((volume) => keyOf(barsWith(7, { volume })));

    expect(new Set(all).size).toBe(5);
  });

  it('takes NaN for NaN, whatever its bits', () => {
    bits[0] = 0xfff8_0000_0000_0001n;
    const other = double[0] ?? 0;

    const key = keyOf(barsWith(7, { volume: NaN }));

    expect(key).toMatch(/^\0P12:/);
    expect(keyOf(barsWith(7, { volume: other }))).toBe(key);
    expect(keyOf(barsWith(7, { volume: -other, low: Infinity }))).toBe(
      keyOf(barsWith(7, { volume: 0 / 0, low: Infinity })),
    );
  });

  it('is what splitKey finds as the text of its argument', () => {
    const key = String(keys.ofList([barsOf(200), 14]));

    expect(splitKey(key)).toEqual([String(keyOf(barsOf(200))).slice(1), 'n14;']);
  });

  it('agrees with exact keys on what is equal, for random changes of bars', () => {
    const change = fc.record({
      index: fc.nat({ max: 39 }),
      name: fc.constantFrom(...NAMES),
      value: fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, 1, 60_600.5)),
    });
    const changes = fc.array(change, { maxLength: 3, size: 'max' });
    const apply = (list: readonly { index: number; name: string; value: number }[]): unknown[] => {
      let bars: unknown[] = barsOf(40);
      for (const { index, name, value } of list) bars = bars.with(index, { ...(bars[index] as Bar), [name]: value });
      return bars;
    };

    fc.assert(
      fc.property(changes, changes, (a, b) => {
        const isSame = keyOfList([apply(a)]) === keyOfList([apply(b)]);

        expect(keyOf(apply(a)) === keyOf(apply(b))).toBe(isSame);
        expect(isDigest(apply(a))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('bars that do not fit', () => {
  class Candle {
    constructor(readonly bar: Bar) {
      Object.assign(this, bar);
    }
  }

  it.each<[string, (index: number) => unknown[]]>([
    ['a text in the place of a number', (index) => barsWith(index, { close: '60000' })],
    ['a bigint', (index) => barsWith(index, { close: 60_000n })],
    ['undefined', (index) => barsWith(index, { close: undefined })],
    ['null', (index) => barsWith(index, { close: null })],
    ['an object', (index) => barsWith(index, { close: {} })],
    ['a seventh property', (index) => barsWith(index, { trades: 5 })],
    ['a bar with less properties', (index) => barsOf(200).with(index, { time: 1, open: 1 } as Bar)],
    ['a bar with other properties', (index) => barsOf(200).with(index, renamed(index))],
    ['null for a bar', (index) => (barsOf(200) as unknown[]).with(index, null)],
    ['undefined for a bar', (index) => (barsOf(200) as unknown[]).with(index, undefined)],
    ['a number for a bar', (index) => (barsOf(200) as unknown[]).with(index, 5)],
    ['a text for a bar', (index) => (barsOf(200) as unknown[]).with(index, 'bar')],
    ['a list for a bar', (index) => (barsOf(200) as unknown[]).with(index, [1, 2, 3, 4, 5, 6])],
    ['a hole', (index) => withHole(index)],
  ])('are written exactly: %s', (_, make) => {
    for (const index of [0, 7, 199]) {
      const bars = make(index);

      expect(keyOf(bars)).toBe(keyOfList([bars]));
      expect(isDigest(bars)).toBe(false);
    }
  });

  it.each<[string, (index: number) => unknown[]]>([
    ['an instance of a class', (index) => (barsOf(200) as unknown[]).with(index, new Candle(barAt(index)))],
    ['an object made from another', (index) => barsOf(200).with(index, Object.assign(Object.create({}), barAt(index)))],
    ['a date', (index) => (barsOf(200) as unknown[]).with(index, Object.assign(new Date(0), barAt(index)))],
    ['an object that numbers itself', (index) => barsWith(index, { [cacheKey]: () => 5 })],
  ])('get the exact key or its error: %s', (_, make) => {
    for (const index of [0, 7, 199]) {
      const bars = make(index);

      expect(outcome(() => keyOf(bars))).toEqual(outcome(() => keyOfList([bars])));
    }
  });

  it('are refused when the first or the last has a symbol or something hidden, as with exact keys', () => {
    for (const index of [0, 199]) {
      const hidden = Object.defineProperty({ ...barAt(index) }, 'note', { value: 1 });
      const named = { ...barAt(index), [Symbol('note')]: 1 };
      for (const bar of [hidden, named]) {
        expect(() => keyOf(barsOf(200).with(index, bar))).toThrow(
          expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }),
        );
      }
    }
  });

  it('are refused when the list has properties besides its items, as with exact keys', () => {
    const named = Object.assign(barsOf(200), { symbol: 'BTC' });
    const marked = Object.assign(barsOf(200), { [Symbol('symbol')]: 'BTC' });
    const withBoth = Object.assign(withHole(7), { symbol: 'BTC' });

    for (const bars of [named, marked, withBoth]) {
      expect(() => keyOf(bars)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
    }
  });

  it('are written exactly when the first or the last has a getter', () => {
    for (const index of [0, 199]) {
      const bars = barsOf(200).with(
        index,
        withGetter(index, () => 5),
      );

      expect(isDigest(bars)).toBe(false);
      expect(keyOf(bars)).toBe(keyOfList([bars]));
    }
  });

  it('are written exactly when the list is a proxy, or of a subclass', () => {
    class Bars extends Array<Bar> {}

    expect(isDigest(new Proxy(barsOf(200), {}))).toBe(false);
    expect(() => keyOf(Bars.from(barsOf(200)))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
  });

  it('have the same key without prototype, where all are so', () => {
    const bare = (count: number): unknown[] => barsOf(count).map((bar) => Object.assign(Object.create(null), bar));

    expect(keyOf(bare(200))).toBe(keyOf(barsOf(200)));
  });

  function renamed(index: number): Bar {
    const { volume, ...bar } = barAt(index);
    return { ...bar, trades: volume } as unknown as Bar; // No bar, for the test.
  }

  function withHole(index: number): unknown[] {
    const bars: unknown[] = barsOf(200);
    Reflect.deleteProperty(bars, index);
    return bars;
  }
});

/** A bar whose close is what a function says. */
function withGetter(index: number, get: () => number): Bar {
  return Object.defineProperty({ ...barAt(index) }, 'close', { get, enumerable: true, configurable: true });
}

function outcome(task: () => unknown): unknown {
  try {
    return task();
  } catch (error) {
    return error;
  }
}

describe('getters amid the bars', () => {
  it('are read once, and the key is made from what they returned', () => {
    const get = vi.fn<() => number>().mockReturnValueOnce(5).mockReturnValue(6);
    const bars = barsOf(200).with(100, withGetter(100, get));

    const key = keyOf(bars);

    expect(get).toHaveBeenCalledTimes(1);
    expect(key).toBe(keyOf(barsWith(100, { close: 5 })));
  });

  it('may make keys themselves', () => {
    const bars = barsOf(200).with(
      100,
      withGetter(100, () => String(keyOf(barsOf(300))).length),
    );

    expect(keyOf(bars)).toBe(keyOf(barsWith(100, { close: 17 })));
  });

  it('may shorten the list, which is then written as it is', () => {
    const bars = barsOf(200);
    bars[100] = withGetter(100, () => (bars.length = 101));

    expect(isDigest(bars)).toBe(false);
    expect(keyOf(bars)).toBe(keyOfList([bars]));
  });

  it('may throw, and the next key is made as if they had not', () => {
    const failure = new Error('closed');
    const throws = (): number => {
      throw failure;
    };

    expect(() => keyOf(barsOf(200).with(100, withGetter(100, throws)))).toThrow(failure);
    expect(keyOf(barsOf(200))).toBe(new CallKeys('fingerprint').ofOne(barsOf(200)));
  });
});

describe('the fingerprint of numbers', () => {
  const numbers = Array.from({ length: 200 }, (_, i) => 60_000 + Math.sin(i));

  it.each<[string, () => unknown, () => unknown]>([
    ['a list', () => [...numbers], () => numbers.with(99, nextUp(numbers[99] ?? 0))],
    [
      'a Float64Array',
      () => new Float64Array(numbers),
      () => new Float64Array(numbers.with(99, nextUp(numbers[99] ?? 0))),
    ],
    ['a Float32Array', () => new Float32Array(numbers), () => new Float32Array(numbers.with(99, 0))],
    ['an Int8Array', () => new Int8Array(257), () => new Int8Array(257).fill(1, 256)],
    ['a BigInt64Array', () => new BigInt64Array(64), () => new BigInt64Array(64).fill(1n, 63)],
    ['a buffer', () => Buffer.alloc(300), () => Buffer.alloc(300, 0).fill(1, 299)],
    [
      'a window of a larger array',
      () => new Float64Array(300).subarray(50, 100),
      () => new Float64Array(300).subarray(50, 101),
    ],
    [
      'shared memory',
      () => new Float64Array(new SharedArrayBuffer(800)),
      () => new Float64Array(new SharedArrayBuffer(792)),
    ],
  ])('of %s is equal for equal content alone', (_, make, makeOther) => {
    expect(isDigest(make())).toBe(true);
    expect(keyOf(make())).toBe(keyOf(make()));
    expect(keyOf(makeOther())).not.toBe(keyOf(make()));
  });

  it('differs by the kind of what holds them', () => {
    const words = new Uint32Array(400).fill(7);
    const { buffer } = words;
    const kinds = [Float64Array, Float32Array, Int32Array, Uint32Array, Int16Array, Uint16Array, Int8Array, Uint8Array];
    const arrays = [...kinds, Uint8ClampedArray, BigInt64Array, BigUint64Array].map((Kind) => new Kind(buffer));
    const list = [...new Float64Array(buffer)];

    const all = [...arrays, Buffer.from(buffer), list, list.map((x) => ({ x })), list.map((y) => ({ y }))].map(keyOf);

    expect(new Set(all).size).toBe(all.length);
    expect(all.every((key) => String(key).startsWith('\0P12:'))).toBe(true);
  });

  it('differs by trailing zeros', () => {
    const lengths = Array.from({ length: 40 }, (_, i) => 250 + i);

    expect(new Set(lengths.map((length) => keyOf(Array.from({ length }, () => 0)))).size).toBe(40);
    expect(new Set(lengths.map((length) => keyOf(new Float64Array(length)))).size).toBe(40);
    expect(new Set([256, 257, 258, 263, 264, 265].map((length) => keyOf(new Uint8Array(length)))).size).toBe(6);
  });

  it.each<[string, unknown]>([
    ['a text among them', [...numbers, '5']],
    ['a hole among them', Object.assign(Array(201), numbers)],
    ['a bigint among them', [...numbers, 5n]],
    ['few of them', numbers.slice(0, 31)],
    ['few bytes', new Float64Array(31)],
    ['very many of them', Array.from({ length: 65_537 }, () => 0)],
    ['none', []],
    ['few rows', barsOf(5)],
    ['rows without names', Array.from({ length: 200 }, () => ({}))],
    [
      'rows with many names',
      Array.from({ length: 2 }, () => Object.fromEntries(numbers.slice(0, 65).map((x, i) => [`n${i}`, x]))),
    ],
    ['rows with a very long name', Array.from({ length: 40 }, (_, i) => ({ ['x'.repeat(5_000)]: i }))],
    ['an object', { a: numbers }],
    ['a list in a list', [numbers]],
    ['an array buffer', new ArrayBuffer(800)],
    ['a text', 'BTC'],
    ['nothing', undefined],
  ])('is not taken where there is %s', (_, value) => {
    expect(isDigest(value)).toBe(false);
    expect(keyOf(value)).toBe(keyOfList([value]));
  });

  it('is taken for each argument on its own', () => {
    const list = [numbers, barsOf(200), 14, [1, 2], 'a'];

    expect(keys.ofList(list)).toBe(`\0${list.map((value) => String(keys.ofList([value, 'x'])).slice(1, -4)).join('')}`);
    expect(keys.ofFew(2, numbers, 14, undefined)).not.toBe(keys.ofFew(2, numbers, 15, undefined));
  });

  it('is not taken for an array that numbers itself', () => {
    const bars = Object.assign(barsOf(200), { [cacheKey]: () => 5 });

    expect(keyOf(bars)).toBe(keyOf({ [cacheKey]: () => 5 }));
  });
});
