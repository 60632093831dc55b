import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { ConnectBudget } from '../../src/feed/connect-budget.js';
import { RecentCount } from '../../src/feed/recent-count.js';

describe('a connect budget', () => {
  it('gives as many as the window holds, then says when the next is free', async () => {
    const clock = new VirtualClock();
    const budget = new ConnectBudget(2, 1_000, clock);

    expect([budget.take(), budget.take()]).toEqual([0, 0]);
    await clock.advance(300);
    expect(budget.take()).toBe(700);
    await clock.advance(700);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([0, 0, 1_000]);
  });

  it('has no limit when it is Infinity', () => {
    const budget = new ConnectBudget(Infinity, 1_000, new VirtualClock());

    expect(Array.from({ length: 10_000 }, () => budget.take())).not.toContain(1_000);
  });

  it('never gives more than the limit within any stretch of the window', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });

    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (pauses, limit) => {
        const clock = new VirtualClock();
        const budget = new ConnectBudget(limit, 1_000, clock);
        const taken: number[] = [];
        for (const pause of pauses) {
          await clock.advance(pause);
          const wait = budget.take();
          if (wait === 0) taken.push(clock.now());
          else expect(taken.at(-limit)).toBe(clock.now() + wait - 1_000);
        }

        for (const [index, at] of taken.entries()) {
          expect(at - (taken[index - limit] ?? -Infinity)).toBeGreaterThanOrEqual(1_000);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a recent count', () => {
  it('forgets what is older than its window, to a sixtieth of it', async () => {
    const clock = new VirtualClock();
    const count = new RecentCount(60_000, clock);

    count.add();
    await clock.advance(30_000);
    count.add();
    count.add();
    expect(count.total).toBe(3);
    await clock.advance(29_999);
    expect(count.total).toBe(3);
    await clock.advance(1);
    expect(count.total).toBe(2);
    await clock.advance(10_000_000);
    expect(count.total).toBe(0);
  });
});
