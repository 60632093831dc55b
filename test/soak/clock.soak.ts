import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { drawTimers, fireOnClock, fireOnList } from '../core/timer-model.js';

describe('VirtualClock at length', () => {
  it.each([1, 2, 3])(
    'fires 100 000 random timers as a sorted list does (seed %i)',
    { timeout: 120_000 },
    async (seed) => {
      const script = drawTimers(100_000, seed);

      const fired = await fireOnClock(new VirtualClock(), script, 1_500);

      expect(fired).toEqual(fireOnList(script, 1_500));
    },
  );

  it('gives up when a timer re-arms itself with delay 0 for ever', { timeout: 120_000 }, async () => {
    const clock = new VirtualClock();
    let fired = 0;
    const arm = (): void => {
      fired++;
      clock.setTimeout(arm, 0);
    };
    clock.setTimeout(arm, 5);

    await expect(clock.advance(10)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });

    expect(fired).toBe(1_000_001);
    expect(clock.now()).toBe(5);
  });
});
