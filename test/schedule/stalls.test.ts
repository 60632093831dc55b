import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';
import { OFFSET, type Regime, SimulatedExchange, SYMBOLS } from './support/exchange.js';
import { randomOf } from './support/random.js';
import { randomStalls, StallingClock } from './support/stalling-clock.js';

const REGIME: Regime = { name: 'concurrency-bound', capacity: () => 20, rate: 1_000 };
const LATER = 120_000;

/** Time for all symbols of a process that begins to be held up half the time, from `from` on; and what it was. */
async function timeOf(seed: number, from: number, concurrency?: number): Promise<number> {
  const clock = new VirtualClock(OFFSET);
  const stalls = randomStalls(randomOf(seed), LATER, 20, 150).filter((stall) => stall.from >= from);
  const own = new StallingClock(clock, stalls);
  const exchange = new SimulatedExchange(clock, REGIME, seed);
  const scheduler = new AdaptiveScheduler({ clock: own, ...(concurrency !== undefined && { concurrency }) });
  // The answer is there when the venue gives it, and read when the process gets to it.
  const ask = async (symbol: number, context: { attempt: number }): Promise<unknown> => {
    const [answer] = await Promise.allSettled([exchange.request(symbol, { attempt: context.attempt })]);
    await new Promise<void>((resolve) => own.setTimeout(resolve, 0));
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  };
  const symbols = Array.from({ length: SYMBOLS }, (_, symbol) => symbol);
  const report = await drive(clock, scheduler.run(symbols, ask));
  expect(report.results.size + report.failures.size).toBe(SYMBOLS);
  expect(exchange.refused).toBeLessThanOrEqual(3);
  return report.stats.duration;
}

describe('a process that is held up for half of the time', () => {
  it.each([11, 12, 13, 14, 15, 16])('is not taken for a slow venue (seed %i)', async (seed) => {
    const told = await timeOf(seed, 0, 20);

    const adaptive = await timeOf(seed, 0);
    const later = await timeOf(seed, 3_000);

    // Twenty at once are the best there is for this venue in a process that is never held up.
    expect(adaptive).toBeLessThan(1.3 * told);
    expect(later).toBeLessThan(1.3 * told);
  });
});

it('a process whose requests all wait for a venue is not woken meanwhile', async () => {
  const clock = new VirtualClock();
  const scheduler = new AdaptiveScheduler({ clock });
  let calls = 0;
  const done = scheduler.submit(() => (++calls === 1 ? Promise.reject({ status: 429, pauseFor: 60_000 }) : 'answer'));

  await clock.advance(1_000);

  // The one that ends the pause.
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(60_000);
  await expect(done).resolves.toBe('answer');
  expect(clock.pendingTimers).toBe(0);
});
