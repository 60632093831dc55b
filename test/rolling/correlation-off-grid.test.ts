import * as fc from 'fast-check';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, exactCorrelation, joint, tickCorrelation } from './naive.js';

const SYMBOLS = ['A', 'B', 'C'];
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Prices on a grid of 0.5, now and then one between, or none. */
const price = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 180, max: 220 }).map((count) => count / 2) },
  { weight: 1, arbitrary: fc.integer({ min: 180, max: 220 }).map((count) => count / 2 + 0.2) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const steps = fc.array(
  fc.record({
    bar: fc.tuple(price, price, price),
    amends: fc.array(fc.tuple(fc.nat({ max: 2 }), price), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
);

const isOnGrid = (value: number): boolean => Number.isNaN(value) || Number.isInteger(value * 2);

/** What a symbol's mode does over a history, told from the bars alone. */
class GridModel {
  readonly bars: number[][] = [];
  offGridValues = 0;
  fallbacks = 0;
  readonly #window: number;
  readonly #wasExact = SYMBOLS.map(() => true);

  constructor(window: number) {
    this.#window = window;
  }

  push(bar: readonly number[]): void {
    this.bars.push([...bar]);
    this.offGridValues += bar.filter((value) => !isOnGrid(value)).length;
    this.#follow();
  }

  amend(symbol: number, value: number): void {
    (this.bars.at(-1) ?? [])[symbol] = value;
    if (!isOnGrid(value)) this.offGridValues++;
    this.#follow();
  }

  column(symbol: number): number[] {
    return this.bars.slice(-this.#window).map((bar) => bar[symbol] ?? NaN);
  }

  isExact(symbol: number): boolean {
    return this.column(symbol).every(isOnGrid);
  }

  #follow(): void {
    SYMBOLS.forEach((_, symbol) => {
      if (this.#wasExact[symbol] === true && !this.isExact(symbol)) this.fallbacks++;
      this.#wasExact[symbol] = this.isExact(symbol);
    });
  }
}

function replay(check: (rolling: RollingCorrelation, model: GridModel) => void, numRuns: number): void {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), steps, (window, history) => {
      const rolling = new RollingCorrelation({ symbols: SYMBOLS, window, tickSize: 0.5 });
      const model = new GridModel(window);
      for (const { bar, amends } of history) {
        rolling.push(bar);
        model.push(bar);
        for (const [symbol, value] of amends) {
          rolling.amend(SYMBOLS[symbol] ?? '', value);
          model.amend(symbol, value);
        }
        check(rolling, model);
      }
    }),
    { numRuns },
  );
}

describe('symbols that leave their grid and return, over any history with gaps and amended values', () => {
  it('are exact to the bit exactly while all their values in the window are on the grid', () => {
    replay((rolling, model) => {
      for (const [left, right] of PAIRS) {
        const [x, y] = joint(model.column(left), model.column(right));
        const found = rolling.correlation(SYMBOLS[left] ?? '', SYMBOLS[right] ?? '');
        const isExact = model.isExact(left) && model.isExact(right);
        const inTicks = (values: readonly number[]): number[] => values.map((value) => value * 2);
        const formula = isExact ? tickCorrelation(inTicks(x), inTicks(y), 200, 200) : exactCorrelation(x, y);

        expect(distance(found, x.length < 2 ? NaN : formula)).toBeLessThanOrEqual(isExact ? 0 : rolling.errorBound());
      }
    }, 25);
  });

  it('say off-grid exactly then, naming it for their pairs alone', () => {
    replay((rolling, model) => {
      for (const [left, right] of PAIRS) {
        const [a, b] = [SYMBOLS[left] ?? '', SYMBOLS[right] ?? ''];
        const isDefined = !Number.isNaN(rolling.correlation(a, b));
        const isExact = model.isExact(left) && model.isExact(right);

        if (isDefined) expect(rolling.reason(a, b)).toBe(isExact ? undefined : 'off-grid');
        else expect(['too-few-values', 'zero-variance']).toContain(rolling.reason(a, b));
      }
    }, 60);
  });

  it('are counted: values off the grid, symbols that fell back, and symbols in ticks now', () => {
    replay((rolling, model) => {
      expect(rolling.stats()).toMatchObject({
        offGridValues: model.offGridValues,
        floatFallbacks: model.fallbacks,
        exactSymbols: SYMBOLS.filter((_, symbol) => model.isExact(symbol)).length,
      });
    }, 60);
  });

  it('leave no trace: once back on the grid all results equal those of a new instance', () => {
    replay((rolling, model) => {
      if (!SYMBOLS.every((_, symbol) => model.isExact(symbol))) return;
      const window = model.column(0).length;
      const fresh = new RollingCorrelation({ symbols: SYMBOLS, window: Math.max(2, window), tickSize: 0.5 });
      for (const bar of model.bars.slice(-window)) fresh.push(bar);

      expect([...rolling.matrix()]).toEqual([...fresh.matrix()]);
      for (const symbol of SYMBOLS) {
        expect(rolling.variance(symbol)).toBe(fresh.variance(symbol));
        expect(rolling.mean(symbol)).toBe(fresh.mean(symbol));
        expect(rolling.beta(symbol, 'A')).toBe(fresh.beta(symbol, 'A'));
      }
    }, 40);
  });
});
