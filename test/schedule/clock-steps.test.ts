import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler, RateLimiter } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const START = Date.UTC(2024, 7, 8);
const HOUR = 3_600_000;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a step of the wall time', () => {
  it.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s neither shortens nor lengthens the pause after a refusal', async (_, step) => {
    const clock = new VirtualClock(START);
    const scheduler = new AdaptiveScheduler({ clock });
    const headers = { 'retry-after': new Date(START + 7_000).toUTCString() };
    const calls: number[] = [];

    const answer = scheduler.submit(() => {
      calls.push(clock.now());
      if (calls.length === 1) throw Object.assign(new Error('429'), { status: 429, headers });
      return 'answer';
    });
    await clock.advance(1_000);
    clock.stepWallTime(step);
    await drive(clock, answer, 100);

    expect(calls[0]).toBe(0);
    expect(calls[1]).toBeGreaterThanOrEqual(7_000);
    expect(calls[1]).toBeLessThan(7_100);
  });

  it.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s lets a list with aligned windows go on within a window', async (_, step) => {
    const clock = new VirtualClock(START);
    const rateLimit = new RateLimiter({ windows: [{ limit: 5, interval: 1_000, alignment: 'clock' }], clock });
    const scheduler = new AdaptiveScheduler({ concurrency: 2, rateLimit, clock });
    const starts: number[] = [];

    const run = scheduler.run(numbers(40), () => void starts.push(clock.now()));
    await clock.advance(2_500);
    clock.stepWallTime(step);
    const { results } = await drive(clock, run, 100);

    expect(results.size).toBe(40);
    expect(clock.now()).toBeLessThan(9_200);
    // A step may begin a window early; nothing else may put more than two windows' worth into a second.
    for (const start of starts) {
      expect(starts.filter((at) => at >= start && at < start + 1_000).length).toBeLessThanOrEqual(10);
    }
  });
});

describe('a Retry-After of many years', () => {
  it('pauses one endpoint, says so, and ends with the deadline of whoever waits', async () => {
    const clock = new VirtualClock(START);
    const scheduler = new AdaptiveScheduler({ clock });
    const headers = { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' };
    const refused = scheduler.submit(() => Promise.reject({ status: 429, headers }), { deadline: 5_000 });
    const outcome = Promise.allSettled([refused]);
    await clock.advance(10);

    const other = await scheduler.submit(() => 'answer', { endpoint: 'time' });
    const explanation = scheduler.explain();
    await clock.advance(5_000);

    expect(await outcome).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_DEADLINE' } }]);
    expect(other).toBe('answer');
    expect(explanation).toMatch(/paused for \d{13} ms after a refusal/u);
    expect(scheduler.stats()).toMatchObject({ throttled: 1, expired: 1, queued: 0 });
    await scheduler.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
