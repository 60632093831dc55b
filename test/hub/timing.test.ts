import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../src/hub/retry-delay.js';
import { TurnTime } from '../../src/hub/turn-time.js';

describe('retryDelay', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [1_000, 30_000],
    [100_000, 30_000],
  ])('of attempt %i is at most %i ms', (attempt, bound) => {
    expect(retryDelay(attempt, () => 1)).toBe(bound);
    expect(retryDelay(attempt, () => 0.5)).toBe(bound / 2);
    expect(retryDelay(attempt, () => 0)).toBe(0);
  });

  it('lies within its bound whatever the random source gives', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.double(), (attempt, share) => {
        const delay = retryDelay(attempt + 1, () => share);

        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});

describe('TurnTime', () => {
  it('is the clock’s time at the first read of each turn', async () => {
    const clock = new VirtualClock();
    const time = new TurnTime(clock);
    const reads: number[] = [];

    for (const step of [5, 0.25, 1_000]) {
      await clock.advance(step);
      reads.push(time.read(), time.read());
    }

    expect(reads).toEqual([5, 5, 5.25, 5.25, 1_005.25, 1_005.25]);
  });

  it('looks again after 64 reads within a turn', () => {
    let now = 0;
    const clock = new VirtualClock();
    const time = new TurnTime({
      now: () => now++,
      wallTime: () => 0,
      setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    });

    const reads = Array.from({ length: 200 }, () => time.read());

    expect(reads.slice(0, 64).every((read) => read === 0)).toBe(true);
    expect(reads[64]).toBe(1);
    expect(reads.at(-1)).toBe(3);
  });

  it('looks again in the next turn, also after many reads in the last', async () => {
    const clock = new VirtualClock();
    const time = new TurnTime(clock);
    for (let read = 0; read < 1_000; read++) time.read();

    await clock.advance(7);

    expect(time.read()).toBe(7);
  });
});
