import * as fc from 'fast-check';
import type { GraphStep, Recipe } from './graph-model.js';

const pick = fc.nat({ max: 1_000 });
const picks = fc.array(pick, { maxLength: 5, size: 'max' });
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, Number.NaN, Infinity) },
);
const recipe: fc.Arbitrary<Recipe> = fc.record({
  weights: fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 5, size: 'max' }),
  modulus: fc.integer({ min: 1, max: 5 }),
  failsAt: fc.constantFrom(0, 1, 2, 9, 9, 9, 9),
});
const isTolerant = fc.constantFrom(false, false, false, true);

const simple: fc.Arbitrary<GraphStep> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('set' as const), pick, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('input' as const), value, isTolerant }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('computed' as const), picks, recipe, isTolerant }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rewire' as const), pick, picks, recipe }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispose' as const), pick }) },
);

/** A step, or several as one, within each other up to `depth` times. */
export function batchOf(depth: number): fc.Arbitrary<GraphStep> {
  if (depth === 0) return simple;
  const steps = fc.array(batchOf(depth - 1), { maxLength: 8, size: 'max' });
  const fails = fc.constantFrom(false, false, false, true);
  return fc.oneof(
    { weight: 4, arbitrary: simple },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('batch' as const), steps, fails }) },
  );
}

/** A graph of some size to begin with: what it does to single nodes is told by the steps. */
export const beginning: fc.Arbitrary<readonly GraphStep[]> = fc
  .tuple(
    fc.array(fc.record({ do: fc.constant('input' as const), value, isTolerant }), {
      minLength: 1,
      maxLength: 5,
      size: 'max',
    }),
    fc.array(fc.record({ do: fc.constant('computed' as const), picks, recipe, isTolerant }), {
      maxLength: 20,
      size: 'max',
    }),
  )
  .map((parts) => parts.flat());
