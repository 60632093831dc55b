import fc from 'fast-check';
import { it } from 'vitest';
import { checkSyncHistory, historyOf, optionsOfHistory } from '../memo/history.js';

it('answers a million random operations as a naive cache does', { timeout: 1_800_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(optionsOfHistory, historyOf(400, 400), async (options, history) => {
      await checkSyncHistory(options, history);
    }),
    // 400 steps each.
    { numRuns: 2_500 },
  );
});
