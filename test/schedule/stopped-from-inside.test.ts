import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const stopped = new Error('stopped');
const onAbort = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

describe("a list that is aborted by the caller's own code", () => {
  it('starts no key whose reading aborted it', async () => {
    const controller = new AbortController();
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });
    const started: number[] = [];
    function* keys() {
      yield* [0, 1, 2];
      controller.abort(stopped);
      yield 3;
    }

    const report = await scheduler.run(keys(), async (key) => started.push(key), { signal: controller.signal });

    expect(started).toEqual([0, 1, 2]);
    expect(report).toMatchObject({ skipped: [3], stopped: { reason: 'aborted', error: stopped } });
    expect(scheduler.stats()).toMatchObject({ running: 0, errors: 0 });
  });

  it.each(['weight', 'endpoint'] as const)('starts no key whose %s aborted it', async (option) => {
    const controller = new AbortController();
    const { signal } = controller;
    const scheduler = new AdaptiveScheduler({ concurrency: 1 });
    const abortAt2 = (key: number): void => void (key === 2 && controller.abort(stopped));
    const weight = (key: number): number => (abortAt2(key), 1);
    const endpoint = (key: number): string => (abortAt2(key), '');
    const asked = option === 'weight' ? { weight } : { endpoint };

    const report = await scheduler.run([1, 2, 3], async (key) => key, { signal, ...asked });

    expect([...report.results.keys()]).toEqual([1]);
    expect(report.skipped).toEqual([2, 3]);
  });

  it('counts the key whose result was judged while it was aborted', async () => {
    const controller = new AbortController();
    const isSuccess = (value: unknown): boolean => {
      if (value === 2) controller.abort(stopped);
      return true;
    };
    const scheduler = new AdaptiveScheduler({ concurrency: 2, isSuccess });

    const { failures, results, skipped, stats } = await scheduler.run([1, 2, 3, 4], async (key) => key, {
      signal: controller.signal,
    });

    expect([[...results.keys()], [...failures.keys()], skipped]).toEqual([[1, 2], [3], [4]]);
    expect(stats).toMatchObject({ tried: 3, succeeded: 2, failed: 1 });
  });

  it('frees each place once when the end of one attempt aborts another that is as late', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const scheduler = new AdaptiveScheduler({ concurrency: 2, timeout: 10, clock });
    const task = (key: number, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      if (key === 1) signal.addEventListener('abort', () => controller.abort(stopped));
      return onAbort(signal);
    };

    const listed = scheduler.run([1, 2, 3], task, { signal: controller.signal });
    await clock.advance(10);
    const report = await listed;

    expect(report.failures).toEqual(
      new Map<number, unknown>([
        [1, expect.objectContaining({ code: 'ERR_TIMEOUT' })],
        [2, stopped],
      ]),
    );
    expect(report.stats).toMatchObject({ tried: 2, failed: 2 });
    expect(scheduler.stats().running).toBe(0);
  });
});

describe("a submitted task that is aborted by the caller's own code", () => {
  it('frees its place once when its feedback is read', async () => {
    const controller = new AbortController();
    const scheduler = new AdaptiveScheduler({
      concurrency: 1,
      feedback: () => {
        controller.abort(stopped);
        return { status: 429 };
      },
    });

    const outcome = await scheduler
      .submit(async () => ({}), { signal: controller.signal })
      .catch((error: unknown) => error);

    expect(outcome).toBe(stopped);
    expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0, failed: 1 });
  });

  it('is not called again when the question whether to retry aborts it', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    let calls = 0;
    const isRetryable = (): boolean => {
      controller.abort(stopped);
      return true;
    };
    const scheduler = new AdaptiveScheduler({ clock, retry: { attempts: 3, isRetryable } });
    const task = (): Promise<never> => {
      calls++;
      return Promise.reject(new Error('down'));
    };

    const outcome = await scheduler.submit(task, { signal: controller.signal }).catch((error: unknown) => error);
    await clock.advance(60_000);

    expect(outcome).toBe(stopped);
    expect(calls).toBe(1);
    expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0, failed: 1, retried: 0 });
  });
});
