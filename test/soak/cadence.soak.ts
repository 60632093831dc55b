import { systemClock } from 'tickwise';
import { Cadence } from 'tickwise/schedule';
import { expect, it } from 'vitest';

const PERIOD = 100;
const TICKS = 600;

/** Keeps the event loop busy for 15 ms, twice a second. */
function startBlocks(): Disposable {
  const block = (): void => {
    const end = systemClock.now() + 15;
    while (systemClock.now() < end) {
      // Busy.
    }
    timer = systemClock.setTimeout(block, 485);
  };
  let timer = systemClock.setTimeout(block, 485);
  return { [Symbol.dispose]: () => timer.cancel() };
}

it(`runs ${TICKS} times in ${(TICKS * PERIOD) / 1_000} s of the system clock, never early, without drift`, async () => {
  const lateness: number[] = [];
  const slots: number[] = [];
  let missed = 0;
  const blocks = startBlocks();
  // A machine that stands still for longer than a period makes it catch up.
  const cadence = new Cadence({ period: PERIOD, missed: 'catch-up' });

  await new Promise<void>((resolve) => {
    const running = cadence.start({
      job: (slot) => {
        lateness.push(Date.now() - slot.scheduled);
        slots.push(slot.scheduled);
        missed += slot.missed;
        if (slots.length < TICKS) return;
        running[Symbol.dispose]();
        resolve();
      },
    });
  });
  blocks[Symbol.dispose]();

  const first = slots[0] ?? 0;
  const sorted = lateness.toSorted((a, b) => a - b);
  // What is late is late by the load of the machine; what drifts is late always, and the more the later.
  const end = Math.min(...lateness.slice(-50));
  console.log({ median: sorted[TICKS / 2], p99: sorted[Math.floor(TICKS * 0.99)], end, missed });
  expect(slots).toEqual(Array.from({ length: TICKS }, (_, index) => first + index * PERIOD));
  expect(missed).toBe(0);
  expect(sorted[0]).toBeGreaterThanOrEqual(0);
  expect(end).toBeLessThan(2);
});
