import * as indicators from 'tickwise/indicators';
import { bollinger, macd, rollingMax, sma, vwap } from 'tickwise/indicators';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const { Atr, Bollinger, Ema, Macd, PercentChange, RateOfChange, RollingMax, RollingMin, RollingStd, Rsi, Sma } =
  indicators;
const { atr, ema, percentChange, rateOfChange, rollingMin, rollingStd, rsi, volumeRatio, VolumeRatio, Vwap, wma, Wma } =
  indicators;
const { zscore, Zscore } = indicators;

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const setting = expect.objectContaining({ code: 'ERR_CONFIG' });

const simple = {
  sma,
  wma,
  ema,
  rsi,
  rollingMin,
  rollingMax,
  rollingStd,
  zscore,
  rateOfChange,
  percentChange,
  volumeRatio,
};
const single = Object.entries(simple);
const classes = {
  Sma,
  Wma,
  Ema,
  Rsi,
  RollingMin,
  RollingMax,
  RollingStd,
  Zscore,
  RateOfChange,
  PercentChange,
  VolumeRatio,
};
const streams = Object.entries({ ...classes, Bollinger });

type Batch = (values: unknown, period?: unknown, options?: unknown) => Float64Array;
type Streaming = new (
  period?: unknown,
  options?: unknown,
) => {
  push(value: unknown): number;
  amend(value: unknown): number;
};

const wrongPeriods = [null, '5', NaN, 0, -1, 1.5, Infinity, 2 ** 24 + 1, {}];

describe.each(single)('%s', (name, compute) => {
  const batch = compute as unknown as Batch; // wrong arguments are the subject here

  it.each(wrongPeriods)('refuses the period %o', (period) => {
    expect(() => batch([1, 2, 3], period)).toThrow(setting);
    expect(() => batch([1, 2, 3], period)).toThrow(/period must be a whole number from 1 to 16777216, got /);
  });

  it.each([null, undefined, 5, 'abc', {}, () => 1])('refuses %o in place of values', (values) => {
    expect(() => batch(values, 2)).toThrow(misuse);
  });

  it.each([['1'], [null], [undefined], [1n], [{}]])('refuses the item %o, naming its place', (item) => {
    expect(() => batch([1, item], 1)).toThrow(new RegExp(`^${name}: values\\[1\\] must be a number, got `));
  });

  it.each([null, 5, { outs: 1 }, { out: [] }, { out: new Float32Array(3) }])('refuses the options %o', (options) => {
    expect(() => batch([1, 2, 3], 1, options)).toThrow(setting);
  });

  it('gives an empty line for an empty input and NaN for one shorter than the period', () => {
    expect([...batch([], 5)]).toEqual([]);
    expect([...batch([1, 2], 5)]).toEqual([NaN, NaN]);
  });

  it('takes any array of numbers, and gives the same for each kind', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const expected = [...batch(values, 3)];

    expect([...batch(Float64Array.from(values), 3)]).toEqual(expected);
    expect([...batch(Float32Array.from(values), 3)]).toEqual(expected);
    expect([...batch(Int32Array.from(values), 3)]).toEqual(expected);
    expect([...batch(Object.assign(Object.create(null), values, { length: 8 }), 3)]).toEqual(expected);
  });

  it('writes into out over whatever stood there, and leaves the input as it was', () => {
    const values = Float64Array.of(3, 1, 4, 1, 5);
    const out = new Float64Array(5).fill(99);

    const line = batch(values, 2, { out });

    expect(line).toBe(out);
    expect([...out]).toEqual([...batch([3, 1, 4, 1, 5], 2)]);
    expect([...values]).toEqual([3, 1, 4, 1, 5]);
  });

  it('refuses an out of another length, or one that shares memory with the input', () => {
    const buffer = new Float64Array(10);

    expect(() => batch([1, 2, 3], 2, { out: new Float64Array(4) })).toThrow(
      /out must have the length of the input \(3\), got 4/,
    );
    expect(() => batch(buffer, 2, { out: buffer })).toThrow(misuse);
    expect(() => batch(buffer.subarray(0, 6), 2, { out: buffer.subarray(4) })).toThrow(/share memory/);
    expect(() => batch(buffer.subarray(0, 5), 2, { out: buffer.subarray(5) })).not.toThrow();
  });
});

describe.each(streams)('%s', (_, type) => {
  const Stream = type as unknown as Streaming; // wrong arguments are the subject here

  it.each(wrongPeriods)('refuses the period %o', (period) => {
    expect(() => new Stream(period)).toThrow(setting);
  });

  it.each(['1', null, undefined, 1n, {}])('refuses the value %o and changes nothing', (value) => {
    const stream = new Stream(1);
    const twin = new Stream(1);
    for (const each of [stream, twin]) each.push(5);

    expect(() => stream.push(value)).toThrow(misuse);
    expect(() => stream.amend(value)).toThrow(misuse);

    expect(stream.push(7)).toBe(twin.push(7));
    expect(stream.amend(8)).toBe(twin.amend(8));
  });

  it('refuses to amend before the first value', () => {
    expect(() => new Stream(2).amend(1)).toThrow(/amend needs a value to replace/);
  });
});

