import { type Clock, VirtualClock } from 'tickwise';
import { describe, expect, it } from 'vitest';
import { OwnTime } from '../../src/schedule/own-time.js';
import { randomOf } from './support/random.js';

/** A virtual clock in a process that can be blocked: time passes, and no timer fires meanwhile. */
function blockable() {
  const virtual = new VirtualClock();
  let blocked = 0;
  const clock: Clock = {
    now: () => virtual.now() + blocked,
    wallTime: () => virtual.wallTime() + blocked,
    setTimeout: (callback, delay) => virtual.setTimeout(callback, delay),
  };
  return { virtual, clock, block: (ms: number) => void (blocked += ms) };
}

describe('own time', () => {
  it('leaves out what a task blocks the process for, before and after the late beat', async () => {
    const { block, clock, virtual } = blockable();
    const own = new OwnTime(clock, () => true);
    own.start();
    await virtual.advance(100);
    const before = own.now();

    block(10_000);
    const atOnce = own.now();
    await virtual.advance(50);
    const later = own.now();
    own.stop();

    // A beat comes every 25 ms and may be 2 ms late without a reason.
    expect(atOnce - before).toBeLessThanOrEqual(27);
    expect(later - before).toBeLessThanOrEqual(27 + 50);
    expect(later - before).toBeGreaterThanOrEqual(50 - 27);
  });

  it.each([1, 2, 3, 4, 5])('never goes back, nor faster than the clock (seed %i)', async (seed) => {
    const random = randomOf(seed);
    const { block, clock, virtual } = blockable();
    const own = new OwnTime(clock, () => random() < 0.9);
    let last = own.now();
    let lastClock = clock.now();

    for (let step = 0; step < 300; step++) {
      const choice = random();
      if (choice < 0.3) block(random() * 1_000);
      else if (choice < 0.6) await virtual.advance(Math.ceil(random() * 60));
      else if (choice < 0.9) own.start();
      else own.stop();
      const now = own.now();

      expect(now).toBeGreaterThanOrEqual(last - 1e-6);
      expect(now - last).toBeLessThanOrEqual(clock.now() - lastClock + 1e-6);

      last = now;
      lastClock = clock.now();
    }
    own.stop();

    expect(virtual.pendingTimers).toBe(0);
  });
});
