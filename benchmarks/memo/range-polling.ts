import type { Clock } from 'tickwise/core';
import { memo, memoRange } from 'tickwise/memo';
import type { Benchmark, Instance } from '../runner/contract.js';

const MINUTE = 60_000;
const SECOND = 1_000;
const BARS = 500;
const START = Date.UTC(2024, 7, 8);

/** A candle as ccxt returns it: time, open, high, low, close, volume. */
type Bar = readonly number[];
type Load = (symbol: string, from: number, to: number) => Promise<Bar[]>;

function barAt(time: number, now: number): Bar {
  const age = Math.min(now - time, MINUTE);
  const open = 60_000 + ((time / MINUTE) % 977);
  return [time, open, open + age / 500, open - age / 1_000, open + age / 1_200, age / 7];
}

function barsOf(from: number, to: number, now: number): Bar[] {
  const bars: Bar[] = [];
  for (let time = Math.ceil(from / MINUTE) * MINUTE; time < to && time <= now; time += MINUTE) {
    bars.push(barAt(time, now));
  }
  return bars;
}

/** A clock that moves by one second per operation. */
class PollClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  wallTime(): number {
    return START + this.time;
  }
  setTimeout(): never {
    throw new Error('nothing here waits');
  }
}

/** Asks for the last 500 bars once a second; the answer is what the last poll got. */
function polls(cached: (load: Load, clock: Clock) => Load): Instance {
  const clock = new PollClock();
  // What comes over the network has to be parsed.
  const load: Load = async (_, from, to) => JSON.parse(JSON.stringify(barsOf(from, to, clock.wallTime()))) as Bar[];
  const ask = cached(load, clock);
  let last: Bar[] = [];
  return {
    async run(operations) {
      for (let done = 0; done < operations; done++) {
        clock.time += SECOND;
        const to = clock.wallTime();
        last = await ask('BTC/USDT', to - BARS * MINUTE, to);
      }
    },
    answer: () => last,
  };
}

/** The least: one array, the open bar replaced each second, a bar added each minute. */
function byHand(load: Load): Load {
  const bars: Bar[] = [];
  return async (symbol, from, to) => {
    const newest = bars.at(-1)?.[0] ?? from;
    const [first, ...others] = await load(symbol, newest, to);
    if (first !== undefined) bars[Math.max(bars.length - 1, 0)] = first;
    bars.push(...others);
    while ((bars[0]?.[0] ?? from) < from) bars.shift();
    return [...bars];
  };
}

export default {
  question: `how much work is it to ask for the last ${BARS} bars once a second?`,
  operation: 'poll',
  checkOperations: 1_000,
  reference(operations) {
    const now = START + operations * SECOND;
    return barsOf(now - BARS * MINUTE, now, now);
  },
  note:
    'The venue is in this process: a load costs what it takes to write and to parse its JSON, and no network time. ' +
    `The range cache and the code by hand load 1 to 2 bars per poll, all others ${BARS}. ` +
    'By hand there is one series, nothing settles, and a bar the venue corrects, or has a moment late, is lost.',
  contenders: [
    {
      name: 'memoRange',
      ours: true,
      setup: () => polls((load, clock) => memoRange(load, { step: MINUTE, clock, ioClock: clock })),
    },
    {
      name: 'memo, 1 s, all arguments',
      setup: () => polls((load, clock) => memo(load, { ttl: SECOND, maxEntries: 10, clock, ioClock: clock })),
    },
    { name: 'no cache', setup: () => polls((load) => load) },
    { name: 'one array by hand', floor: true, setup: () => polls(byHand) },
  ],
} satisfies Benchmark;
