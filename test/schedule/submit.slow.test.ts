import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sleepOn = (clock: VirtualClock) => (duration: number) =>
  new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));

describe('submit', () => {
  it('settles as the task does, sync or async', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });

    await expect(scheduler.submit(async () => 5)).resolves.toBe(5);
    await expect(scheduler.submit(() => 6)).resolves.toBe(6);
    await expect(scheduler.submit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(scheduler.stats()).toMatchObject({ submitted: 3, succeeded: 2, failed: 1, queued: 0, running: 0 });
  });

  it('keeps the async context of 100 000 callers', async () => {
    const store = new AsyncLocalStorage<number>();
    const scheduler = new AdaptiveScheduler({ concurrency: 6 });
    const seen = numbers(100_000).map((index) =>
      store.run(index, () =>
        scheduler.submit(async () => {
          await Promise.resolve();
          return store.getStore();
        }),
      ),
    );

    expect(await Promise.all(seen)).toEqual(numbers(100_000));
  });

  it.each([
    [10_000, 97],
    [100_000, 1_000_000],
  ])('starts by priority, equal ones in their order: %d tasks of %d levels', async (count, levels) => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });
    scheduler.pause();
    const started: number[] = [];
    const priorities = numbers(count).map((index) => (Math.imul(index + 1, 2_654_435_761) >>> 0) % levels);
    const all = priorities.map((priority, index) => scheduler.submit(() => void started.push(index), { priority }));

    scheduler.resume();
    await Promise.all(all);

    const expected = numbers(count).toSorted((a, b) => (priorities[b] ?? 0) - (priorities[a] ?? 0) || a - b);
    expect(started).toEqual(expected);
  });

  it('runs tasks of one key one after the other, in order, and other keys beside', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 6, clock });
    const running = new Map<number, number>();
    const orders = new Map<number, number[]>();
    let mostKeys = 0;
    const all = numbers(1_000).map((index) => {
      const key = index % 10;
      return scheduler.submit(
        async () => {
          expect(running.get(key) ?? 0).toBe(0);
          running.set(key, 1);
          mostKeys = Math.max(
            mostKeys,
            [...running.values()].reduce((sum, one) => sum + one, 0),
          );
          orders.set(key, [...(orders.get(key) ?? []), index]);
          await sleepOn(clock)(10);
          running.set(key, 0);
        },
        { key },
      );
    });

    await drive(clock, Promise.all(all));

    expect(mostKeys).toBe(6);
    for (const [key, order] of orders) expect(order).toEqual(numbers(100).map((round) => round * 10 + key));
    expect(orders.size).toBe(10);
  });

  it('reads options that a class defines', async () => {
    class PerSymbol {
      readonly priority = 1;
      get weight(): number {
        return -1;
      }
    }
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });

    await expect(async () => scheduler.submit(() => 1, new PerSymbol())).rejects.toThrow('weight');
  });

  it('goes on with a key whose waiting task was aborted', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
    const controller = new AbortController();
    const first = scheduler.submit(() => sleepOn(clock)(10), { key: 'BTC' });
    const second = scheduler.submit(() => expect.unreachable(), { key: 'BTC', signal: controller.signal });
    const third = scheduler.submit(() => 'third', { key: 'BTC' });

    controller.abort('gone');

    await expect(second).rejects.toBe('gone');
    await drive(clock, first);
    await expect(third).resolves.toBe('third');
    expect(scheduler.stats()).toMatchObject({ queued: 0, running: 0 });
  });

  it('rejects a task that cannot start before its deadline, and never starts it', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    const work = scheduler.submit(() => sleepOn(clock)(10_000));
    const late = scheduler.submit(() => expect.unreachable(), { deadline: 100 });
    const caught = late.catch((error: unknown) => error);

    await clock.advance(100);

    expect(await caught).toMatchObject({ code: 'ERR_DEADLINE' });
    await drive(clock, work);
    expect(scheduler.stats()).toMatchObject({ expired: 1, succeeded: 1, failed: 1, queued: 0 });
  });

  it('gives up a running task at its deadline, and fires its signal', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    let reason: unknown;
    const task = scheduler.submit(
      ({ signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        return new Promise<never>(() => undefined);
      },
      { deadline: 50 },
    );
    const caught = task.catch((error: unknown) => error);

    await clock.advance(50);

    expect(await caught).toMatchObject({ code: 'ERR_DEADLINE' });
    expect(reason).toMatchObject({ code: 'ERR_DEADLINE' });
    expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('listens once to a signal of 16 000 tasks, and not at all afterwards', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });
    const controller = new AbortController();
    const blocked = scheduler.submit(() => new Promise(() => undefined), { signal: controller.signal });
    const all = numbers(16_000).map(() => scheduler.submit(() => 1, { signal: controller.signal }));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);

    controller.abort('all');

    const outcomes = await Promise.allSettled([blocked, ...all]);
    expect(new Set(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : 'ran')))).toEqual(
      new Set(['all']),
    );
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await expect(scheduler.submit(() => 'next')).resolves.toBe('next');
  });

  it('leaves no listener behind when tasks end in the normal way', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    const { signal } = new AbortController();

    await Promise.all(numbers(10).map((index) => scheduler.submit(() => index, { signal })));

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('starts a low priority within maxWait though higher ones keep coming', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, maxWait: 500, clock });
    const state = { isEnded: false };
    const feed = async (): Promise<void> => {
      while (!state.isEnded) {
        await scheduler.submit(() => sleepOn(clock)(10), { priority: 10 });
      }
    };
    const feeds = Promise.all([feed(), feed(), feed()]);
    await clock.advance(5);
    const submittedAt = clock.now();

    const wait = scheduler.submit(() => clock.now() - submittedAt, { priority: 0 });

    expect(await drive(clock, wait, 10)).toBeLessThanOrEqual(500);
    state.isEnded = true;
    await drive(clock, feeds, 10);
  });

  it('waits for ever behind higher priorities without maxWait', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    const state = { isEnded: false };
    let hasRun = false;
    const feed = async (): Promise<void> => {
      while (!state.isEnded) await scheduler.submit(() => sleepOn(clock)(10), { priority: 10 });
    };
    const feeds = Promise.all([feed(), feed()]);
    await clock.advance(5);

    const low = scheduler.submit(() => (hasRun = true));

    await clock.advance(5_000);
    expect(hasRun).toBe(false);
    state.isEnded = true;
    await drive(clock, Promise.all([feeds, low]), 10);
  });

  it('refuses tasks beyond maxQueued', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1, maxQueued: 2 });
    scheduler.pause();
    const kept = [scheduler.submit(() => 1), scheduler.submit(() => 2)];

    await expect(scheduler.submit(() => 3)).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });

    scheduler.resume();
    await expect(Promise.all(kept)).resolves.toEqual([1, 2]);
  });

  it('resolves onIdle once nothing waits or runs, and at once when nothing does', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    await scheduler.onIdle();
    let idle = 0;
    void scheduler.submit(() => sleepOn(clock)(10));
    void scheduler.submit(() => sleepOn(clock)(10));
    const waiting = scheduler.onIdle().then(() => idle++);

    await clock.advance(19);
    expect(idle).toBe(0);
    await clock.advance(1);

    await waiting;
    expect(idle).toBe(1);
  });

  it('lets a task submit others and await them', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });

    const sum = await scheduler.submit(async () => {
      const parts = await Promise.all([scheduler.submit(() => 1), scheduler.submit(async () => 2)]);
      return parts.reduce((total, part) => total + part, 0);
    });

    expect(sum).toBe(3);
  });
});

