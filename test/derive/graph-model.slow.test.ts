import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { GraphTwin } from './graph-model.js';
import { batchOf, beginning } from './graph-steps.js';

describe('Derivation against everything computed anew', () => {
  it.each([
    ['alone', 0],
    ['in batches', 1],
    ['in batches of batches', 2],
  ])(
    'has the same values, and computes no node twice or without need, after any steps %s',
    (_name, depth) => {
      fc.assert(
        fc.property(beginning, fc.array(batchOf(depth), { maxLength: 40, size: 'max' }), (first, steps) => {
          const twin = new GraphTwin();

          for (const step of [...first, ...steps]) twin.apply(step);
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );
});
