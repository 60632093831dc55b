import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, exactCorrelation, joint, seeded } from './naive.js';

/** Largest error against exact arithmetic and least room below the bound, over the last bars of a run. */
function run(
  rolling: RollingCorrelation,
  bars: number,
  next: (bar: number) => number[],
  window: number,
): { worst: number; beyond: number; undefinedNow: number } {
  const seen: number[][] = [];
  const report = { worst: 0, beyond: 0, undefinedNow: 0 };
  for (let bar = 0; bar < bars; bar++) {
    seen.push(next(bar));
    if (seen.length > window) seen.shift();
    rolling.push(seen.at(-1) ?? []);
    if (bar < 3) continue;
    const [x, y] = joint(
      seen.map((one) => one[0] ?? NaN),
      seen.map((one) => one[1] ?? NaN),
    );
    const expected = x.length < 2 ? NaN : exactCorrelation(x, y);
    const found = rolling.correlation('x', 'y');
    const error = distance(found, expected);
    if (!(error <= rolling.errorBound())) report.beyond++;
    if (Number.isNaN(found) && !Number.isNaN(expected)) report.undefinedNow++;
    report.worst = Math.max(report.worst, error);
  }
  return report;
}

describe('rebuilds of a row', () => {
  it('come at most once per sixteenth of a window for nearly constant values at the smallest tolerance', () => {
    const random = seeded(2);
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 160, tolerance: 1e-13 });
    const nearly = (base: number): number => base + Math.round(random() * 2) * base * 2 ** -52;

    const report = run(rolling, 4_000, () => [nearly(1e5), nearly(3e4)], 160);

    expect(rolling.stats().rowRecomputes).toBeLessThanOrEqual((2 * 4_000) / 10 + 2);
    expect(report).toMatchObject({ beyond: 0, undefinedNow: 0 });
  });

  it('come less than once per window for a constant beside a value that alternates', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 100, tolerance: 1e-13 });

    for (let bar = 0; bar < 5_000; bar++) rolling.push([0.1, bar % 2]);

    expect(rolling.stats().rowRecomputes).toBeLessThan(5_000 / 100);
    expect(rolling.reason('x', 'y')).toBe('zero-variance');
    expect(rolling.variance('x')).toBe(0);
    expect(rolling.mean('x')).toBe(0.1);
  });

  it('are bounded for outliers that come and go at every bar, while results stay within the bound', () => {
    const random = seeded(3);
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 64 });

    const report = run(
      rolling,
      3_000,
      (bar) => [bar % 70 === 5 ? 1e12 : 100 + random(), bar % 66 === 7 ? -1e13 : 50 + random()],
      64,
    );

    expect(rolling.stats().rowRecomputes).toBeLessThanOrEqual((2 * 3_000) / 4);
    expect(report).toMatchObject({ beyond: 0, undefinedNow: 0 });
  });

  it('are not waited for when an outlier has left nothing: such pairs are read from the window', () => {
    const random = seeded(8);
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 64, tolerance: 1e-13 });
    const walk = [100, 100];
    const bars = (bar: number): number[] => {
      walk[0] = (walk[0] ?? 0) * (1 + (random() - 0.5) / 20);
      walk[1] = (walk[1] ?? 0) + random() - 0.5;
      return bar % 40 === 20 ? [1e14, -1e14] : [...walk];
    };

    const report = run(rolling, 2_000, bars, 64);

    expect(report).toMatchObject({ beyond: 0, undefinedNow: 0 });
  });

  it('keep the matrix and the strongest pairs equal to what single reads say', () => {
    const random = seeded(12);
    const symbols = ['a', 'b', 'c', 'd', 'e'];
    const rolling = new RollingCorrelation({ symbols, window: 48, tolerance: 1e-13 });
    for (let bar = 0; bar < 600; bar++) {
      rolling.push(symbols.map((_, index) => (bar % (50 + index) === 9 ? 10 ** (9 + index) : random())));
      const matrix = rolling.matrix();
      const [strongest] = rolling.top(1);
      let largest = 0;
      symbols.forEach((a, row) =>
        symbols.forEach((b, column) => {
          const single = rolling.correlation(a, b);
          if (row < column && Math.abs(single) > largest) largest = Math.abs(single);
          expect(Object.is(matrix[row * 5 + column], single)).toBe(true);
        }),
      );
      expect(Math.abs(strongest?.value ?? 0)).toBe(largest);
    }
  });
});

