import * as fc from 'fast-check';
import { AsyncCovariance } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { seeded } from './naive.js';
import { readCases } from './reference.js';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const setting = expect.objectContaining({ code: 'ERR_CONFIG' });

interface Tick {
  readonly symbol: string;
  readonly time: number;
  readonly value: number;
}

/** Changes of a symbol: intervals (from, to]. Of several ticks at one time the last counts. */
function changes(ticks: readonly Tick[], symbol: string): { from: number; to: number; change: number }[] {
  const byTime = new Map(ticks.filter((tick) => tick.symbol === symbol).map(({ time, value }) => [time, value]));
  const points = [...byTime].toSorted(([a], [b]) => a - b);
  return points.slice(1).map(([to, value], index) => {
    const [from, before] = points[index] ?? [NaN, NaN];
    return { from, to, change: value - before };
  });
}

/** The definition: all pairs of changes whose intervals overlap, each weighed by its age. */
function definition(ticks: readonly Tick[], a: string, b: string, halfLife = Infinity): number {
  const now = Math.max(...ticks.map(({ time }) => time));
  let sum = 0;
  for (const left of changes(ticks, a)) {
    for (const right of changes(ticks, b)) {
      if (left.from >= right.to || right.from >= left.to) continue;
      sum += left.change * right.change * 0.5 ** ((now - Math.max(left.to, right.to)) / halfLife);
    }
  }
  return sum;
}

function fed(
  ticks: readonly Tick[],
  options: Partial<ConstructorParameters<typeof AsyncCovariance>[0]> = {},
): AsyncCovariance {
  const live = new AsyncCovariance({ symbols: ['A', 'B', 'C'], ...options });
  for (const { symbol, time, value } of ticks) live.push(symbol, time, value);
  return live;
}

const tick = fc.record({
  symbol: fc.constantFrom('A', 'B', 'C'),
  step: fc.nat({ max: 3 }),
  value: fc.integer({ min: -50, max: 50 }),
});
const session = fc.array(tick, { maxLength: 60 }).map((steps) => {
  let time = 0;
  return steps.map(({ symbol, step, value }): Tick => ({ symbol, time: (time += step), value }));
});

