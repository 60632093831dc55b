import * as fc from 'fast-check';
import type { Change, RawPlan, Step } from './keyed-pair.js';

/** More often listed, more often taken. */
const kinds = ['input', 'node', 'keyed', 'keyed', 'keyed', 'tolerant', 'tolerant', 'collect', 'at', 'single'] as const;
const operations = ['sum', 'sum', 'coarse', 'coarse', 'odd', 'throws', 'throws', 'text', 'promise'] as const;

/** A node of a random graph. */
export const plan: fc.Arbitrary<RawPlan> = fc.record({
  kind: fc.constantFrom(...kinds),
  // Mostly the newest nodes, so that chains become long.
  from: fc.array(fc.oneof(fc.nat(3), fc.nat(30)), { maxLength: 4, size: 'max' }),
  operation: fc.constantFrom(...operations),
  flag: fc.constantFrom(0, 1, 2),
});
const someKey = fc.oneof({ weight: 3, arbitrary: fc.nat(4) }, fc.nat(22));
const someValue = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -9, max: 9 }) },
  fc.constantFrom(-0, 0, Number.NaN, Infinity, -Infinity, 1e308, 0.5),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('set' as const), input: fc.nat(9), key: someKey, value: someValue }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), key: someKey }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key: someKey }) },
  { weight: 1, arbitrary: fc.constant({ do: 'declare' as const }) },
);
/** A change of it, or several in one batch. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: change },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('batch' as const),
      changes: fc.array(change, { maxLength: 12, size: 'max' }),
    }),
  },
);
