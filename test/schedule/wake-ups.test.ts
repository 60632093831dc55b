import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const never = (): Promise<never> => new Promise(() => undefined);

describe('a place that becomes free', () => {
  it('goes to a waiting order when the list that had it is aborted', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    const controller = new AbortController();
    const list = scheduler.run(['a', 'b'], never, { signal: controller.signal });
    const order = scheduler.submit(() => 'order sent', { priority: 10 });

    controller.abort();

    await list;
    expect(await order).toBe('order sent');
    await scheduler.onIdle();
    expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0 });
  });

  it('goes to a waiting list when the stream that had it is left', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    const leave = async (): Promise<void> => {
      // oxlint-disable-next-line no-unreachable-loop -- it is left at its first item
      for await (const _ of scheduler.stream(['a', 'b', 'c'], (key) => (key === 'a' ? 1 : never()))) return;
    };
    const left = leave();
    const list = scheduler.run(['x'], () => 'x');

    await left;

    expect([...(await list).results]).toEqual([['x', 'x']]);
    await scheduler.onIdle();
  });

  it.each([
    ['an order', (scheduler: AdaptiveScheduler): Promise<unknown> => scheduler.submit(() => 'inner', { priority: 10 })],
    [
      'a list',
      async (scheduler: AdaptiveScheduler): Promise<unknown> =>
        (await scheduler.run(['b'], () => 'inner')).results.get('b'),
    ],
  ])('goes to %s that a task asked for which ended at once', async (_, ask) => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });
    scheduler.pause();
    let inner: Promise<unknown> | undefined;
    const list = scheduler.run(['a'], () => {
      inner = ask(scheduler);
      return 1;
    });

    scheduler.resume();

    await list;
    expect(await inner).toBe('inner');
    await scheduler.onIdle();
    expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0, lists: 0 });
  });
});