describe('AsyncCovariance', () => {
  it('runs its example', () => {
    const live = new AsyncCovariance({ symbols: ['BTC', 'ETH'] });

    live.push('BTC', 0, 100);
    live.push('ETH', 1, 10);
    live.push('BTC', 5, 104);
    live.push('ETH', 7, 13);

    expect(live.covariance('BTC', 'ETH')).toBe(12);
  });

  const cases = readCases('hayashi-yoshida.json') as {
    name: string;
    ta: number[];
    xa: number[];
    tb: number[];
    xb: number[];
    cov: number;
  }[]; // as the table documents

  it.each(cases.map((table) => [table.name, table] as const))(
    'gives the exact whole number of the table: %s',
    (_, table) => {
      const ticks = [
        ...table.ta.map((time, index): Tick => ({ symbol: 'A', time, value: table.xa[index] ?? NaN })),
        ...table.tb.map((time, index): Tick => ({ symbol: 'B', time, value: table.xb[index] ?? NaN })),
      ].toSorted((left, right) => left.time - right.time);

      expect(fed(ticks).covariance('A', 'B')).toBe(table.cov);
      expect(fed(ticks.toReversed().toSorted((left, right) => left.time - right.time)).covariance('A', 'B')).toBe(
        table.cov,
      );
    },
  );

  it('equals the definition for any ticks, simultaneous and replaced ones included, exactly', () => {
    fc.assert(
      fc.property(session, (ticks) => {
        const live = fed(ticks);
        for (const a of ['A', 'B', 'C']) {
          for (const b of ['A', 'B', 'C']) {
            const hasBoth = changes(ticks, a).length > 0 && changes(ticks, b).length > 0;
            expect(live.covariance(a, b) + 0).toBe(hasBoth ? definition(ticks, a, b) + 0 : NaN);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('forgets by the half-life as the weighted definition does', () => {
    fc.assert(
      fc.property(session, fc.double({ min: 0.02, max: 20, noNaN: true }), (ticks, halfLife) => {
        const live = fed(ticks, { halfLife });
        const hasBoth = changes(ticks, 'A').length > 0 && changes(ticks, 'B').length > 0;

        const expected = hasBoth ? definition(ticks, 'A', 'B', halfLife) : NaN;

        const found = live.covariance('A', 'B');
        expect(Object.is(found, expected) || Math.abs(found - expected) <= 1e-6).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('equals realised covariance when all tick together', () => {
    const random = seeded(3);
    const prices = Array.from({ length: 50 }, () => [Math.round(random() * 100), Math.round(random() * 100)] as const);
    const ticks = prices.flatMap(([a, b], time): Tick[] => [
      { symbol: 'A', time, value: a },
      { symbol: 'B', time, value: b },
    ]);

    const realised = prices.slice(1).reduce((sum, [a, b], index) => {
      const [x, y] = prices[index] ?? [NaN, NaN];
      return sum + (a - x) * (b - y);
    }, 0);

    expect(fed(ticks).covariance('A', 'B')).toBe(realised);
  });

  it('finds the correlation that bars of previous ticks lose (Epps)', () => {
    const random = seeded(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const live = new AsyncCovariance({ symbols: ['A', 'B'], input: 'log-returns' });
    let [a, b] = [0, 0];
    for (let second = 0; second < 40_000; second++) {
      const common = normal();
      a += 1e-4 * common;
      b += 1e-4 * (0.8 * common + 0.6 * normal());
      if (random() < 0.2) live.push('A', second * 1_000, Math.exp(a));
      if (random() < 0.1) live.push('B', second * 1_000, Math.exp(b));
    }

    expect(Math.abs(live.correlation('A', 'B') - 0.8)).toBeLessThan(0.05);
  });

  it('leaves out ticks that come late, and what is no value, and counts all', () => {
    const live = new AsyncCovariance({ symbols: ['A', 'B'], input: 'log-returns' });

    const taken = [
      live.push('A', 5, 1),
      live.push('B', 4, 1),
      live.push('B', 5, NaN),
      live.push('B', 5, -1),
      live.push('B', 5, 0),
      live.push('B', 6, 2),
      live.push('B', 6, 3),
    ];

    expect(taken).toEqual([true, false, false, false, false, true, true]);
    expect(live.stats()).toEqual({ symbols: 2, ticks: 7, used: 2, replaced: 1, late: 1, gaps: 3 });
  });

  it('is NaN before both have changed, and 1 of a symbol with itself', () => {
    const live = new AsyncCovariance({ symbols: ['A', 'B'] });
    live.push('A', 1, 1);
    live.push('A', 2, 2);
    live.push('B', 2, 5);

    expect([live.covariance('A', 'B'), live.variance('B'), live.correlation('A', 'B')]).toEqual([NaN, NaN, NaN]);
    expect([...live.matrix()]).toEqual([1, NaN, NaN, NaN]);
  });

  it('cuts correlations off at -1 and 1', () => {
    fc.assert(
      fc.property(session, (ticks) => {
        expect([...fed(ticks).matrix(new Float64Array(9))].some((one) => Math.abs(one) > 1)).toBe(false);
      }),
    );
  });

  it('keeps finite sums over 100 000 half-lives', () => {
    const live = new AsyncCovariance({ symbols: ['A', 'B'], halfLife: 1 });
    for (let time = 0; time < 100_000; time++) live.push(time % 2 === 0 ? 'A' : 'B', time, (time * 7) % 13);

    expect(Number.isFinite(live.covariance('A', 'B'))).toBe(true);
    expect(live.variance('A')).toBeGreaterThan(0);
  });

  it('refuses wrong arguments and options', () => {
    const live = new AsyncCovariance({ symbols: ['A', 'B'] });

    expect(() => live.push('Z', 1, 1)).toThrow(misuse);
    expect(() => live.push('A', NaN, 1)).toThrow(/time must be a finite number, got NaN/);
    expect(() => live.push('A', 1, '1' as never)).toThrow(misuse);
    expect(() => live.matrix(new Float64Array(2))).toThrow(misuse);
    expect(live.stats().ticks).toBe(0);
    for (const wrong of [
      {},
      { symbols: ['A'], halfLife: 0 },
      { symbols: ['A'], halfLife: NaN },
      { symbols: ['A'], input: 'ticks' },
      { symbols: ['A'], window: 5 },
    ]) {
      expect(() => new AsyncCovariance(wrong as never)).toThrow(setting);
    }
  });
});
