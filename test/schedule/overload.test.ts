import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { AlignedLimiter } from './support/aligned-limiter.js';
import { drive } from './support/drive.js';

const PER_SECOND = 100;

/** Three times as many data requests as the venue takes, and a cancel now and then; waits of the cancels. */
async function overload(reserved: number): Promise<{ waits: number[]; data: number }> {
  const clock = new VirtualClock();
  const scheduler = new AdaptiveScheduler({
    concurrency: 20,
    rateLimit: new AlignedLimiter(clock, PER_SECOND),
    classes: { cancels: { reserved }, data: {} },
    clock,
  });
  const request = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 50));
  const waits: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let time = 0; time < 10_000; time += 10) {
    for (let each = 0; each < 3; each++) all.push(scheduler.submit(request, { class: 'data' }));
    if (time % 170 === 0) {
      const submittedAt = clock.now();
      const cancel = (): Promise<void> => {
        waits.push(clock.now() - submittedAt);
        return request();
      };
      all.push(scheduler.submit(cancel, { class: 'cancels', priority: 1 }));
    }
    await clock.advance(10);
  }
  const data = scheduler.stats().succeeded - waits.length;
  await drive(clock, Promise.all(all));
  return { waits: waits.toSorted((a, b) => a - b), data };
}

describe('under three times the load of data requests', () => {
  it('a cancel of a reserved class waits for less than one start of the window', async () => {
    const { data, waits } = await overload(0.1);

    expect(waits).toHaveLength(59);
    expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThanOrEqual(1_000 / PER_SECOND);
    // The rest of the window goes to the data requests.
    expect(data).toBeGreaterThan(850);
  });

  it('waits for the next window without a reserve', async () => {
    const { waits } = await overload(0);

    expect(waits.at(-1)).toBeGreaterThan(100);
  });
});
