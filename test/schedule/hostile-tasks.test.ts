import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler, type Task } from 'tickwise/schedule';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

/** What `got` returned for years: an instance of Promise by its prototype only. */
class Lookalike {
  // oxlint-disable-next-line unicorn/no-thenable
  then(resolve: (value: number) => void): void {
    resolve(1);
  }
}
Object.setPrototypeOf(Lookalike.prototype, Promise.prototype);

/** A promise that no other one can be derived from: its constructor takes something else. */
class Unextendable extends Promise<number> {
  constructor(url: string) {
    if (typeof url !== 'string') throw new TypeError('url');
    super((resolve) => resolve(1));
  }
}

/** What a task may do to a scheduler, and how it ends. */
const HOSTILE: Record<string, { task: Task<number, unknown>; outcome: 'ok' | 'failed'; promised?: 'failed' }> = {
  'throws at once': {
    task: () => {
      throw new Error('sync');
    },
    outcome: 'failed',
  },
  'returns no promise': { task: () => 5, outcome: 'ok' },
  'returns undefined': { task: () => undefined, outcome: 'ok' },
  'returns a thenable': { task: () => ({ then: (resolve: (value: number) => void) => resolve(1) }), outcome: 'ok' },
  'returns a thenable that settles twice': {
    task: () => ({
      then: (resolve: (value: number) => void, reject: (error: unknown) => void) => {
        resolve(1);
        reject(new Error('again'));
        resolve(2);
      },
    }),
    outcome: 'ok',
  },
  'returns a thenable that throws': {
    task: () => ({
      then: () => {
        throw new Error('then');
      },
    }),
    outcome: 'failed',
  },
  'returns an object whose then cannot be read': {
    task: () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('getter');
        },
      }),
    outcome: 'ok',
    // A promise cannot be resolved with it.
    promised: 'failed',
  },
  'returns a promise with a then of its own': {
    task: () =>
      Object.assign(Promise.resolve(1), {
        // oxlint-disable-next-line unicorn/no-thenable
        then: (resolve: (value: number) => void) => {
          resolve(1);
          resolve(2);
        },
      }),
    outcome: 'ok',
  },
  'returns what only looks like a promise': { task: () => new Lookalike(), outcome: 'ok' },
  'returns a promise whose then throws': { task: () => new Unextendable('wss://example'), outcome: 'failed' },
  'never settles': { task: () => new Promise(() => undefined), outcome: 'failed' },
  'rejects with undefined': { task: () => Promise.reject(), outcome: 'failed' },
  'rejects with null': { task: () => Promise.reject(null), outcome: 'failed' },
  'rejects with an object whose status throws': {
    task: () =>
      Promise.reject(
        Object.defineProperty({}, 'status', {
          get: () => {
            throw new Error('status');
          },
        }),
      ),
    outcome: 'failed',
  },
  'settles long after its timeout': {
    task: (_, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => setImmediate(() => resolve('late')))),
    outcome: 'failed',
  },
};

describe('a task that', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => process.on('unhandledRejection', note));
  afterEach(() => {
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it.each(Object.entries(HOSTILE))(
    '%s frees its slot exactly once',
    async (_, { outcome, promised = outcome, task }) => {
      const clock = new VirtualClock();
      const scheduler = new AdaptiveScheduler({ concurrency: 2, timeout: 1_000, clock });
      let idle = 0;
      const keys = [1, 2, 3, 4, 5];

      const list = scheduler.run(keys, task);
      const single = scheduler
        .submit((context) => task(1, context))
        .then(
          () => 'ok',
          () => 'failed',
        );
      const idled = scheduler.onIdle().then(() => idle++);
      const report = await drive(clock, list);
      await drive(clock, idled);

      expect(await single).toBe(promised);
      expect(report.results.size).toBe(outcome === 'ok' ? 5 : 0);
      expect(report.failures.size).toBe(outcome === 'ok' ? 0 : 5);
      expect(idle).toBe(1);
      expect(scheduler.stats()).toMatchObject({ running: 0, queued: 0, lists: 0 });
      expect(clock.pendingTimers).toBe(0);
      await expect(scheduler.submit(() => 'still works')).resolves.toBe('still works');
    },
  );

  it('throws in every callback is reported, and the list goes on', async () => {
    const operations: string[] = [];
    const boom = (): never => {
      throw new Error('boom');
    };
    const scheduler = new AdaptiveScheduler({
      concurrency: 2,
      priority: boom,
      isSuccess: boom,
      feedback: boom,
      retry: { attempts: 2, isRetryable: boom },
      onError: (_, { operation }) => void operations.push(operation),
    });

    const report = await scheduler.run(
      [1, 2],
      async (key) => {
        if (key === 1) throw new Error('task');
        return {};
      },
      { weight: boom, endpoint: boom },
    );

    expect(report.failures.size).toBe(2);
    expect(new Set(operations)).toEqual(
      new Set(['priority', 'isSuccess', 'feedback', 'isRetryable', 'weight', 'endpoint']),
    );
    expect(scheduler.stats()).toMatchObject({ running: 0, errors: operations.length });
  });

  it('times out lets its key fail with a TimeoutError after the time, and fires its signal', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, timeout: 700, clock });
    const reasons: unknown[] = [];

    const report = await drive(
      clock,
      scheduler.run([1, 2], (_, { signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise(() => undefined);
      }),
      100,
    );

    expect(report.failures.get(1)).toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining('700 ms') });
    expect(reasons).toHaveLength(2);
    expect(report.stats.duration).toBe(1_400);
  });
});
