import { memo, memoRange } from 'tickwise/memo';
import type { Benchmark, Instance } from '../runner/contract.js';

const MINUTE = 60_000;
const BARS = 500;
const START = Date.UTC(2024, 7, 8);
const FROM = START - BARS * MINUTE;

type Bar = readonly number[];
type Ask = (symbol: string, timeframe: string, from: number, to: number) => Promise<readonly Bar[]>;

function barsOf(from: number, to: number): Bar[] {
  const bars: Bar[] = [];
  for (let time = from; time < to; time += MINUTE) bars.push([time, 1, 2, 3, 4, 5]);
  return bars;
}

const load = async (_symbol: string, _timeframe: string, from: number, to: number): Promise<Bar[]> => barsOf(from, to);

/** Asks for the same settled range; the answer is what the last call got. */
function hits(ask: Ask): Instance {
  let last: readonly Bar[] = [];
  return {
    async run(operations) {
      for (let done = 0; done < operations; done++) last = await ask('BTC/USDT', '1m', FROM, START);
    },
    answer: () => last,
  };
}

export default {
  question: `how long does an awaited hit of ${BARS} bars take?`,
  operation: 'hit',
  checkOperations: 100,
  reference: () => barsOf(FROM, START),
  note: 'memo and the Map return the very array of the first call, memoRange a new one for each.',
  contenders: [
    { name: 'memoRange', ours: true, setup: () => hits(memoRange(load, { step: MINUTE })) },
    { name: 'memo', ours: true, setup: () => hits(memo(load)) },
    {
      name: 'a Map of text keys, copied',
      floor: true,
      setup() {
        const arrays = new Map<string, Bar[]>();
        return hits(async (symbol, timeframe, from, to) => {
          const key = `${symbol},${timeframe},${from},${to}`;
          const found = arrays.get(key) ?? (await load(symbol, timeframe, from, to));
          arrays.set(key, found);
          return found.slice();
        });
      },
    },
  ],
} satisfies Benchmark;
