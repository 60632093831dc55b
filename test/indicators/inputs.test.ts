import {
  Atr,
  atr,
  bollinger,
  ema,
  Macd,
  macd,
  percentChange,
  PercentChange,
  rollingStd,
  rsi,
  sma,
  vwap,
  zscore,
} from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const setting = expect.objectContaining({ code: 'ERR_CONFIG' });

const VALUES = [3, 1, 4, 1, 5, 9, 2, 6];

/** The same numbers in every kind of array that has a length. */
const kinds: readonly (readonly [string, ArrayLike<number>])[] = [
  ['Float64Array', Float64Array.from(VALUES)],
  ['Float32Array', Float32Array.from(VALUES)],
  ['Int8Array', Int8Array.from(VALUES)],
  ['Uint32Array', Uint32Array.from(VALUES)],
  ['Buffer', Buffer.from(VALUES)],
  ['a view that starts inside a buffer', Float64Array.from([0, 0, ...VALUES]).subarray(2)],
  ['an object with a length', Object.assign(Object.create(null), VALUES, { length: 8 })],
  ['a frozen array', Object.freeze([...VALUES])],
  ['a proxy of an array', new Proxy([...VALUES], {})],
];

const bars = (values: ArrayLike<number>) => ({ high: values, low: values, close: values });

/** Every batch function of several columns or lines, as one list of numbers. */
const several: readonly (readonly [string, (values: ArrayLike<number>) => number[]])[] = [
  ['atr', (values) => [...atr(bars(values), 2)]],
  ['vwap', (values) => [...vwap({ price: values, volume: values }, 3)]],
  ['macd', (values) => Object.values(macd(values, { fast: 1, slow: 3, signal: 2 })).flatMap((line) => [...line])],
  ['bollinger', (values) => Object.values(bollinger(values, 3)).flatMap((line) => [...line])],
];

describe.each(several)('input of %s', (name, compute) => {
  it.each(kinds)('may be %s', (_, values) => {
    expect(compute(values)).toEqual(compute(VALUES));
  });

  it('is left as it was', () => {
    const values = Float64Array.from(VALUES);

    compute(values);

    expect([...values]).toEqual(VALUES);
  });

  it.each([
    null,
    undefined,
    5,
    '31415926',
    {},
    { length: -1 },
    { length: 1.5 },
    { length: '3' },
    { length: NaN },
    new DataView(new ArrayBuffer(8)),
    new Set([1]),
    new Map(),
    () => 1,
  ])('is refused when it is %o', (values) => {
    expect(() => compute(values as never)).toThrow(misuse);
  });

  it.each(['1', null, undefined, 1n, {}, [1], true, new Date(0)])('is refused when an item is %o', (item) => {
    expect(() => compute([1, 2, item as number])).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(new RegExp(`^${name}: \\w+\\[2\\] must be a number, got `)),
      }),
    );
  });

  it('is refused when it has a hole', () => {
    const values: number[] = Object.assign([], { 0: 1, 2: 3 });

    expect(() => compute(values)).toThrow(/\[1\] must be a number, got undefined/);
  });

  it('may be empty', () => {
    expect(compute([])).toEqual([]);
    expect(compute(new Float64Array(0))).toEqual([]);
  });
});

describe('out of several columns', () => {
  it.each(['high', 'low', 'close'])('of atr must not share memory with %s', (name) => {
    const out = new Float64Array(4);
    const columns = { ...bars(new Float64Array(4)), [name]: out };

    expect(() => atr(columns, 2, { out })).toThrow(/atr: out must not share memory/);
  });

  it.each(['price', 'volume'])('of vwap must not overlap %s in part', (name) => {
    const memory = new Float64Array(7);
    const columns = { price: new Float64Array(4), volume: new Float64Array(4), [name]: memory.subarray(0, 4) };

    expect(() => vwap(columns, 2, { out: memory.subarray(3) })).toThrow(misuse);
    expect(() => vwap({ ...columns, [name]: memory.subarray(0, 3) }, 2, { out: memory.subarray(3) })).toThrow(misuse);
  });

  it('may lie in the same buffer beside the input, before or after it', () => {
    const memory = Float64Array.of(0, 0, 0, 1, 2, 6, 0, 0, 0);

    const before = sma(memory.subarray(3, 6), 2, { out: memory.subarray(0, 3) });
    const after = sma(memory.subarray(3, 6), 2, { out: memory.subarray(6) });

    expect([...before]).toEqual([NaN, 1.5, 4]);
    expect([...after]).toEqual([NaN, 1.5, 4]);
  });

  it('may lie over an input of another kind, which is copied first', () => {
    const memory = new ArrayBuffer(32);
    const input = new Float32Array(memory, 0, 4);
    input.set([1, 3, 5, 9]);

    expect([...sma(input, 2, { out: new Float64Array(memory) })]).toEqual([NaN, 2, 4, 7]);
  });

  it('may be in shared memory', () => {
    const out = new Float64Array(new SharedArrayBuffer(24));

    expect(ema([1, 2, 3], 2, { out })).toBe(out);
    expect([...out]).toEqual([NaN, 1.5, 2.5]);
  });

  it('is as it was when it is refused', () => {
    const out = Float64Array.of(7, 7);

    expect(() => rsi([1, 2, 3], 2, { out })).toThrow(misuse);
    expect(() => rsi([1, 2], 0, { out })).toThrow(setting);
    expect(() => rsi([1, '2' as never], 2, { out })).toThrow(misuse);

    expect([...out]).toEqual([7, 7]);
  });
});

