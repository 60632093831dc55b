import * as fc from 'fast-check';
import { type CorrelatedPair, type CorrelationDirection, RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, seeded } from './naive.js';

function filled(symbols: readonly string[], options: { tickSize?: number; seed?: number } = {}): RollingCorrelation {
  const { seed = 1, ...rest } = options;
  const random = seeded(seed);
  const rolling = new RollingCorrelation({ symbols, window: 20, ...rest });
  for (let bar = 0; bar < 30; bar++) rolling.push(symbols.map(() => Math.round(random() * 100)));
  return rolling;
}

/** All pairs that point that way, sorted. */
function naive(rolling: RollingCorrelation, direction: CorrelationDirection): CorrelatedPair[] {
  const { symbols } = rolling;
  const pairs = symbols.flatMap((a, index) =>
    symbols.slice(index + 1).map((b) => ({ a, b, value: rolling.correlation(a, b) })),
  );
  const strength = { positive: 1, negative: -1, absolute: 0 }[direction];
  return pairs
    .filter(({ value }) => !Number.isNaN(value) && (strength === 0 || value * strength > 0))
    .toSorted((one, other) =>
      strength === 0 ? Math.abs(other.value) - Math.abs(one.value) : (other.value - one.value) * strength,
    );
}

describe('triangle', () => {
  const sides = (rolling: RollingCorrelation): number[] => {
    const size = rolling.symbols.length;
    const matrix = rolling.matrix();
    return rolling.symbols.flatMap((_, row) => [...matrix.subarray(row * size, row * size + row)]);
  };

  it.each([
    [1, undefined],
    [2, undefined],
    [33, undefined],
    [70, undefined],
    [65, 1],
  ])('holds what the matrix of %i symbols has left of its diagonal, tick size %s', (size, tickSize) => {
    const symbols = Array.from({ length: size }, (_, index) => `S${index}`);
    const rolling = filled(symbols, tickSize === undefined ? {} : { tickSize });
    const other = filled(symbols, tickSize === undefined ? {} : { tickSize });

    for (const one of [rolling, other]) {
      one.push(symbols.map((_, index) => (index === 7 || index === 40 ? NaN : index ** 2 % 13)));
      one.push(symbols.map((_, index) => index ** 3 % 17));
    }

    expect([...rolling.triangle()]).toEqual(sides(other));
    expect(sides(rolling)).toEqual([...other.triangle()]);
  });

  it('writes into an array of the right length, and refuses others', () => {
    const rolling = filled(['A', 'B', 'C']);
    const out = new Float64Array(3);

    expect(rolling.triangle(out)).toBe(out);
    expect(out[2]).toBe(rolling.correlation('B', 'C'));
    expect(() => rolling.triangle(new Float64Array(9))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('length 3') }),
    );
  });
});

describe('matrix', () => {
  const symbols = ['A', 'B', 'C', 'D'];

  it.each([undefined, 1])('holds every correlation, row by row, tick size %s', (tickSize) => {
    const rolling = filled(symbols, tickSize === undefined ? {} : { tickSize });

    const matrix = rolling.matrix();

    symbols.forEach((a, row) =>
      symbols.forEach((b, column) => expect(matrix[row * 4 + column]).toBe(rolling.correlation(a, b))),
    );
    expect([0, 5, 10, 15].map((index) => matrix[index])).toEqual([1, 1, 1, 1]);
  });

  it('writes into an array of the right length and returns it', () => {
    const rolling = filled(symbols);
    const out = new Float64Array(16);

    expect(rolling.matrix(out)).toBe(out);
    expect(out[0]).toBe(1);
  });

  it.each([new Float64Array(15), new Float32Array(16), Array.from({ length: 16 }, () => 0), null, 'x'])(
    'refuses %o as out',
    (out) => {
      const rolling = filled(symbols);

      expect(() => rolling.matrix(out as Float64Array)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('length 16') }),
      );
    },
  );

  it('has NaN in the row and column of a symbol that does not vary, its diagonal included', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3 });

    for (const bar of [
      [1, 5],
      [2, 5],
      [4, 5],
    ])
      rolling.push(bar);

    expect([...rolling.matrix()]).toEqual([1, NaN, NaN, NaN]);
  });
});

