import * as fc from 'fast-check';
import { type CorrelationInput, type MissingPolicy, RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import type { CorrelationModel } from './correlation-model.js';
import { LifeModel } from './life-model.js';
import { distance } from './naive.js';

const TICK = 0.25;
const MAX_SYMBOLS = 7;

type Step =
  | { readonly does: 'push'; readonly bar: readonly number[] }
  | { readonly does: 'amend' | 'amend-late'; readonly symbol: number; readonly value: number; readonly age: number }
  | { readonly does: 'push-late'; readonly bar: readonly number[]; readonly age: number }
  | { readonly does: 'add'; readonly history: readonly number[] }
  | { readonly does: 'remove'; readonly symbol: number }
  | { readonly does: 'restore' | 'read' };

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

const gap = fc.constantFrom(NaN, Infinity, -1e200);
const mayMiss = (one: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 14, arbitrary: one }, { weight: 1, arbitrary: gap });
const price = mayMiss(fc.double({ min: 0.5, max: 500, noNaN: true }));
const tickPrice = mayMiss(fc.integer({ min: 390, max: 410 }).map((count) => count * TICK));

function steps(value: fc.Arbitrary<number>): fc.Arbitrary<Step[]> {
  const bar = fc.array(value, { minLength: MAX_SYMBOLS, maxLength: MAX_SYMBOLS });
  const symbol = fc.nat({ max: MAX_SYMBOLS - 1 });
  const age = fc.nat({ max: 9 });
  const does = <Word extends string>(word: Word) => fc.constant(word);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: fc.record({ does: does('push'), bar }) },
    { weight: 3, arbitrary: fc.record({ does: does('amend'), symbol, value, age: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ does: does('amend-late'), symbol, value, age }) },
    { weight: 1, arbitrary: fc.record({ does: does('push-late'), bar, age }) },
    { weight: 1, arbitrary: fc.record({ does: does('add'), history: fc.array(value, { maxLength: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ does: does('remove'), symbol }) },
    { weight: 1, arbitrary: fc.record({ does: does('restore') }) },
    { weight: 1, arbitrary: fc.record({ does: does('read') }) },
  );
  return fc.array(step, { minLength: 1, maxLength: 45 });
}

/** A rolling correlation and its model, driven by the same steps. */
class Pair {
  rolling: RollingCorrelation;
  readonly model: LifeModel;
  #names = 3;
  /** Bars that can be revised. */
  readonly #depth: number;

  constructor(missing: MissingPolicy, input: CorrelationInput, tick: number | undefined, window: number) {
    const symbols = ['S0', 'S1', 'S2'];
    const options = { window, minPeriods: Math.min(2, window), ddof: 1, input, missing };
    this.rolling = new RollingCorrelation({ symbols, ...options, ...(tick !== undefined && { tickSize: tick }) });
    this.model = new LifeModel({ ...options, ...(tick !== undefined && { tick }) }, symbols);
    this.#depth = input === 'values' ? window : window + 1;
  }

  do(step: Step): void {
    const size = this.model.symbols.length;
    switch (step.does) {
      case 'push':
        this.rolling.push(step.bar.slice(0, size), this.model.bars);
        return this.model.push(step.bar.slice(0, size));
      case 'amend':
      case 'amend-late':
        return this.#amend(step.age, step.symbol % size, step.value, step.does === 'amend-late');
      case 'push-late':
        return this.#pushLate(step.age, step.bar.slice(0, size));
      case 'add':
        return this.#add(step.history);
      case 'remove':
        return this.#remove(step.symbol % size);
      case 'restore':
        this.rolling = RollingCorrelation.restore(this.rolling.snapshot());
        return;
      case 'read':
        this.rolling.matrix();
    }
  }

  #amend(age: number, symbol: number, value: number, isByTime: boolean): void {
    if (this.model.bars === 0) return;
    const name = this.model.symbols[symbol] ?? '';
    const isKnown = age < Math.min(this.#depth, this.model.bars);
    const isTaken = isByTime
      ? this.rolling.amend(name, value, this.model.bars - 1 - age)
      : this.rolling.amend(name, value);
    expect(isTaken).toBe(isKnown);
    if (isKnown) this.model.revise(age, symbol, value);
  }

  #pushLate(age: number, bar: readonly number[]): void {
    if (age >= this.model.bars) return;
    const isTaken = this.rolling.push(bar, this.model.bars - 1 - age);
    expect(isTaken).toBe(age < this.#depth);
    if (isTaken) bar.forEach((value, symbol) => this.model.revise(age, symbol, value));
  }

  #add(history: readonly number[]): void {
    if (this.model.symbols.length === MAX_SYMBOLS) return;
    const name = `S${this.#names++}`;
    this.rolling.addSymbol(name, history);
    this.model.add(name, history);
  }

  #remove(symbol: number): void {
    if (this.model.symbols.length === 1) return;
    this.rolling.removeSymbol(this.model.symbols[symbol] ?? '');
    this.model.remove(symbol);
  }
}

describe.each(combinations)('any life of a RollingCorrelation, %s, of %s in %s', (missing, input, _, tick) => {
  it('gives what the bars in the window give to a model that starts anew', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), steps(tick === undefined ? price : tickPrice), (window, life) => {
        const pair = new Pair(missing, input, tick, window);
        for (const step of life) pair.do(step);

        const { rolling, model } = pair;
        expect(rolling.symbols).toEqual(model.symbols);
        const answers = model.answers();
        const matrix = rolling.matrix();
        const limit = tick === undefined ? rolling.errorBound() : 0;
        const size = model.symbols.length;
        for (let left = 0; left < size; left++) {
          for (let right = left; right < size; right++) {
            const expected = answers.correlation(left, right);
            const found = rolling.correlation(model.symbols[left] ?? '', model.symbols[right] ?? '');
            expect(distance(found, expected), `${left}, ${right}`).toBeLessThanOrEqual(limit);
            expect(matrix[left * size + right]).toBe(found);
            expect(matrix[right * size + left]).toBe(found);
            if (tick !== undefined) expectSameBits(rolling, answers, left, right);
          }
          const mean = distance(rolling.mean(model.symbols[left] ?? ''), answers.mean(left));
          expect(mean).toBeLessThanOrEqual(tick === undefined ? 1e-8 : 0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** In ticks every answer is that of the model: `toBe` is `Object.is`, which tells -0 from 0. */
function expectSameBits(rolling: RollingCorrelation, model: CorrelationModel, left: number, right: number): void {
  const [a, b] = [rolling.symbols[left] ?? '', rolling.symbols[right] ?? ''];
  expect(rolling.correlation(a, b)).toBe(model.correlation(left, right));
  expect(rolling.covariance(a, b)).toBe(model.covariance(left, right));
  expect(rolling.variance(a)).toBe(model.covariance(left, left));
  expect(rolling.beta(a, b)).toBe(model.beta(left, right));
}
