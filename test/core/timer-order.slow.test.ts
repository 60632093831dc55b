import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { TimerQueue } from '../../src/core/timer-queue.js';
import { drawTimers, fireOnClock, fireOnList, seeded } from './timer-model.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('timers against a sorted list', () => {
  it('fires random timers with nested sets and cancels in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 60 }), async (seed, count) => {
        const script = drawTimers(count, seed);

        const fired = await fireOnClock(new VirtualClock(), script, 1_500);

        expect(fired).toEqual(fireOnList(script, 1_500));
      }),
      { numRuns: 60 },
    );
  });

  it('fires 20 000 timers in the same order (seed 20240808)', async () => {
    const script = drawTimers(20_000, 20_240_808);

    const fired = await fireOnClock(new VirtualClock(), script, 1_500);

    expect(fired.length).toBeGreaterThan(10_000);
    expect(fired).toEqual(fireOnList(script, 1_500));
  });
});

describe('TimerQueue', () => {
  it('takes 100 000 random timers, a third of them cancelled, as a sorted list does (seed 7)', () => {
    const random = seeded(7);
    const queue = new TimerQueue();
    const timers = Array.from({ length: 100_000 }, () => queue.add(Math.floor(random() * 5_000), () => {}));
    for (const timer of timers) if (random() < 1 / 3) queue.cancel(timer);
    const expected = timers
      .filter((timer) => timer.isWaiting)
      .toSorted((a, b) => a.due - b.due || a.sequence - b.sequence);

    const taken = drain(queue, Infinity);

    expect(taken.length).toBe(expected.length);
    expect(taken.every((timer, index) => timer === expected[index])).toBe(true);
    expect(queue.size).toBe(0);
  });

  it('takes nothing that is due later', () => {
    const queue = new TimerQueue();
    queue.add(5, () => {});

    expect(queue.takeDue(4.999)).toBeUndefined();
    expect(queue.takeDue(5)?.due).toBe(5);
    expect(queue.takeDue(Infinity)).toBeUndefined();
  });

  it('keeps timers with a due time of Infinity in the order they were added', () => {
    const queue = new TimerQueue();
    const first = queue.add(Infinity, () => {});
    const second = queue.add(Infinity, () => {});

    expect(drain(queue, Infinity)).toEqual([first, second]);
  });

  it('lets cancelled timers go, so that set and cancel in a loop cannot grow it', async () => {
    const queue = new TimerQueue();
    const callbacks: WeakRef<() => void>[] = [];

    for (let round = 0; round < 10_000; round++) {
      const callback = (): void => void round;
      callbacks.push(new WeakRef(callback));
      queue.cancel(queue.add(1e9 + round, callback));
    }
    // What a weak reference was made of in this turn is held until its end.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const held = callbacks.filter((callback) => callback.deref() !== undefined).length;

    expect(queue.size).toBe(0);
    expect(held).toBeLessThanOrEqual(65);
  });

  it('counts right when cancelling twice, after taking, and across sweeps', () => {
    const queue = new TimerQueue();
    const timers = Array.from({ length: 200 }, (_, due) => queue.add(due, () => {}));

    const first = queue.takeDue(0);
    for (const timer of timers.slice(0, 150)) {
      queue.cancel(timer);
      queue.cancel(timer);
    }

    expect(first).toBe(timers[0]);
    expect(queue.size).toBe(50);
    expect(drain(queue, Infinity)).toEqual(timers.slice(150));
  });
});

function drain(queue: TimerQueue, time: number) {
  const taken = [];
  for (let timer = queue.takeDue(time); timer !== undefined; timer = queue.takeDue(time)) taken.push(timer);
  return taken;
}
