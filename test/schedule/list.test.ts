import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sleepOn = (clock: VirtualClock) => (duration: number) =>
  new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));

async function* later(clock: VirtualClock, count: number, every: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index++) {
    await sleepOn(clock)(every);
    yield index;
  }
}

describe('a list', () => {
  it('reports results and failures by key, and adds them up', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 3 });

    const report = await scheduler.run(numbers(10), async (key) => {
      if (key % 4 === 0) throw new Error(`no ${key}`);
      return key * 10;
    });

    expect(report.results.size).toBe(7);
    expect(report.results.get(7)).toBe(70);
    expect([...report.failures.keys()].toSorted((a, b) => a - b)).toEqual([0, 4, 8]);
    expect(report.failures.get(4)).toEqual(new Error('no 4'));
    expect(report.skipped).toEqual([]);
    expect(report).not.toHaveProperty('stopped');
    expect(report.stats).toMatchObject({ tried: 10, succeeded: 7, failed: 3, retried: 0, throttled: 0 });
  });

  it.each([1, 2, 6, 50])('never runs more than %i at once, and as many as it may', async (concurrency) => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency, clock });
    let running = 0;
    let most = 0;

    const report = await drive(
      clock,
      scheduler.run(numbers(200), async (key) => {
        most = Math.max(most, ++running);
        await sleepOn(clock)(10 + (key % 7));
        running--;
      }),
    );

    expect(most).toBe(concurrency);
    expect(report.stats.tried).toBe(200);
    expect(scheduler.stats()).toMatchObject({ running: 0, lists: 0, tried: 200 });
  });

  it('reads a generator only as far as tasks can start', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 4, clock });
    let read = 0;
    function* keys(): Generator<number> {
      while (read < 100) yield read++;
    }

    const report = scheduler.run(keys(), () => sleepOn(clock)(10));

    expect(read).toBe(4);
    await clock.advance(10);
    expect(read).toBe(8);
    expect((await drive(clock, report)).stats.tried).toBe(100);
  });

  it('holds nothing per key without collect', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 6 });

    const report = await scheduler.run(
      numbers(1_000),
      async (key) => {
        if (key % 2 === 0) throw new Error('even');
      },
      { collect: false },
    );

    expect(report).toMatchObject({ skipped: [], stats: { tried: 1_000, succeeded: 500, failed: 500 } });
    expect(report.results.size + report.failures.size).toBe(0);
  });

  it('takes keys of an async iterable as they come', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
    const begun: [number, number][] = [];

    const report = await drive(
      clock,
      scheduler.run(later(clock, 20, 100), async (key) => {
        begun.push([key, clock.now()]);
        await sleepOn(clock)(10);
        return key;
      }),
    );

    expect(begun).toEqual(numbers(20).map((key) => [key, (key + 1) * 100]));
    expect(report.results.size).toBe(20);
  });

  it('ends with what it has when the iterable throws', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    function* keys(): Generator<number> {
      yield 1;
      yield 2;
      throw new Error('list is gone');
    }
    async function* asyncKeys(): AsyncGenerator<number> {
      yield* keys();
    }

    for (const source of [keys(), asyncKeys()]) {
      const report = await scheduler.run(source, async (key) => key);
      expect([...report.results.keys()]).toEqual([1, 2]);
      expect(report.stopped).toMatchObject({ reason: 'source-error', error: new Error('list is gone') });
    }
  });

  it('ends an iterable that is left early', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
    let isEnded = false;
    function* keys(): Generator<number> {
      try {
        for (let key = 0; ; key++) yield key;
      } finally {
        isEnded = true;
      }
    }
    const report = scheduler.run(keys(), () => sleepOn(clock)(1), { signal: controller.signal });
    await clock.advance(3);

    controller.abort(new Error('enough'));

    expect((await report).stopped).toMatchObject({ reason: 'aborted', error: new Error('enough'), successRate: 1 });
    expect(isEnded).toBe(true);
  });

  it('reports what an iterable throws that is left early, and still gives the report', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const reported: unknown[] = [];
    const onError = (error: unknown, context: unknown): void => void reported.push([error, context]);
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock, onError });
    let key = 0;
    const keys: IterableIterator<number> = {
      [Symbol.iterator]: () => keys,
      next: () => ({ done: false, value: key++ }),
      return() {
        throw new Error('cannot end');
      },
    };
    const report = scheduler.run(keys, () => sleepOn(clock)(1), { signal: controller.signal });
    await clock.advance(3);

    controller.abort(new Error('enough'));

    expect((await report).stopped).toMatchObject({ reason: 'aborted' });
    expect(reported).toEqual([[new Error('cannot end'), { operation: 'source' }]]);
  });

  it('gives an abort at once: what runs fails with the reason, what is left is skipped', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 3, clock });
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const report = scheduler.run(
      numbers(10),
      async (key, { signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        await sleepOn(clock)(key < 3 ? 10 : 1_000);
        return key;
      },
      { signal: controller.signal },
    );
    await clock.advance(20);

    controller.abort('stop');

    const { failures, results, skipped, stats } = await report;
    expect([...results.keys()]).toEqual([0, 1, 2]);
    expect([...failures]).toEqual([3, 4, 5].map((key) => [key, 'stop']));
    expect(skipped).toEqual([6, 7, 8, 9]);
    expect(stats.tried).toBe(6);
    expect(reasons).toEqual(['stop', 'stop', 'stop']);
    expect(scheduler.stats().running).toBe(0);
  });

  it('starts nothing when the signal has fired before', async () => {
    const scheduler = new AdaptiveScheduler();

    const report = await scheduler.run([1, 2], () => expect.unreachable(), { signal: AbortSignal.abort('early') });

    expect(report).toMatchObject({ skipped: [1, 2], stopped: { reason: 'aborted', successRate: 0, error: 'early' } });
  });

  it('counts a result that isSuccess refuses as a failure, and one it throws at as well', async () => {
    const errors: unknown[] = [];
    const scheduler = new AdaptiveScheduler({
      concurrency: 2,
      isSuccess: (rows: number[]) => {
        if (rows.length > 2) throw new Error('too long');
        return rows.length > 0;
      },
      onError: (error, context) => void errors.push([error, context]),
    });

    const report = await scheduler.run([0, 1, 3], async (key) => numbers(key));

    expect([...report.results]).toEqual([[1, [0]]]);
    expect([...report.failures]).toEqual([
      [0, []],
      [3, [0, 1, 2]],
    ]);
    expect(errors).toEqual([[new Error('too long'), { operation: 'isSuccess' }]]);
    expect(scheduler.stats().errors).toBe(1);
  });

  it('takes keys of highest priority first within the lookahead', async () => {
    const order: number[] = [];
    const scheduler = new AdaptiveScheduler({ concurrency: 1, lookahead: 4, priority: (key: number) => key });

    await scheduler.run([1, 5, 3, 4, 9, 2], async (key) => void order.push(key));

    expect(order).toEqual([5, 9, 4, 3, 2, 1]);
  });

  it('runs several lists and submitted tasks within one limit', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 5, clock });
    let running = 0;
    let most = 0;
    const task = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleepOn(clock)(10);
      running--;
    };

    const all = Promise.all([
      scheduler.run(numbers(50), task),
      scheduler.run(numbers(50), task),
      ...numbers(50).map(() => scheduler.submit(task)),
    ]);
    await drive(clock, all);

    expect(most).toBe(5);
    expect(clock.now()).toBeGreaterThanOrEqual(300);
    expect(scheduler.stats()).toMatchObject({ tried: 100, submitted: 50, succeeded: 150 });
  });

  it('starts nothing while paused, and goes on when resumed', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
    let started = 0;
    const report = scheduler.run(numbers(6), async () => {
      started++;
      await sleepOn(clock)(10);
    });
    scheduler.pause();
    await clock.advance(100);
    expect(started).toBe(2);
    expect(scheduler.explain()).toContain('paused by pause()');

    scheduler.resume();

    expect((await drive(clock, report)).stats.tried).toBe(6);
  });

  it('ends lists and refuses new ones when closed', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    const report = scheduler.run([1, 2], () => sleepOn(clock)(1_000));
    const waiting = scheduler.submit(() => sleepOn(clock)(5));

    await scheduler.close();

    expect((await report).stopped?.reason).toBe('closed');
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(scheduler.submit(async () => 1)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(() => scheduler.run([1], () => 1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await expect(scheduler.close()).resolves.toBeUndefined();
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });

  it.each([
    ['keys', () => new AdaptiveScheduler().run(5 as never, () => 1)],
    ['task', () => new AdaptiveScheduler().run([1], 'task' as never)],
    ['run: weight', () => new AdaptiveScheduler().run([1], () => 1, { weight: 3 as never })],
    ['submit: weight', () => new AdaptiveScheduler().submit(() => 1, { weight: 0 })],
    ['submit: deadline', () => new AdaptiveScheduler().submit(() => 1, { deadline: Number.NaN })],
    ['submit: priority', () => new AdaptiveScheduler().submit(() => 1, { priority: Number.NaN })],
    ['submit: class', () => new AdaptiveScheduler().submit(() => 1, { class: 'none' })],
    ['submit: weigth', () => new AdaptiveScheduler().submit(() => 1, { weigth: 1 } as never)],
    ['concurrency', () => new AdaptiveScheduler({ concurrency: 0 })],
    ['concurrency.min', () => new AdaptiveScheduler({ concurrency: { min: 9, max: 3 } })],
    ['concurrency.initial', () => new AdaptiveScheduler({ concurrency: { max: 3, initial: 5 } })],
    ['classes', () => new AdaptiveScheduler({ classes: { a: { reserved: 0.6 }, b: { reserved: 0.4 } } })],
    ['timeout', () => new AdaptiveScheduler({ timeout: 0 })],
    ['rateLimit', () => new AdaptiveScheduler({ rateLimit: {} as never })],
    ['unknown option', () => new AdaptiveScheduler({ concurency: 1 } as never)],
  ])('names what is wrong: %s', (name, call) => {
    expect(call).toThrow(name);
  });
});