describe('classes', () => {
  const classes = { cancels: { reserved: 0.2 }, orders: { reserved: 0.2 }, data: {} };

  it('keep reserved slots free of other classes', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 10, classes, clock });
    const running = { cancels: 0, orders: 0, data: 0 };
    const submit = (name: keyof typeof running): Promise<void> =>
      scheduler.submit(
        async () => {
          running[name]++;
          await sleepOn(clock)(100);
          running[name]--;
        },
        { class: name },
      );

    const all = numbers(20).map(() => submit('data'));
    expect(running).toEqual({ cancels: 0, orders: 0, data: 6 });
    all.push(...numbers(4).map(() => submit('orders')));
    expect(running).toEqual({ cancels: 0, orders: 2, data: 6 });
    all.push(...numbers(4).map(() => submit('cancels')));
    expect(running).toEqual({ cancels: 2, orders: 2, data: 6 });

    await drive(clock, Promise.all(all), 100);
    expect(scheduler.stats()).toMatchObject({ succeeded: 28, running: 0 });
  });

  it('are not crossed by ageing', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 10, classes, maxWait: 50, clock });
    let data = 0;
    let most = 0;
    const all = numbers(60).map(() =>
      scheduler.submit(async () => {
        most = Math.max(most, ++data);
        await sleepOn(clock)(100);
        data--;
      }),
    );

    await drive(clock, Promise.all(all), 100);

    expect(most).toBe(6);
  });

  it('go in their order when slots are short, the last one by default', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, classes: { first: {}, second: {} }, clock });
    const order: string[] = [];
    const all = [
      scheduler.submit(() => sleepOn(clock)(1)),
      scheduler.submit(() => order.push('second'), { class: 'second', priority: 9 }),
      scheduler.submit(() => order.push('default')),
      scheduler.submit(() => order.push('first'), { class: 'first' }),
    ];

    await drive(clock, Promise.all(all));

    expect(order).toEqual(['first', 'second', 'default']);
  });
});
