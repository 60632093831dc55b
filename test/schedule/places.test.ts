import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function setUp(concurrency: number) {
  const clock = new VirtualClock();
  const scheduler = new AdaptiveScheduler({ concurrency, clock });
  const order: string[] = [];
  const task =
    (name: string) =>
    async (key: unknown): Promise<void> => {
      order.push(`${name}${String(key)}`);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
    };
  return { clock, scheduler, order, task };
}

describe('a place that a key of a list leaves', () => {
  it('goes to a submitted task before the next key', async () => {
    const { clock, order, scheduler, task } = setUp(1);

    const list = scheduler.run(numbers(4), task('key '));
    await clock.advance(5);
    const submitted = scheduler.submit(() => task('submitted')(''));
    await drive(clock, Promise.all([list, submitted]));

    expect(order).toEqual(['key 0', 'submitted', 'key 1', 'key 2', 'key 3']);
  });

  it('goes to another list when its own has no key left', async () => {
    const { clock, order, scheduler, task } = setUp(1);

    await drive(clock, Promise.all([scheduler.run(numbers(2), task('a')), scheduler.run(numbers(2), task('b'))]));

    expect(order.toSorted()).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect(clock.now()).toBeLessThan(2_000);
  });

  it('stays empty once the scheduler is paused by the task', async () => {
    const { clock, order, scheduler, task } = setUp(2);

    const list = scheduler.run(numbers(6), async (key) => {
      if (key === 1) scheduler.pause();
      await task('')(key);
    });
    await clock.advance(1_000);
    const whilePaused = [...order];
    scheduler.resume();
    await drive(clock, list);

    expect(whilePaused).toEqual(['0', '1']);
    expect(order).toHaveLength(6);
  });

  it.each([1, 3])('is given up when a sync task aborts its list, %i at once', async (concurrency) => {
    const { scheduler } = setUp(concurrency);
    const controller = new AbortController();
    const ran: number[] = [];

    const report = await scheduler.run(
      numbers(100),
      (key) => {
        ran.push(key);
        if (key === 5) controller.abort(new Error('enough'));
        return key;
      },
      { signal: controller.signal },
    );

    expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
    expect(report.stopped).toMatchObject({ reason: 'aborted', error: new Error('enough') });
    expect(report.skipped).toHaveLength(94);
  });

  it('runs a hundred thousand sync tasks without a deep stack, mixed with async ones', async () => {
    const { scheduler } = setUp(6);

    const { stats } = await scheduler.run(numbers(100_000), (key) => (key % 7 === 0 ? Promise.resolve(key) : key));

    expect(stats.succeeded).toBe(100_000);
    expect(scheduler.stats().running).toBe(0);
  });
});