describe('a stream', () => {
  it('yields every outcome as it comes, and returns the report', async () => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ concurrency: 3, clock });
    const stream = scheduler.stream([30, 10, 20], async (key) => {
      await sleepOn(clock)(key);
      if (key === 20) throw new Error('no');
      return key + 1;
    });
    const items: unknown[] = [];
    const read = (async () => {
      for (;;) {
        const next = await stream.next();
        if (next.done === true) return next.value;
        items.push(next.value);
      }
    })();

    const report = await drive(clock, read, 5);

    expect(items).toEqual([
      { key: 10, value: 11 },
      { key: 20, error: new Error('no') },
      { key: 30, value: 31 },
    ]);
    expect(report.stats).toMatchObject({ tried: 3, succeeded: 2, failed: 1 });
  });

  it('holds the list up while its reader is slow', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    let started = 0;
    const stream = scheduler.stream(numbers(100), async () => ++started);

    await stream.next();
    await new Promise((resolve) => setImmediate(resolve));

    expect(started).toBeLessThanOrEqual(6);
    let read = 1;
    for await (const item of stream) if (item.error === undefined) read++;
    expect(read).toBe(100);
    expect(started).toBe(100);
  });

  it('ends the list when the loop is left', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 2 });
    let started = 0;

    for await (const { key } of scheduler.stream(numbers(100), async () => ++started)) {
      if (key === 3) break;
    }

    await scheduler.onIdle();
    expect(started).toBeLessThan(12);
    expect(scheduler.stats()).toMatchObject({ running: 0, lists: 0 });
  });
});
