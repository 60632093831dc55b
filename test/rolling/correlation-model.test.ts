import * as fc from 'fast-check';
import {
  type CorrelatedPair,
  type CorrelationDirection,
  type CorrelationInput,
  type MissingPolicy,
  RollingCorrelation,
} from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { CorrelationModel } from './correlation-model.js';
import { distance } from './naive.js';

const SYMBOLS = ['A', 'B', 'C', 'D'];
const TICK = 0.25;
const PAIRS = SYMBOLS.flatMap((_, left) => SYMBOLS.map((__, right) => [left, right] as const));

const gap = fc.constantFrom(NaN, Infinity, -1e200);
const mayMiss = (one: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 12, arbitrary: one }, { weight: 1, arbitrary: gap });
const price = mayMiss(fc.double({ min: 0.5, max: 500, noNaN: true }));
const tickPrice = mayMiss(fc.integer({ min: 390, max: 410 }).map((count) => count * TICK));

const histories = (value: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      bar: fc.tuple(value, value, value, value),
      amends: fc.array(fc.tuple(fc.nat({ max: 3 }), value), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 16 },
  );

const settings = fc
  .record({
    window: fc.integer({ min: 1, max: 8 }),
    least: fc.integer({ min: 1, max: 4 }),
    ddof: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ window, least, ddof }) => ({ window, minPeriods: Math.min(window, least), ddof }));

const missings: readonly MissingPolicy[] = ['pairwise', 'listwise', 'forward-fill'];
const modes: readonly (readonly [CorrelationInput, number | undefined])[] = [
  ['values', TICK],
  ['values', undefined],
  ['returns', undefined],
  ['log-returns', undefined],
];
const combinations = missings.flatMap((missing) =>
  modes.map(([input, tick]) => [missing, input, tick === undefined ? 'floats' : 'ticks', tick] as const),
);

describe.each(combinations)('RollingCorrelation, %s, of %s in %s', (missing, input, _, tick) => {
  /** Feeds both the same history and calls `check` after every bar. */
  function compare(
    check: (rolling: RollingCorrelation, model: CorrelationModel, bar: number) => void,
    atEnd: (rolling: RollingCorrelation, model: CorrelationModel) => void,
  ): void {
    fc.assert(
      fc.property(settings, histories(tick === undefined ? price : tickPrice), (options, history) => {
        const rolling = new RollingCorrelation({
          symbols: SYMBOLS,
          ...options,
          input,
          missing,
          ...(tick !== undefined && { tickSize: tick }),
        });
        const model = new CorrelationModel({ ...options, input, missing, ...(tick !== undefined && { tick }) });
        history.forEach(({ bar, amends }, index) => {
          rolling.push(bar);
          model.push(bar);
          for (const [symbol, value] of amends) {
            rolling.amend(SYMBOLS[symbol] ?? '', value);
            model.amend(symbol, value);
          }
          check(rolling, model, index);
        });
        atEnd(rolling, model);
      }),
      { numRuns: 5 },
    );
  }

  it('has the correlation of the twin after every bar, in ticks to the bit and else within errorBound', () => {
    compare(
      (rolling, model, bar) => {
        const [left, right] = PAIRS[(bar * 7 + 1) % PAIRS.length] ?? [0, 1];
        const found = rolling.correlation(SYMBOLS[left] ?? '', SYMBOLS[right] ?? '');
        const limit = tick === undefined ? rolling.errorBound() : 0;

        expect(distance(found, model.correlation(left, right))).toBeLessThanOrEqual(limit);
      },
      (rolling, model) => {
        const matrix = rolling.matrix();
        const limit = tick === undefined ? rolling.errorBound() : 0;
        for (const [left, right] of PAIRS.filter(([one, other]) => one <= other)) {
          const found = matrix[left * SYMBOLS.length + right] ?? 0;

          expect(distance(found, model.correlation(left, right))).toBeLessThanOrEqual(limit);
          expect(matrix[right * SYMBOLS.length + left]).toBe(found);
        }
      },
    );
  });

  it('has the covariances, variances, betas and means of the twin after any history', () => {
    compare(
      () => undefined,
      (rolling, model) => {
        for (const [left, right] of PAIRS.slice(0, 6)) {
          const [a, b] = [SYMBOLS[left] ?? '', SYMBOLS[right] ?? ''];
          const isExact = tick !== undefined;
          const columns = [...model.column(left), ...model.column(right)].filter((value) => !Number.isNaN(value));
          const size = Math.max(0, ...columns.map(Math.abs));

          const covariance = distance(rolling.covariance(a, b), model.covariance(left, right));
          const mean = distance(rolling.mean(a), model.mean(left));

          expect(covariance).toBeLessThanOrEqual(isExact ? 0 : 1e-10 * size * size);
          // Values that have left may leave their rounding in a mean.
          expect(mean).toBeLessThanOrEqual(isExact ? 0 : 1e-10 * (size + 1));
          expect(distance(rolling.variance(a), rolling.covariance(a, a))).toBe(0);
          const slope = model.beta(left, right);
          expect(distance(rolling.beta(a, b), slope) / (1 + Math.abs(slope) || 1)).toBeLessThanOrEqual(
            isExact ? 0 : 1e-6,
          );
        }
      },
    );
  });

  it('ranks the pairs of each direction as a sort of the twin does', () => {
    compare(
      () => undefined,
      (rolling, model) => {
        const limit = tick === undefined ? 2 * rolling.errorBound() : 0;
        const pairs = allPairs(model);
        for (const direction of ['positive', 'negative', 'absolute'] as const) {
          const found = rolling.top(6, { direction });
          const expected = ranked(pairs, direction);

          // Pairs whose correlation is 0 within rounding may be on either side of it.
          const clear = (all: readonly CorrelatedPair[]): number[] =>
            all.map(({ value }) => Math.abs(value)).filter((value) => value > limit);
          const strengths = clear(found);
          const twins = clear(expected);
          expect(strengths).toHaveLength(twins.length);
          strengths.forEach((value, rank) => expect(distance(value, twins[rank] ?? NaN)).toBeLessThanOrEqual(limit));
          if (tick !== undefined) expect(found).toEqual(expected);
        }
      },
    );
  });
});

function allPairs(model: CorrelationModel): CorrelatedPair[] {
  return PAIRS.filter(([left, right]) => left < right).map(([left, right]) => ({
    a: SYMBOLS[left] ?? '',
    b: SYMBOLS[right] ?? '',
    value: model.correlation(left, right),
  }));
}

function ranked(pairs: readonly CorrelatedPair[], direction: CorrelationDirection): CorrelatedPair[] {
  const strength = (value: number): number =>
    direction === 'absolute' ? Math.abs(value) : value * (direction === 'positive' ? 1 : -1);
  return pairs
    .filter(({ value }) => (direction === 'absolute' ? !Number.isNaN(value) : strength(value) > 0))
    .toSorted((one, other) => strength(other.value) - strength(one.value));
}
