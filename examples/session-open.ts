// The first call per symbol at the open of a session, with and without `warm` before it.
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';

const SYMBOLS = Array.from({ length: 200 }, (_, index) => `SYM${index}USDT`);
/** Milliseconds that the first call of each symbol takes, all of them made at the open. */
async function firstCalls(isWarmed: boolean): Promise<number[]> {
  const clock = new VirtualClock(Date.UTC(2024, 7, 9, 13, 29));
  let state = 1;
  const features = memo(
    async function features(symbol: string): Promise<string> {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // A history request takes 20 to 100 ms.
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 20 + (80 * state) / 2 ** 32));
      return `features of ${symbol}`;
    },
    { ttl: 300_000, clock, ioClock: clock },
  );
  if (isWarmed) {
    // Ten requests at a time, as many as the venue allows, and done before anybody waits for them.
    const warming = features.warm(
      SYMBOLS.map((symbol) => [symbol]),
      { concurrency: 10 },
    );
    const ready = warming.then((report) => ({ ...report, readyAfter: clock.now() }));
    while (features.stats().loads < SYMBOLS.length) await clock.advance(10);
    await clock.advance(100);
    console.log('warm, in ms:', await ready);
  }

  const calls = SYMBOLS.map(async (symbol) => {
    const start = clock.now();
    await features(symbol);
    return clock.now() - start;
  });
  await clock.advance(10_000);
  return await Promise.all(calls);
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? NaN;
}

for (const isWarmed of [false, true]) {
  const times = await firstCalls(isWarmed);
  const [median, p99] = [percentile(times, 0.5), percentile(times, 0.99)].map((time) => time.toFixed(0));
  console.log(`first call ${isWarmed ? 'after warm' : 'without warm'}: median ${median} ms, p99 ${p99} ms`);
}
