import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler, type BreakerGate, type RateGate } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const START = Date.UTC(2024, 7, 8);

/** An answer of status 429 with headers, as several clients show it. */
const REFUSALS: Record<string, (headers: Record<string, string>) => unknown> = {
  'a fetch Response': (headers) => ({ status: 429, headers: new Headers(headers) }),
  'an error with a status': (headers) => Object.assign(new Error('429'), { status: 429, headers }),
  'an axios error': (headers) => Object.assign(new Error('429'), { response: { status: 429, headers } }),
  'an undici answer': (headers) => ({ statusCode: 429, headers }),
  'an IP ban': (headers) => Object.assign(new Error('418'), { status: 418, headers }),
};
const WAITS: Record<string, { header: string; wait: number }> = {
  seconds: { header: '7', wait: 7_000 },
  'a date': { header: new Date(START + 7_000).toUTCString(), wait: 7_000 },
  'two minutes, uncapped': { header: '120', wait: 120_000 },
};

describe('a refusal', () => {
  describe.each(Object.entries(REFUSALS))('as %s', (_, refusal) => {
    it.each(Object.entries(WAITS))(
      'pauses its endpoint for Retry-After in %s; the task is called again first',
      async (__, { header, wait }) => {
        const clock = new VirtualClock(START);
        const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
        const calls: [key: string, time: number, attempt: number][] = [];
        let isRefusing = true;
        const run = scheduler.run(
          ['depth:1', 'depth:2', 'depth:3', 'time:1', 'time:2', 'time:3', 'depth:4'],
          async (key, { attempt }) => {
            calls.push([key, clock.now(), attempt]);
            if (key === 'depth:2' && isRefusing) {
              isRefusing = false;
              const answer = refusal({ 'retry-after': header });
              if (answer instanceof Error) throw answer;
              return answer;
            }
            await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
            return key;
          },
          { endpoint: (key) => key.split(':')[0] ?? '' },
        );

        const report = await drive(clock, run);

        const depth = calls.filter(([key]) => key.startsWith('depth'));
        const times = calls.filter(([key]) => key.startsWith('time'));
        expect(depth.slice(0, 2).map(([key, time]) => [key, time])).toEqual([
          ['depth:1', 0],
          ['depth:2', 0],
        ]);
        for (const [, time] of depth.slice(2)) expect(time).toBeGreaterThanOrEqual(wait);
        expect(depth[2]?.[0]).toBe('depth:2');
        expect(depth[2]?.[2]).toBe(1);
        for (const [, time] of times) expect(time).toBeLessThan(100);
        expect(report.results.size).toBe(7);
        expect(report.stats).toMatchObject({ throttled: 1, retried: 0 });
        expect(clock.now()).toBeLessThan(wait + 2_000);
        expect(scheduler.stats().throttled).toBe(1);
      },
    );
  });

  it('pauses submitted tasks of its endpoint, and lets others pass', async () => {
    const clock = new VirtualClock(START);
    const scheduler = new AdaptiveScheduler({ concurrency: 2, clock });
    let calls = 0;
    const refused = scheduler.submit(
      () => {
        calls++;
        if (calls === 1) throw Object.assign(new Error('429'), { status: 429, pauseFor: 5_000 });
        return clock.now();
      },
      { endpoint: 'orders' },
    );
    const behind = scheduler.submit(() => clock.now(), { endpoint: 'orders', priority: 5 });
    const other = scheduler.submit(() => clock.now(), { endpoint: 'time' });

    expect(await other).toBe(0);
    expect(await drive(clock, refused)).toBeGreaterThanOrEqual(5_000);
    expect(await behind).toBeGreaterThanOrEqual(0);
    expect(calls).toBe(2);
  });

  it('fails its task after ten in a row', async () => {
    const clock = new VirtualClock(START);
    const scheduler = new AdaptiveScheduler({ concurrency: 1, clock });
    let calls = 0;

    const report = await drive(
      clock,
      scheduler.run(['BTC'], () => {
        calls++;
        throw Object.assign(new Error('429'), { status: 429, pauseFor: 10 });
      }),
    );

    expect(calls).toBe(11);
    expect(report.failures.get('BTC')).toMatchObject({ status: 429 });
    expect(report.stats).toMatchObject({ throttled: 10, failed: 1 });
  });

  it('teaches the limit, which is then kept', async () => {
    const clock = new VirtualClock(START);
    const scheduler = new AdaptiveScheduler({ concurrency: 20, clock });
    const perSecond = new Map<number, number>();
    let refusals = 0;

    const report = await drive(
      clock,
      scheduler.run(numbers(500), async (key) => {
        const second = Math.floor(clock.now() / 1_000);
        const used = perSecond.get(second) ?? 0;
        if (used >= 50) {
          refusals++;
          throw Object.assign(new Error('429'), { status: 429, pauseFor: 1_000 - (clock.now() % 1_000) });
        }
        perSecond.set(second, used + 1);
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 50));
        return key;
      }),
    );

    expect(report.results.size).toBe(500);
    expect(refusals).toBeLessThanOrEqual(20);
    expect(scheduler.stats()).toMatchObject({ learnedInterval: 1_000 });
    expect(scheduler.stats().learnedLimit).toBeGreaterThanOrEqual(40);
    expect(scheduler.stats().learnedLimit).toBeLessThanOrEqual(50);
    expect(scheduler.explain()).toMatch(/learned at most \d+ per 1000 ms/);
    expect(report.stats.duration).toBeLessThan(14_000);
  });

  it('lets lighter tasks pass a heavy one, and the heavy one be first when there is room', async () => {
    const clock = new VirtualClock();
    let used = 8;
    const limiter: RateGate = {
      tryAcquire(weight = 1) {
        if (used + weight > 10) return 1_000 - (clock.now() % 1_000);
        used += weight;
        return 0;
      },
      observe: () => undefined,
    };
    const reset = (): void => {
      used = 0;
      if (clock.now() < 5_000) clock.setTimeout(reset, 1_000);
    };
    clock.setTimeout(reset, 999);
    const scheduler = new AdaptiveScheduler({ concurrency: 10, rateLimit: limiter, clock });
    const order: string[] = [];

    await drive(
      clock,
      scheduler.run(['a1', 'b5', 'c1', 'd5', 'e1'], async (key) => void order.push(key), {
        weight: (key) => Number(key.slice(1)),
      }),
    );

    expect(order).toEqual(['a1', 'c1', 'b5', 'd5', 'e1']);
  });

  it('fails a task that the limiter can never let through, and goes on', async () => {
    const limiter: RateGate = {
      tryAcquire(weight = 1) {
        if (weight > 10) throw new Error('never fits');
        return 0;
      },
      observe: () => undefined,
    };
    const scheduler = new AdaptiveScheduler({ concurrency: 2, rateLimit: limiter });

    const report = await scheduler.run([1, 50, 2], async (key) => key, { weight: (key) => key });

    expect([...report.results.keys()]).toEqual([1, 2]);
    expect(report.failures.get(50)).toEqual(new Error('never fits'));
    await expect(scheduler.submit(() => 1, { weight: 50 })).rejects.toThrow('never fits');
  });

  it('tells a limiter what answers say', async () => {
    const seen: unknown[] = [];
    const limiter: RateGate = { tryAcquire: () => 0, observe: (feedback) => void seen.push(feedback) };
    const scheduler = new AdaptiveScheduler({ concurrency: 1, rateLimit: limiter });
    const headers = { 'x-mbx-used-weight-1m': '5990' };

    await scheduler.submit(() => ({ status: 200, headers }), { endpoint: 'depth' });

    expect(seen).toEqual([{ status: 200, headers, endpoint: 'depth' }]);
  });
});

