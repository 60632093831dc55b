import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { TurnTime } from '../../src/hub/turn-time.js';

describe('TurnTime', () => {
  it('is the clock’s time at the first read of each turn', async () => {
    const clock = new VirtualClock();
    const time = new TurnTime(clock);
    const reads: number[] = [];

    for (const step of [5, 0.25, 1_000]) {
      await clock.advance(step);
      reads.push(time.read().time, time.read().time);
    }

    expect(reads).toEqual([5, 5, 5.25, 5.25, 1_005.25, 1_005.25]);
  });

  it('looks again after 256 reads within a turn', () => {
    let now = 0;
    const clock = new VirtualClock();
    const time = new TurnTime({
      now: () => now++,
      wallTime: () => 0,
      setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    });

    const reads = Array.from({ length: 800 }, () => time.read().time);

    expect(reads.slice(0, 256).every((read) => read === 0)).toBe(true);
    expect(reads[256]).toBe(1);
    expect(reads.at(-1)).toBe(3);
  });

  it('looks again in the next turn, also after many reads in the last', async () => {
    const clock = new VirtualClock();
    const time = new TurnTime(clock);
    for (let read = 0; read < 1_000; read++) time.read();

    await clock.advance(7);

    expect(time.read().time).toBe(7);
  });
});