describe('top', () => {
  it.each(['positive', 'negative', 'absolute'] as const)('gives the %s pairs, strongest first', (direction) => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 8 }), fc.nat({ max: 1_000 }), (k, size, seed) => {
        const rolling = filled(
          Array.from({ length: size }, (_, index) => `S${index}`),
          { seed },
        );

        expect(rolling.top(k, { direction })).toEqual(naive(rolling, direction).slice(0, k));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the largest either way by default, equal ones in the order of the symbols', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B', 'C'], window: 3, tickSize: 1 });

    for (const bar of [
      [1, 1, -1],
      [2, 2, -2],
      [4, 4, -4],
    ])
      rolling.push(bar);

    expect(rolling.top(3)).toEqual([
      { a: 'A', b: 'B', value: 1 },
      { a: 'A', b: 'C', value: -1 },
      { a: 'B', b: 'C', value: -1 },
    ]);
  });

  it('is empty before there are values, for one symbol and for 0 pairs', () => {
    expect(new RollingCorrelation({ symbols: ['A', 'B'], window: 3 }).top(5)).toEqual([]);
    expect(filled(['A']).top(5)).toEqual([]);
    expect(filled(['A', 'B']).top(0)).toEqual([]);
  });

  it.each([-1, 1.5, NaN, Infinity, '3', undefined])('refuses %o pairs', (k) => {
    expect(() => filled(['A', 'B']).top(k as number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([{ direction: 'up' }, { direction: null }, { directions: 'positive' }, null])(
    'refuses the options %o',
    (options) => {
      expect(() => filled(['A', 'B']).top(1, options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG' }),
      );
    },
  );
});

describe('single results', () => {
  it('is symmetric in correlation and covariance', () => {
    const rolling = filled(['A', 'B', 'C'], { tickSize: 1 });

    expect(rolling.correlation('A', 'C')).toBe(rolling.correlation('C', 'A'));
    expect(rolling.covariance('B', 'C')).toBe(rolling.covariance('C', 'B'));
    expect(rolling.covariance('B', 'B')).toBe(rolling.variance('B'));
  });

  it('has a beta of covariance by variance', () => {
    const rolling = filled(['A', 'B']);

    expect(rolling.beta('A', 'B')).toBeCloseTo(rolling.covariance('A', 'B') / rolling.variance('B'), 14);
    expect(rolling.beta('B', 'B')).toBe(1);
  });

  it('has no beta on a symbol that does not vary, and a beta of 0 of one on another', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3 });

    for (const bar of [
      [1, 5],
      [2, 5],
      [4, 5],
    ])
      rolling.push(bar);

    expect(rolling.beta('A', 'B')).toBeNaN();
    expect(rolling.beta('B', 'A')).toBe(0);
  });

  it.each([
    [0, 2],
    [1, 3],
    [3, NaN],
    [9, NaN],
  ])('divides by the count less ddof %i', (ddof, expected) => {
    const rolling = new RollingCorrelation({ symbols: ['A'], window: 3, ddof });

    for (const value of [1, 2, 4]) rolling.push([value * Math.sqrt(9 / 7)]);

    expect(distance(rolling.variance('A'), expected)).toBeLessThanOrEqual(1e-13);
    expect(rolling.correlation('A', 'A')).toBe(1);
  });

  it('has nothing before the first bar', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3 });

    expect([rolling.correlation('A', 'B'), rolling.mean('A'), rolling.variance('A'), rolling.beta('A', 'B')]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
    expect(rolling.reason('A', 'B')).toBe('too-few-values');
    expect(rolling.errorBound()).toBeLessThan(1e-14);
  });

  it.each([1, 2])('has no correlation in a window of %i beyond what two points give', (window) => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window });

    for (const bar of [
      [1, 5],
      [2, 3],
      [4, 9],
    ])
      rolling.push(bar);

    expect(rolling.correlation('A', 'B')).toBe(window === 1 ? NaN : 1);
    expect(rolling.mean('B')).toBe(window === 1 ? 9 : 6);
  });

  it('answers for one symbol alone', () => {
    const rolling = new RollingCorrelation({ symbols: ['A'], window: 2 });

    for (const value of [1, 2]) rolling.push([value]);

    expect([...rolling.matrix()]).toEqual([1]);
  });

  it('keeps stats that can be sent as JSON', () => {
    const rolling = filled(['A', 'B'], { tickSize: 1 });
    rolling.amend('A', 3);

    const stats = rolling.stats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toEqual({
      symbols: 2,
      exactSymbols: 2,
      bars: 20,
      pushes: 30,
      amends: 1,
      replacedBars: 0,
      lateDropped: 0,
      gaps: 0,
      filledGaps: 0,
      droppedBars: 0,
      offGridValues: 0,
      floatFallbacks: 0,
      rowRecomputes: 0,
      engine: 'wasm',
      workers: 0,
    });
  });
});