describe('a breaker', () => {
  const breakerOf = (state: { current: BreakerGate['state'] }) => {
    const ended: [number, boolean][] = [];
    let token = 0;
    const breaker: BreakerGate = {
      get state() {
        return state.current;
      },
      tryBegin: () => (state.current === 'closed' ? ++token : -1),
      end: (began, isSuccess) => void ended.push([began, isSuccess]),
    };
    return { breaker, ended };
  };

  it('is told every outcome, a refusal for the rate as a success', async () => {
    const { breaker, ended } = breakerOf({ current: 'closed' });
    const scheduler = new AdaptiveScheduler({ concurrency: 1, breaker });

    await scheduler.run([1, 2, 3], (key, { attempt }) => {
      if (key === 2) throw new Error('down');
      if (key === 3 && ended.length === 2) throw Object.assign(new Error('429'), { status: 429, pauseFor: 1 });
      return attempt;
    });

    expect(ended).toEqual([
      [1, true],
      [2, false],
      [3, true],
      [4, true],
    ]);
  });

  it('that is open ends a list with what it has, and refuses submitted tasks', async () => {
    const state: { current: BreakerGate['state'] } = { current: 'closed' };
    const { breaker } = breakerOf(state);
    const scheduler = new AdaptiveScheduler({ concurrency: 1, breaker });

    const report = await scheduler.run([1, 2, 3, 4], (key) => {
      if (key === 2) state.current = 'open';
      return key;
    });

    expect([...report.results.keys()]).toEqual([1, 2]);
    expect(report.skipped).toEqual([3, 4]);
    expect(report.stopped).toEqual({ reason: 'circuit-open', successRate: 1 });
    await expect(scheduler.submit(() => 1)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(scheduler.stats().running).toBe(0);
  });
});

it.each(['1e308', '-5', 'Infinity', '0x', '9'.repeat(1_000_000)])(
  'a Retry-After of nonsense stops nothing for ever',
  async (text) => {
    const clock = new VirtualClock();
    const scheduler = new AdaptiveScheduler({ clock });
    let calls = 0;
    const refusal = { status: 429, headers: { 'retry-after': text } };

    const answer = scheduler.submit(() => (++calls === 1 ? Promise.reject(refusal) : 'answer'));

    await expect(drive(clock, answer)).resolves.toBe('answer');
  },
);
