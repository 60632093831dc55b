import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';
import { randomOf } from './support/random.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sleepOn = (clock: VirtualClock) => (duration: number) =>
  new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));

describe('retries', () => {
  it('call again up to attempts, and take no slot while they wait', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({
      concurrency: 1,
      retry: { attempts: 3, minDelay: 1_000, maxDelay: 1_000, budget: 1 },
      clock,
    });
    const calls: string[] = [];

    const report = await drive(
      clock,
      scheduler.run(['a', 'b', 'c'], async (key, { attempt }) => {
        calls.push(key + attempt);
        if (key === 'a') throw new Error(`attempt ${attempt}`);
        return key;
      }),
    );

    expect(calls.slice(0, 3)).toEqual(['a1', 'b1', 'c1']);
    expect(calls.filter((call) => call.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(report.failures.get('a')).toEqual(new Error('attempt 3'));
    expect(report.stats).toMatchObject({ tried: 3, succeeded: 2, failed: 1, retried: 2 });
  });

  it('of submitted tasks settle the same promise', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, retry: { minDelay: 10, maxDelay: 10 }, clock });
    const attempts: number[] = [];

    const value = scheduler.submit(({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('not yet');
      return 'done';
    });

    expect(await drive(clock, value, 10)).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
    expect(scheduler.stats()).toMatchObject({ retried: 2, succeeded: 1, queued: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('end when the submitted task is aborted while it waits for one', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, retry: { minDelay: 60_000, maxDelay: 60_000 }, clock });
    const controller = new AbortController();
    let calls = 0;
    const task = scheduler.submit(
      () => {
        calls++;
        throw new Error('down');
      },
      { signal: controller.signal },
    );
    await clock.advance(0);

    controller.abort('enough');

    await expect(task).rejects.toBe('enough');
    await scheduler.onIdle();
    expect(calls).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stay within their budget when everything fails', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({
      concurrency: 10,
      retry: { attempts: 5, minDelay: 1, maxDelay: 1, budget: 0.2, perSecond: 0 },
      clock,
    });
    let calls = 0;

    const report = await drive(
      clock,
      scheduler.run(numbers(1_000), async () => {
        calls++;
        throw new Error('down');
      }),
    );

    expect(report.stats.failed).toBe(1_000);
    expect(calls).toBeLessThanOrEqual(1_200);
    expect(calls).toBeGreaterThanOrEqual(1_150);
  });

  it('are not made of what isRetryable refuses, nor without the option', async () => {
    const fatal = new AdaptiveScheduler({ retry: { isRetryable: (error) => error !== 'fatal', minDelay: 0 } });
    const plain = new AdaptiveScheduler();
    let calls = 0;
    const fail = (): Promise<never> => {
      calls++;
      // oxlint-disable-next-line prefer-promise-reject-errors
      return Promise.reject('fatal');
    };

    await expect(fatal.submit(fail)).rejects.toBe('fatal');
    await expect(plain.submit(fail)).rejects.toBe('fatal');

    expect(calls).toBe(2);
  });
});

describe('hedging', () => {
  it('asks again after the delay, takes the first answer, and fires the loser’s signal', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 4, hedge: { delay: 50, budget: 1 }, clock });
    const aborted: number[] = [];
    let calls = 0;

    const answer = scheduler.submit(
      async ({ signal }) => {
        const call = ++calls;
        signal.addEventListener('abort', () => aborted.push(call));
        await sleepOn(clock)(call === 1 ? 1_000 : 20);
        return call;
      },
      { idempotent: true },
    );

    expect(await drive(clock, answer, 10)).toBe(2);
    expect(clock.now()).toBeLessThanOrEqual(80);
    expect(aborted).toContain(1);
    expect(scheduler.stats()).toMatchObject({ hedged: 1, running: 0 });
  });

  it('waits for the other call when one fails', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 4, hedge: { delay: 50, budget: 1 }, clock });
    let calls = 0;

    const answer = scheduler.submit(
      async () => {
        const call = ++calls;
        await sleepOn(clock)(call === 1 ? 70 : 100);
        if (call === 1) throw new Error('first');
        return call;
      },
      { idempotent: true },
    );

    expect(await drive(clock, answer, 10)).toBe(2);
  });

  it('never asks twice what is not said to be idempotent', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 4, hedge: { delay: 50, budget: 1 }, clock });
    let calls = 0;
    const order = async (): Promise<void> => {
      calls++;
      await sleepOn(clock)(500);
    };

    await drive(clock, Promise.all([scheduler.submit(order), scheduler.run([1, 2], order)]));

    expect(calls).toBe(3);
  });

  it('makes at most 5 % more calls, after the time that 95 % stay under', async () => {
    const clock = new VirtualClock();
    const random = randomOf(5);
    const scheduler = new AdaptiveScheduler({ concurrency: 8, hedge: {}, clock });
    let calls = 0;

    const ask = async (): Promise<void> => {
      calls++;
      await sleepOn(clock)(random() < 0.04 ? 1_000 : 5 + 10 * random());
    };
    const askAll = async (): Promise<void> => {
      for (const _ of numbers(500)) {
        await Promise.all(numbers(4).map(() => scheduler.submit(ask, { idempotent: true })));
      }
    };

    await drive(clock, askAll());

    expect(calls - 2_000).toBe(scheduler.stats().hedged);
    expect(calls - 2_000).toBeLessThanOrEqual(100);
    expect(calls - 2_000).toBeGreaterThan(50);
    // 80 rounds in 2 000 calls would have waited for a second each.
    expect(clock.now()).toBeLessThan(40_000);
    expect(scheduler.stats().running).toBe(0);
  });

  it('takes no slot beyond the limit', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, hedge: { delay: 10, budget: 1 }, clock });
    let running = 0;
    let most = 0;

    await drive(
      clock,
      scheduler.run(
        [1, 2, 3],
        async () => {
          most = Math.max(most, ++running);
          await sleepOn(clock)(100);
          running--;
        },
        { idempotent: true },
      ),
    );

    expect(most).toBe(1);
  });
});
