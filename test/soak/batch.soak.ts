import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyPlan, Judge, play, verdict } from '../batch/judge.js';

it('a writer brings every row to exactly one end, over thousands of histories', { timeout: 600_000 }, async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(anyPlan, async (given) => {
      const judge = new Judge(given);

      await play(judge);

      verdict(judge);
      runs++;
    }),
    { numRuns: 10_000 },
  );

  expect(runs).toBe(10_000);
});