describe('pairs with gaps', () => {
  it('stay within the bound over 6 000 bars of floats, with outliers in bars they do not share', () => {
    const random = seeded(21);
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 40 });

    const report = run(
      rolling,
      6_000,
      (bar) => {
        const base = 1_000 + Math.sin(bar / 50) * 10;
        const x = bar % 97 === 3 ? 1e10 : base + random();
        return [random() < 0.1 ? NaN : x, bar % 97 === 3 || random() < 0.1 ? NaN : base + random()];
      },
      40,
    );

    expect(report).toMatchObject({ beyond: 0, undefinedNow: 0 });
    expect(report.worst).toBeLessThanOrEqual(1.2e-10);
  });

  it('are exact in ticks, for any pattern of gaps', () => {
    const random = seeded(22);
    const symbols = Array.from({ length: 12 }, (_, index) => `S${index}`);
    const rolling = new RollingCorrelation({ symbols, window: 25, tickSize: 1 });
    const all: number[][] = [];
    for (let bar = 0; bar < 400; bar++) {
      all.push(symbols.map(() => (random() < 0.3 ? NaN : Math.floor(random() * 1_000))));
      rolling.push(all.at(-1) ?? []);
    }

    const fresh = new RollingCorrelation({ symbols, window: 25, tickSize: 1, engine: 'js' });
    for (const bar of all.slice(-25)) fresh.push(bar);

    expect(rolling.matrix()).toEqual(fresh.matrix());
    expect(rolling.stats().exactSymbols).toBe(12);
  });

  it('go back to the fast way once the gaps have left', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, tickSize: 1 });
    const direct = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, tickSize: 1 });
    rolling.push([1, NaN]);
    rolling.push([NaN, NaN]);
    for (const bar of [
      [1, 2],
      [3, 5],
      [2, 2],
      [7, 1],
      [4, 4],
    ]) {
      rolling.push(bar);
      direct.push(bar);
    }

    expect(rolling.matrix()).toEqual(direct.matrix());
    expect(rolling.covariance('x', 'y')).toBe(direct.covariance('x', 'y'));
  });
});

describe.each(['pairwise', 'listwise', 'forward-fill'] as const)('hostile values, missing ones %s', (missing) => {
  const hostile = [NaN, Infinity, -Infinity, -0, 0, 5e-324, -5e-324, 2e-310, 1e150, -1e150, 1e151, 1e308, 1, 2 ** 53];

  it.each([
    [1, 1, 1, undefined],
    [1, 3, 1, undefined],
    [2, 1, 2, undefined],
    [2, 2, 0, undefined],
    [5, 3, 5, undefined],
    [5, 3, 1, 0.5],
    [1, 2, 1, 1e-300],
    [3, 2, 0, 1e150],
  ])(
    'give defined results in a window of %i, %i symbols, ddof %i, tick %s, and then recover',
    (window, size, ddof, tick) => {
      const random = seeded(window * 100 + size);
      const symbols = Array.from({ length: size }, (_, index) => `S${index}`);
      const options = { symbols, window, ddof, missing, ...(tick !== undefined && { tickSize: tick }) };
      const rolling = new RollingCorrelation(options);
      const pick = (): number => hostile[Math.floor(random() * hostile.length)] ?? NaN;
      for (let bar = 0; bar < 500; bar++) {
        rolling.push(symbols.map(pick));
        if (bar % 3 === 0) rolling.amend('S0', pick());
        if (bar % 5 !== 0) continue;
        for (const value of rolling.matrix()) expect(Number.isNaN(value) || Math.abs(value) <= 1).toBe(true);
        for (const a of symbols) {
          for (const value of [
            rolling.mean(a),
            rolling.variance(a),
            rolling.covariance(a, 'S0'),
            rolling.beta(a, 'S0'),
          ]) {
            expect(Math.abs(value)).not.toBe(Infinity);
          }
          expect(rolling.variance(a) < 0).toBe(false);
        }
      }

      const direct = new RollingCorrelation(options);
      for (let bar = 0; bar < window; bar++) {
        const values = symbols.map((_, index) => (bar * (index + 2) + (bar % 3)) * 1.5);
        rolling.push(values);
        direct.push(values);
      }
      const [found, expected] = [rolling.matrix(), direct.matrix()];
      found.forEach((value, index) => expect(distance(value, expected[index] ?? 0)).toBeLessThanOrEqual(1e-10));
      symbols.forEach((a) => expect(distance(rolling.mean(a), direct.mean(a))).toBeLessThanOrEqual(1e-9));
    },
  );

  it('give no result from bars without any value, and results from the next ones', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3, missing });
    for (let bar = 0; bar < 9; bar++) rolling.push([NaN, NaN]);
    const during = [...rolling.matrix(), rolling.mean('x'), rolling.errorBound()];
    rolling.push({ x: 1, y: 2 });
    rolling.push({ x: 2, y: 1 });

    expect(during.slice(0, 5).every(Number.isNaN)).toBe(true);
    expect(during[5]).toBeLessThan(1e-9);
    expect(rolling.correlation('x', 'y')).toBe(-1);
  });
});
