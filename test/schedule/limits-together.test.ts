import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler, CircuitBreaker, RateLimiter } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

/** A venue that counts weight by its own seconds, refuses what is above, and answers after 60 ms. */
function venueOf(clock: VirtualClock, limit: number) {
  const seen = { calls: 0, refused: 0, most: 0 };
  let second = -1;
  let used = 0;
  const call = async (weight: number): Promise<{ status: number; headers: Record<string, string> }> => {
    const now = Math.floor(clock.wallTime() / 1_000);
    if (now !== second) used = 0;
    second = now;
    used += weight;
    seen.calls++;
    seen.most = Math.max(seen.most, used);
    if (used > limit) seen.refused++;
    const status = used > limit ? 429 : 200;
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 60));
    return { status, headers: { 'retry-after': '1' } };
  };
  return { seen, call };
}

describe('a scheduler that was told a limit', () => {
  it('gets a list done by the limiter without one request too many', async () => {
    const clock = new VirtualClock(1_700_000_000_370);
    const { call, seen } = venueOf(clock, 40);
    const rateLimit = new RateLimiter({ windows: [{ limit: 40, interval: 1_000, alignment: 'clock' }], clock });
    const scheduler = new AdaptiveScheduler({ rateLimit, clock });
    const weightOf = (key: number): number => [1, 2, 5][key % 3] ?? 1;

    const done = scheduler.run(
      Array.from({ length: 150 }, (_, index) => index),
      (key) => call(weightOf(key)),
      {
        weight: weightOf,
      },
    );
    await clock.advance(15_000);
    const report = await done;

    expect(report.results.size).toBe(150);
    expect(seen).toMatchObject({ calls: 150, refused: 0 });
    expect(seen.most).toBeLessThanOrEqual(40);
    expect(rateLimit.stats()).toMatchObject({ started: 150, weight: 400, observed: 150 });
    await scheduler.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('pauses what the limiter pauses when another process has used the limit up', async () => {
    const clock = new VirtualClock();
    const rateLimit = new RateLimiter({ windows: [{ limit: 40, interval: 1_000 }], clock });
    const scheduler = new AdaptiveScheduler({ rateLimit, clock });
    const starts: number[] = [];
    let isFirst = true;

    const done = scheduler.run([1, 2, 3], async () => {
      starts.push(clock.now());
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
      const status = isFirst ? 429 : 200;
      isFirst = false;
      return { status, headers: { 'retry-after': '7' } };
    });
    await clock.advance(20_000);
    const report = await done;

    expect(report.results.size).toBe(3);
    expect(starts.filter((at) => at > 20 && at < 7_000)).toEqual([]);
    expect(rateLimit.stats().pauses).toBe(1);
  });

  it('stops at a breaker that opens, and its calls are the breaker’s', async () => {
    const clock = new VirtualClock();
    const breaker = new CircuitBreaker({ window: 5, openFor: 60_000, clock });
    const scheduler = new AdaptiveScheduler({ breaker, concurrency: 1, clock });
    let calls = 0;

    const done = scheduler.run(
      Array.from({ length: 100 }, (_, index) => index),
      () => {
        calls++;
        throw new Error('down');
      },
    );
    await clock.advance(1_000);
    const report = await done;

    expect(breaker.state).toBe('open');
    expect(report.stopped?.reason).toBe('circuit-open');
    expect(calls).toBe(5);
    expect(breaker.stats()).toMatchObject({ calls: 5, failed: 5, running: 0 });
  });
});
