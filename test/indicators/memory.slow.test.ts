import { AsyncCovariance, EwmaCorrelation, RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import {
  bollinger,
  ema,
  macd,
  rollingMin,
  rollingStd,
  rsi,
  sma,
  volumeRatio,
  vwap,
  wma,
  zscore,
} from 'tickwise/indicators';
import { heldBytes } from '../heap.js';
import { type Bars, CONTENDERS } from './contenders.js';

const UPDATES = 1_000_000;
/** What the test runner and the compiler may take meanwhile; 1 byte per update would be as much. */
const SLACK = 1_000_000;

/** Bytes that are held after so many updates more than before. */
function growth(update: (index: number) => void): number {
  for (let index = 0; index < 10_000; index++) update(index);
  const before = heldBytes();
  for (let index = 0; index < UPDATES; index++) update(index);
  return heldBytes() - before;
}

const column = Array.from({ length: 64 }, (_, index) => 100 + ((index * 37) % 23));
const bars: Bars = {
  high: column.map((value) => value + 1),
  low: column.map((value) => value - 1),
  close: column,
  volume: column,
};

describe('memory over a million updates', () => {
  it.each(CONTENDERS.map((contender) => [contender.name, contender] as const))(
    'stays the same in a stream of %s',
    (_, contender) => {
      const stream = contender.stream(20);

      const grown = growth((index) => {
        stream.push(bars, index & 63);
        if ((index & 7) === 0) stream.amend(bars, (index + 1) & 63);
      });

      expect(grown).toBeLessThan(SLACK);
    },
  );

  it('stays the same in RollingStats that are read at every value', () => {
    const stats = new RollingStats({ window: 200 });
    let sum = 0;

    const grown = growth((index) => {
      stats.push((index * 37) % 101);
      stats.amend((index * 31) % 101);
      sum += stats.min + stats.max + stats.zscore;
    });

    expect(grown).toBeLessThan(SLACK);
    expect(sum).not.toBe(0);
  });

  it('stays the same in covariances, weighted and asynchronous', () => {
    const ewma = new EwmaCorrelation({ symbols: ['A', 'B'], halfLife: 20 });
    const ticks = new AsyncCovariance({ symbols: ['A', 'B'], halfLife: 1_000 });
    const bar = new Float64Array(2);

    const grown = growth((index) => {
      bar[0] = (index * 37) % 101;
      bar[1] = (index * 31) % 101;
      ewma.push(bar);
      ewma.amend('B', index % 7);
      ticks.push(index % 3 === 0 ? 'A' : 'B', index, (index * 37) % 101);
    });

    expect(grown).toBeLessThan(SLACK);
  });

  it('stays the same when batch functions are called again and again with the same out', () => {
    const input = Float64Array.from(column);
    const [one, two, three] = [new Float64Array(64), new Float64Array(64), new Float64Array(64)];
    const out = { out: one };
    const bands = { out: { middle: one, upper: two, lower: three } };
    const lines = { out: { macd: one, signal: two, histogram: three } };
    const before = heldBytes();

    for (let call = 0; call < 20_000; call++) {
      for (const compute of [sma, wma, rollingStd, rollingMin, zscore, volumeRatio, ema, rsi]) compute(input, 20, out);
      vwap({ price: input, volume: input }, 20, out);
      bollinger(input, 20, bands);
      macd(input, lines);
    }

    expect(heldBytes() - before).toBeLessThan(SLACK);
  });

  it('reuses the window of an earlier call, which leaves nothing behind in the next', () => {
    const lines = (): number[][] => [
      [...sma(column, 7)],
      [...wma(column, 7)],
      [...vwap({ price: column, volume: column }, 7)],
    ];
    const clean = lines();

    const other = [...column, NaN, 1e140];
    sma(other, 7);
    wma(other, 7);
    vwap({ price: other, volume: other }, 7);
    rollingStd(
      column.map((value) => value * 1e9),
      7,
    );

    expect(lines()).toEqual(clean);
  });

  it('takes memory for the window in the first call alone', () => {
    const out = { out: new Float64Array(64) };
    const input = Float64Array.from(column);
    const before = process.memoryUsage().arrayBuffers;

    for (let call = 0; call < 200; call++) {
      for (const compute of [sma, wma, rollingStd, rollingMin, zscore, volumeRatio]) compute(input, 61, out);
      vwap({ price: input, volume: input }, 61, out);
    }

    // One window of each kind, and never more of them than two calls would take.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000);
  });

  it('takes no memory for a period longer than the input', () => {
    const before = process.memoryUsage().arrayBuffers;

    for (const compute of [sma, wma, rollingStd, rollingMin, zscore, volumeRatio]) {
      expect([...compute([1, 2, 3], 2 ** 24)]).toEqual([NaN, NaN, NaN]);
    }
    expect([...vwap({ price: [1, 2, 3], volume: [1, 2, 3] }, 2 ** 24)]).toEqual([NaN, NaN, NaN]);

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(SLACK);
  });
});