describe('options of single indicators', () => {
  it.each([
    [
      'flat',
      [1, -50, '50', null, Infinity],
      (flat: unknown) => [() => rsi([1], 2, { flat } as never), () => new Rsi(2, { flat } as never)],
    ],
    [
      'seed',
      ['none', 5, null],
      (seed: unknown) => [() => ema([1], 2, { seed } as never), () => new Ema(2, { seed } as never)],
    ],
    [
      'ddof',
      [-1, 0.5, NaN, '1', null, Infinity],
      (ddof: unknown) => [
        () => rollingStd([1], 2, { ddof } as never),
        () => new RollingStd(2, { ddof } as never),
        () => zscore([1], 2, { ddof } as never),
        () => new Zscore(2, { ddof } as never),
        () => bollinger([1], 2, { ddof } as never),
        () => new Bollinger(2, { ddof } as never),
      ],
    ],
    [
      'deviations',
      [-1, NaN, Infinity, 1_001, '2', null],
      (deviations: unknown) => [
        () => bollinger([1], 2, { deviations } as never),
        () => new Bollinger(2, { deviations } as never),
      ],
    ],
    ...['fast', 'slow', 'signal'].map(
      (name) =>
        [
          name,
          [0, -1, 1.5, NaN, Infinity, '3', null],
          (value: unknown) => [() => macd([1], { [name]: value }), () => new Macd({ [name]: value })],
        ] as const,
    ),
  ] as const)('refuses a wrong %s, naming it', (name, values, calls) => {
    for (const value of values) {
      for (const call of calls(value)) {
        expect(call, `${value}`).toThrow(setting);
        expect(call).toThrow(new RegExp(`: ${name} must be .*, got `));
      }
    }
  });

  it.each([
    () => new Rsi(2, { flats: 1 } as never),
    () => new Ema(2, { out: new Float64Array(2) } as never),
    () => new Macd({ slows: 1 } as never),
    () => new Bollinger(2, { deviation: 2 } as never),
    () => macd([1], { out: { line: new Float64Array(1) } } as never),
  ])('refuses unknown names, case %#', (call) => {
    expect(call).toThrow(setting);
  });

  it.each([NaN, 0, -1, 1.5, '5', null])('refuses a vwap over %o rows', (period) => {
    expect(() => vwap({ price: [1], volume: [1] }, period as number)).toThrow(setting);
    expect(() => new Vwap(period as number)).toThrow(setting);
  });
});

describe('columns', () => {
  it('refuses columns of different lengths, naming them', () => {
    expect(() => vwap({ price: [1, 2], volume: [1] })).toThrow(/price, volume must be equally long, got \[ 2, 1 \]/);
    expect(() => atr({ high: [1], low: [1], close: [] }, 2)).toThrow(/high, low, close must be equally long/);
  });

  it('refuses a missing column', () => {
    expect(() => vwap({ price: [1] } as never)).toThrow(/vwap: volume must be an array of numbers, got undefined/);
    expect(() => atr({ high: [1], low: [1] } as never, 1)).toThrow(misuse);
  });

  it('refuses a bar or row with what is not a number, and changes nothing', () => {
    const range = new Atr(1);
    const average = new Vwap();
    range.push(2, 1, 1);
    average.push(10, 1);

    expect(() => range.push(2, '1' as never, 1)).toThrow(misuse);
    expect(() => range.amend(2, 1, undefined as never)).toThrow(misuse);
    expect(() => average.push(10, null as never)).toThrow(misuse);
    expect(() => new Atr(1).amend(1, 1, 1)).toThrow(misuse);
    expect(() => new Vwap().amend(1, 1)).toThrow(misuse);
    expect(() => new Macd().amend(1)).toThrow(misuse);

    expect(range.push(3, 2, 2)).toBe(2);
    expect(average.value).toBe(10);
  });

  it('passes out through columns', () => {
    const out = new Float64Array(2);

    expect(vwap({ price: [1, 2], volume: [1, 1] }, 1, { out })).toBe(out);
    expect(atr({ high: [2, 3], low: [1, 1], close: [1, 2] }, 1, { out })).toBe(out);
    expect([...out]).toEqual([NaN, 2]);
  });
});

describe('out of several lines', () => {
  it('writes the lines that are given and makes the others', () => {
    const signal = new Float64Array(4);
    const upper = new Float64Array(4);

    const lines = macd([1, 2, 3, 4], { fast: 1, slow: 2, signal: 1, out: { signal } });
    const bands = bollinger([1, 2, 3, 4], 2, { out: { upper } });

    expect(lines.signal).toBe(signal);
    expect(lines.macd).not.toBe(signal);
    expect(bands.upper).toBe(upper);
    expect(bands.lower).toHaveLength(4);
  });

  it('refuses lines that share memory', () => {
    const one = new Float64Array(3);

    expect(() => macd([1, 2, 3], { out: { macd: one, histogram: one } })).toThrow(misuse);
    expect(() => bollinger([1, 2, 3], 2, { out: { middle: one, lower: one } })).toThrow(/share memory/);
  });
});

describe('windows of a ring', () => {
  it('is computed over the live window without a copy, and agrees with the stream', () => {
    const ring = new SeriesRing({ capacity: 50, columns: { close: 'f64' } });
    const stream = new Sma(20);
    let live = NaN;
    for (let bar = 0; bar < 180; bar++) {
      ring.push({ close: 100 + Math.sin(bar) });
      live = stream.push(100 + Math.sin(bar));
    }

    const window = ring.window('close', 50);

    expect(window).toBeInstanceOf(Float64Array);
    expect(sma(window, 20).at(-1)).toBeCloseTo(live, 12);
    expect(rollingMax(window, 50).at(-1)).toBe(Math.max(...window));
  });
});