describe('out of several lines', () => {
  const lines = [
    ['macd', (out: object) => macd(VALUES, { out }), ['macd', 'signal', 'histogram']],
    ['bollinger', (out: object) => bollinger(VALUES, 3, { out }), ['middle', 'upper', 'lower']],
  ] as const;

  it.each(lines)('of %s may be all of the caller, each returned under its name', (_, compute, names) => {
    const out = Object.fromEntries(names.map((name) => [name, new Float64Array(8)]));

    const found = new Map(Object.entries(compute(out)));

    for (const name of names) expect(found.get(name)).toBe(out[name]);
  });

  it.each(lines)('of %s must not be the same for any two names', (_, compute, names) => {
    for (const [one, other] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const line = new Float64Array(8);

      expect(() => compute({ [names[one]]: line, [names[other]]: line })).toThrow(misuse);
    }
  });

  it.each(lines)('of %s must each have the length of the input', (_, compute, names) => {
    for (const name of names) {
      for (const length of [0, 7, 9]) {
        expect(() => compute({ [name]: new Float64Array(length) })).toThrow(/length of the input \(8\), got \d/);
      }
    }
  });

  it.each(lines)('of %s must each be a Float64Array', (_, compute, names) => {
    for (const name of names) {
      for (const wrong of [null, [], new Float32Array(8), Array.from({ length: 8 }, () => 0), 8]) {
        expect(() => compute({ [name]: wrong })).toThrow(setting);
      }
    }
  });
});

describe('options of one number', () => {
  const wrongPeriods = ['2', NaN, -2, 0, 0.5, Infinity, -Infinity, 2 ** 24 + 1, null, [2], true, 2n];
  const wrongDdofs = ['1', NaN, -1, 0.5, Infinity, null, [], false, 1n];

  it.each(wrongPeriods)('refuses %o for a period that others leave out', (period) => {
    const wrong = period as number;
    for (const call of [
      () => atr(bars([1]), wrong),
      () => new Atr(wrong),
      () => percentChange([1], wrong),
      () => new PercentChange(wrong),
    ]) {
      expect(call).toThrow(/period must be a whole number from 1 to 16777216, got /);
    }
    for (const name of ['fast', 'slow', 'signal']) {
      expect(() => macd([1], { [name]: wrong })).toThrow(setting);
      expect(() => new Macd({ [name]: wrong })).toThrow(setting);
    }
  });

  it.each(wrongDdofs)('refuses %o for ddof', (ddof) => {
    const options = { ddof: ddof as number };
    for (const call of [
      () => rollingStd(VALUES, 3, options),
      () => zscore(VALUES, 3, options),
      () => bollinger(VALUES, 3, options),
    ]) {
      expect(call).toThrow(setting);
    }
  });

  it('takes an undefined option as absent', () => {
    const none = undefined as never;

    expect(rsi(VALUES, 2, { flat: none, out: none })).toEqual(rsi(VALUES, 2));
    expect(ema(VALUES, 2, { seed: none })).toEqual(ema(VALUES, 2));
    expect(macd(VALUES, { fast: none, slow: 3, signal: 2 })).toEqual(macd(VALUES, { slow: 3, signal: 2 }));
    expect(bollinger(VALUES, 3, { deviations: none, ddof: none, out: none })).toEqual(bollinger(VALUES, 3));
    expect(percentChange(VALUES, none)).toEqual(percentChange(VALUES, 1));
    expect(vwap({ price: VALUES, volume: VALUES }, none)).toEqual(vwap({ price: VALUES, volume: VALUES }, Infinity));
  });
});

it('refuses an input of absurd length with a coded error', () => {
  expect(() => sma({ length: 2 ** 53 - 1 }, 2)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
});
