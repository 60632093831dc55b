import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { anyPlan, expectAlmostSorted, Judge, play, verdict } from './judge.js';

describe('a writer before a faulty sink', () => {
  it('brings every row to exactly one end, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (given) => {
        const judge = new Judge(given);

        await play(judge);

        verdict(judge);
      }),
      { numRuns: 60 },
    );
  });

  it('hands everything back that a close in the middle leaves', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, fc.integer({ min: 0, max: 300 }), async (given, closeTimeout) => {
        const rows: number[] = [];
        const stored: number[] = [];
        const clock = new VirtualClock();
        const faults = [...given.faults];
        const writer = new BatchWriter<number>({
          sink: async (batch) => {
            if ((faults.shift() ?? 'down') !== 'none') throw new Error('down');
            stored.push(...batch);
          },
          clock,
          ioClock: clock,
          maxItems: given.maxItems,
          closeTimeout,
          deadLetter: (row) => rows.push(row),
          onError: () => undefined,
        });
        for (let row = 0; row < given.steps.length * 3; row++) writer.add(row);

        const closed = writer.close().then(
          () => [],
          (error: { items: number[] }) => error.items,
        );
        await clock.advance(closeTimeout);
        const items = await closed;

        expect(rows.slice(rows.length - items.length)).toEqual(items);
        expectAlmostSorted(
          stored.map((number) => ({ number })),
          given.maxItems,
        );
        expect([...stored, ...rows].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: given.steps.length * 3 }, (_, row) => row),
        );
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
