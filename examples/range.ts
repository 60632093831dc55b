/**
 * Candles that are loaded once: a bot asks for its last 500 bars every second, and the venue is asked for what is new.
 * Run: npm run example -- range
 */
import { VirtualClock } from 'tickwise/core';
import { memoRange } from 'tickwise/memo';

const MINUTE = 60_000;

// Market time, as in a replay: which bar is open follows it.
const clock = new VirtualClock(Date.UTC(2024, 7, 8, 12));

/** A venue that returns at most 200 bars, the newest of a range first, and had no trade between 08:00 and 08:30. */
const venue = {
  requests: 0,
  bars: 0,
  async fetchOHLCV(symbol: string, from: number, to: number): Promise<number[][]> {
    this.requests++;
    const bars: number[][] = [];
    for (let time = from; time < to && time <= clock.wallTime(); time += MINUTE) {
      const hour = (time / (60 * MINUTE)) % 24;
      if (hour < 8 || hour >= 8.5)
        bars.push([time, symbol.length * 10_000 + Math.min(clock.wallTime() - time, MINUTE)]);
    }
    const newest = bars.slice(-200).toReversed();
    this.bars += newest.length;
    return newest;
  },
};

const candles = memoRange(
  function candles(symbol: string, from: number, to: number) {
    return venue.fetchOHLCV(symbol, from, to);
  },
  { step: MINUTE, limit: 200, clock },
);

const lastBars = (): Promise<number[][]> => candles('BTC/USDT', clock.wallTime() - 500 * MINUTE, clock.wallTime() + 1);

const first = await lastBars();
console.log(`${first.length} bars of 500 minutes, in order: ${String(isAscending(first))}`);
console.log(`first call: ${venue.requests} requests, ${venue.bars} bars`);

let asked = 0;
for (let second = 0; second < 3_600; second++) {
  asked += (await lastBars()).length;
  await clock.advance(1_000);
}
console.log(`an hour of polling: ${asked} bars asked for, ${venue.bars} sent by the venue`);

const [before] = await Promise.all(
  Array.from({ length: 100 }, () => candles('ETH/USDT', clock.wallTime() - 5 * MINUTE, clock.wallTime())),
);
const { coalesced, hits, misses } = candles.stats();
console.log(`100 models at once: ${before?.length ?? 0} bars each`, { hits, misses, coalesced });

const morning = Date.UTC(2024, 7, 8, 7, 58);
for (const { from, to, state } of candles.explain('BTC/USDT', morning, morning + 35 * MINUTE).intervals) {
  console.log(new Date(from).toISOString().slice(11, 16), new Date(to).toISOString().slice(11, 16), state);
}

function isAscending(rows: readonly (readonly number[])[]): boolean {
  return rows.every(([time = NaN], index) => index === 0 || time > (rows[index - 1]?.[0] ?? NaN));
}
