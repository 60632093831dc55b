import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { heapGrowthOf, usedHeap } from './support/heap.js';

const MEGABYTE = 1 << 20;

describe('what waits', () => {
  it('is forgotten once it has run, though the queue of a class that ages never empties', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1, maxWait: 1_000, clock: new VirtualClock() });
    const heapBefore = usedHeap();

    // One is always there before the one ahead of it has ended.
    for (let round = 0, last = Promise.resolve(0); round < 20_000; round++) {
      const next = scheduler.submit(() => Promise.resolve(round));
      await last;
      last = next;
    }

    expect(usedHeap() - heapBefore).toBeLessThan(4 * MEGABYTE);
  });

  it('runs in order after many others were put off, with and without priorities', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock: new VirtualClock() });
    const started: number[] = [];
    scheduler.pause();
    const all = [0, 0, 0, 5, 0, 9, 5, 0].map((priority, index) =>
      scheduler.submit(() => started.push(index), { priority }),
    );

    scheduler.resume();
    await Promise.all(all);

    expect(started).toEqual([5, 3, 6, 0, 1, 2, 4, 7]);
  });
});

it('a lazy list takes no memory per key', async () => {
  expect(await heapGrowthOf(300_000)).toBeLessThan(5 * MEGABYTE);
});

describe('an answer whose properties throw', () => {
  const hostile = (): object =>
    Object.defineProperty({}, 'status', {
      get: () => {
        throw new Error('no status for you');
      },
    });

  it.each(['resolves', 'rejects'])('frees its slot when the task %s with it', async (how) => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1, onError: () => undefined });
    const value = hostile();
    const task = (): Promise<unknown> => (how === 'resolves' ? Promise.resolve(value) : Promise.reject(value));

    const submitted = await Promise.allSettled([scheduler.submit(task)]);
    const report = await scheduler.run([1], task);

    expect(submitted[0].status).toBe(how === 'resolves' ? 'fulfilled' : 'rejected');
    expect(report.stats.tried).toBe(1);
    await scheduler.onIdle();
    expect(scheduler.stats().running).toBe(0);
  });
});
