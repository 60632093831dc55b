import { BAR_COLUMNS, type OhlcvBar, BarBuilder, type BarBuilderOptions, SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { emptyBar } from './bar-model.js';

const MINUTE = 60_000;

type Rule = BarBuilderOptions extends infer Options
  ? Options extends unknown
    ? Omit<Options, 'onBar'>
    : never
  : never;

function builderOf(rule: Rule): { builder: BarBuilder; bars: OhlcvBar[]; refused: number[][] } {
  const bars: OhlcvBar[] = [];
  const refused: number[][] = [];
  const onBar = (bar: OhlcvBar): void => void bars.push(bar);
  const onLate = (...trade: number[]): void => void refused.push(trade);
  return { builder: new BarBuilder({ ...rule, onBar, onLate }), bars, refused };
}

describe('time bars', () => {
  it('start at multiples of the period since the epoch, and end before the next', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });

    const closed = [61_000, 119_999.999, 120_000].map((ts, i) => builder.add(ts, 10 + i, 1, 'buy'));

    expect(closed).toEqual([0, 0, 1]);
    expect(bars).toEqual([
      {
        ts: 60_000,
        end: 120_000,
        open: 10,
        high: 11,
        low: 10,
        close: 11,
        volume: 2,
        turnover: 21,
        vwap: 10.5,
        buyVolume: 2,
        trades: 2,
        quotes: 0,
      },
    ]);
    expect(builder.current).toMatchObject({ ts: 120_000, end: 180_000, open: 12, trades: 1 });
  });

  it.each([
    [-1, -60_000],
    [-0, 0],
    [-60_000, -60_000],
    [-60_000.5, -120_000],
    [60_000 - 2 ** -37, 0],
    [8.64e15, 8.64e15],
    [-8.64e15, -8.64e15],
  ])('of a trade at %d start at %d', (ts, start) => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });

    builder.add(ts, 1, 1);

    expect(builder.current?.ts).toBe(start);
  });

  it('take trades of equal time in the order they arrive', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });

    for (const price of [5, 7, 3, 6]) builder.add(1_000, price, 1);

    expect(builder.current).toMatchObject({ open: 5, high: 7, low: 3, close: 6 });
  });

  it('take an older trade of the open bar as if it had come in order', () => {
    const { builder, refused } = builderOf({ by: 'time', period: MINUTE });
    builder.add(10_000, 5, 1);
    builder.add(20_000, 6, 1);

    expect(builder.add(15_000, 9, 1)).toBe(0);
    expect(builder.add(5_000, 4, 1)).toBe(0);

    expect(builder.current).toMatchObject({ open: 4, high: 9, low: 4, close: 6, volume: 4 });
    expect(builder.stats()).toMatchObject({ received: 4, used: 4, merged: 2, late: 0 });
    expect(refused).toEqual([]);
  });

  it('refuse it with late: reject, and tell', () => {
    const { builder, refused } = builderOf({ by: 'time', period: MINUTE, late: 'reject' });
    builder.add(10_000, 5, 1);

    expect(builder.add(9_999, 9, 2)).toBe(-1);
    expect(builder.add(10_000, 6, 1)).toBe(0);

    expect(builder.current).toMatchObject({ high: 6, trades: 2 });
    expect(refused).toEqual([[9_999, 9, 2]]);
    expect(builder.stats()).toMatchObject({ received: 3, used: 2, merged: 0, late: 1 });
  });

  it.each(['merge', 'reject'] as const)('refuse a trade of a closed bar with late: %s, and tell', (late) => {
    const { builder, bars, refused } = builderOf({ by: 'time', period: MINUTE, late });
    builder.add(0, 5, 1);
    builder.add(MINUTE, 6, 1);

    expect(builder.add(MINUTE - 1, 99, 3)).toBe(-1);

    expect(bars).toHaveLength(1);
    expect(builder.current).toMatchObject({ high: 6, trades: 1 });
    expect(refused).toEqual([[MINUTE - 1, 99, 3]]);
    expect(builder.stats().late).toBe(1);
  });

  it('refuse a trade before the first bar, which has none before it', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    builder.add(MINUTE, 5, 1);

    expect(builder.add(MINUTE - 1, 5, 1)).toBe(-1);
  });

  it('of periods without a trade have the close before as prices and no volume', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });
    builder.add(0, 5, 1);
    builder.add(1, 7, 1);

    expect(builder.add(3 * MINUTE, 9, 1)).toBe(3);

    expect(bars.slice(1)).toEqual([emptyBar(MINUTE, 2 * MINUTE, 7), emptyBar(2 * MINUTE, 3 * MINUTE, 7)]);
    expect(builder.stats()).toMatchObject({ bars: 1, filled: 2, unfilled: 0 });
  });

  it('of periods without a trade are not made with gaps: leave', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE, gaps: 'leave' });
    builder.add(0, 5, 1);

    expect(builder.add(3 * MINUTE, 9, 1)).toBe(1);
    expect(builder.add(2 * MINUTE, 9, 1)).toBe(-1);

    expect(bars.map(({ ts }) => ts)).toEqual([0]);
    expect(builder.stats()).toMatchObject({ bars: 1, filled: 0, unfilled: 0 });
  });

  it('leave a gap as a whole that is longer than maxFill, and count it', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE, maxFill: 2 });
    builder.add(0, 5, 1);

    const closed = [3, 7, 8].map((minute) => builder.add(minute * MINUTE, 5, 1));

    expect(closed).toEqual([3, 1, 1]);
    expect(bars.map(({ ts }) => ts / MINUTE)).toEqual([0, 1, 2, 3, 7]);
    expect(builder.stats()).toMatchObject({ filled: 2, unfilled: 3 });
  });

  it.each(['add', 'advance'] as const)('are not made by the million when %s jumps ten years', (method) => {
    const { builder, bars } = builderOf({ by: 'time', period: 1 });
    builder.add(0, 5, 1);
    const later = 10 * 365 * 86_400_000;

    const closed = method === 'add' ? builder.add(later, 5, 1) : builder.advance(later);

    expect(closed).toBe(1);
    expect(bars).toHaveLength(1);
    expect(builder.stats().unfilled).toBe(later - 1);
  });
});

describe('advance', () => {
  it('closes the bar whose period has ended, not before', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });
    builder.add(1_000, 5, 1);

    expect(builder.advance(59_999.9)).toBe(0);
    expect(builder.advance(60_000)).toBe(1);
    expect(builder.advance(60_000)).toBe(0);

    expect(bars).toHaveLength(1);
    expect(builder.current).toBeUndefined();
  });

  it('fills the periods that have ended, one by one or at once', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });
    builder.add(0, 5, 1);

    const closed = [1, 2, 5].map((minute) => builder.advance(minute * MINUTE + 1));

    expect(closed).toEqual([1, 1, 3]);
    expect(bars.map(({ ts, trades }) => [ts / MINUTE, trades])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ]);
  });

  it('makes late what comes for a period it has closed', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    builder.add(0, 5, 1);
    builder.advance(3 * MINUTE);

    expect(builder.add(3 * MINUTE - 1, 5, 1)).toBe(-1);
    expect(builder.add(3 * MINUTE, 5, 1)).toBe(0);
  });

  it('leaves room for a trade of any period after the closed one with gaps: leave', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE, gaps: 'leave' });
    builder.add(0, 5, 1);
    builder.advance(3 * MINUTE);

    expect(builder.add(MINUTE, 5, 1)).toBe(0);
    expect(builder.current?.ts).toBe(MINUTE);
  });

  it('does nothing before the first trade, for an earlier time, and for bars of another kind', () => {
    const timed = builderOf({ by: 'time', period: MINUTE });
    const ticks = builderOf({ by: 'tick', size: 2 });
    ticks.builder.add(0, 5, 1);

    expect(timed.builder.advance(5 * MINUTE)).toBe(0);
    timed.builder.add(MINUTE, 5, 1);
    expect(timed.builder.advance(0)).toBe(0);
    expect(ticks.builder.advance(5 * MINUTE)).toBe(0);

    expect(timed.builder.current?.trades).toBe(1);
    expect(ticks.builder.current?.trades).toBe(1);
  });
});

describe('flush', () => {
  it('closes the open bar as it is, once', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 10 });
    builder.add(1, 5, 1);
    builder.add(2, 6, 1);

    expect(builder.flush()).toBe(1);
    expect(builder.flush()).toBe(0);

    expect(bars).toMatchObject([{ ts: 1, end: 2, trades: 2 }]);
  });

  it('of a time bar closes its whole period', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });
    builder.add(1, 5, 1);

    builder.flush();

    expect(bars).toMatchObject([{ ts: 0, end: MINUTE }]);
    expect(builder.add(2, 5, 1)).toBe(-1);
    expect(builder.add(MINUTE, 5, 1)).toBe(0);
  });
});

describe('tick, volume and dollar bars', () => {
  it.each([
    ['tick', 3, [0, 0, 1, 0, 0]],
    ['volume', 3, [0, 0, 1, 1, 0]],
    ['dollar', 30, [0, 0, 1, 1, 0]],
  ] as const)('by %s close with the trade that brings them to %d', (by, size, expected) => {
    const { builder, bars } = builderOf({ by, size });

    const closed = [1, 1, 1, 7, 2].map((quantity, i) => builder.add(100 + i, 10, quantity));

    expect(closed).toEqual(expected);
    expect(bars[0]).toMatchObject({ ts: 100, end: 102, trades: 3, volume: 3, turnover: 30 });
  });

  it('hold a trade that is larger than the bar as a whole', () => {
    const { builder, bars } = builderOf({ by: 'volume', size: 5 });
    builder.add(1, 10, 4);

    expect(builder.add(2, 20, 100)).toBe(1);

    expect(bars).toMatchObject([{ volume: 104, trades: 2, close: 20 }]);
    expect(builder.current).toBeUndefined();
  });

  it.each([
    ['volume', 1, [0.7, 0.2, 0.1]],
    ['volume', 0.3, [0.1, 0.1, 0.1]],
    ['volume', 4.35, [1.45, 1.45, 1.45]],
    ['dollar', 100.7, [50.35, 50.35]],
  ] as const)('by %s reach %d with decimals that add up to it', (by, size, quantities) => {
    const { builder } = builderOf({ by, size });

    const closed = quantities.map((quantity, i) => builder.add(i, 1, quantity));

    expect(closed).toEqual(quantities.map((_, i) => (i === quantities.length - 1 ? 1 : 0)));
  });

  it('by volume close at each multiple of the lot, for any lot and number of lots', () => {
    for (const lot of [0.001, 0.003, 0.1, 0.7, 1.1, 12.345])
      for (const lots of [3, 7, 10, 49, 1_000]) {
        const { builder, bars } = builderOf({ by: 'volume', size: Number((lot * lots).toFixed(6)) });

        for (let i = 0; i < lots; i++) builder.add(i, 1, lot);

        expect(bars.map(({ trades }) => trades)).toEqual([lots]);
      }
  });

  it('may start and end at the same time', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 1 });

    for (const price of [1, 2, 3]) builder.add(50, price, 1);

    expect(bars.map(({ ts, end, close }) => [ts, end, close])).toEqual([
      [50, 50, 1],
      [50, 50, 2],
      [50, 50, 3],
    ]);
  });

  it('take an older trade that is not older than the closed bar, and move their start back to it', () => {
    const { builder } = builderOf({ by: 'tick', size: 2 });
    builder.add(1, 5, 1);
    builder.add(10, 6, 1);
    builder.add(30, 7, 1);
    builder.flush();
    builder.add(40, 9, 1);

    expect(builder.add(30, 8, 1)).toBe(1);
    expect(builder.add(39, 8, 1)).toBe(-1);
    expect(builder.add(40, 8, 1)).toBe(0);

    expect(builder.stats()).toMatchObject({ merged: 1, late: 1 });
  });

  it('are not filled, however long nothing happens', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 2 });

    for (const ts of [0, 1e12, 2e12, 3e12]) builder.add(ts, 1, 1);

    expect(bars.map(({ ts, end }) => [ts, end])).toEqual([
      [0, 1e12],
      [2e12, 3e12],
    ]);
  });
});

describe('the numbers in a bar', () => {
  it('have no vwap without volume', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });

    builder.add(0, 5, 0, 'sell');

    expect(builder.current).toMatchObject({ volume: 0, turnover: 0, vwap: NaN, buyVolume: 0, trades: 1 });
  });

  it('say which volume was bought when every trade has a side', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    builder.add(0, 5, 3, 'buy');
    builder.add(1, 5, 4, 'sell');
    builder.add(2, 5, 0.5, 'buy');

    expect(builder.current?.buyVolume).toBe(3.5);
  });

  it('do not say it when a trade had none, and say it again in the next bar', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 3 });
    for (const side of ['buy', undefined, 'buy', 'buy', 'buy', 'buy'] as const) builder.add(0, 5, 1, side);

    expect(bars.map(({ buyVolume, volume }) => [buyVolume, volume])).toEqual([
      [NaN, 3],
      [3, 3],
    ]);
  });

  it('do not drift over a million trades', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    let naive = 0;
    for (let i = 0; i < 1_000_000; i++) {
      builder.add(0, 0.1, 0.1, 'buy');
      naive += 0.1;
    }

    const { volume = 0, buyVolume, turnover = 0, trades } = builder.current ?? {};

    expect(volume).toBe(100_000);
    expect(buyVolume).toBe(100_000);
    expect(Math.abs(turnover - 10_000)).toBeLessThan(1e-11);
    expect(trades).toBe(1_000_000);
    // What plain additions make of it.
    expect(Math.abs(naive - 100_000)).toBeGreaterThan(1e-6);
  });

  it('keep a small trade beside huge ones', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    for (const quantity of [1e16, 1, 1, 1, 1]) builder.add(0, 1, quantity);

    expect(builder.current?.volume).toBe(1e16 + 4);
  });

  it('stay finite at the largest price and quantity', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    for (let i = 0; i < 10; i++) builder.add(0, 1e100, 1e100);

    expect((builder.current?.turnover ?? NaN) / 1e201).toBeCloseTo(1, 14);
    expect((builder.current?.vwap ?? NaN) / 1e100).toBeCloseTo(1, 14);
  });

  it('are those of prices at and below 0 with prices: any', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE, prices: 'any' });
    for (const price of [-37.5, 0, -12.5]) builder.add(0, price, 2);

    expect(builder.current).toMatchObject({ open: -37.5, high: 0, low: -37.5, close: -12.5, turnover: -100 });
    expect(builder.current?.vwap).toBeCloseTo(-50 / 3, 12);
  });

  it('close a dollar bar of negative prices by turnover without its sign', () => {
    const { builder } = builderOf({ by: 'dollar', size: 100, prices: 'any' });

    expect([-20, -30].map((price) => builder.add(0, price, 2))).toEqual([0, 1]);
  });

  it('close a dollar bar of prices on both sides of 0, which do not cancel', () => {
    const { builder, bars } = builderOf({ by: 'dollar', size: 100, prices: 'any' });

    expect([10, -10, 10, -10].map((price) => builder.add(0, price, 6))).toEqual([0, 1, 0, 1]);

    expect(bars.map(({ turnover }) => turnover)).toEqual([0, 0]);
  });
});

describe('quotes', () => {
  it('make bars of their mid prices, without volume', () => {
    const { builder, bars } = builderOf({ by: 'time', period: MINUTE });
    builder.quote(0, 99, 101);
    builder.quote(1, 101, 103);
    builder.quote(2, 98, 99);
    builder.quote(MINUTE, 98, 99);

    expect(bars).toEqual([{ ...emptyBar(0, MINUTE, 98.5), open: 100, high: 102, low: 98.5, close: 98.5, quotes: 3 }]);
  });

  it('count towards tick bars', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 2 });

    expect([builder.quote(0, 1, 3), builder.add(1, 5, 1), builder.quote(2, 1, 3)]).toEqual([0, 1, 0]);

    expect(bars).toMatchObject([{ open: 2, close: 5, quotes: 1, trades: 1 }]);
  });

  it('are taken when crossed, and as any price given as bid and ask', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });

    builder.quote(0, 101, 99);
    builder.quote(0, 100.25, 100.25);

    expect(builder.current).toMatchObject({ open: 100, close: 100.25 });
  });

  it.each(['volume', 'dollar'] as const)('are refused by bars by %s, which they would never close', (by) => {
    const { builder } = builderOf({ by, size: 1 });

    expect(() => builder.quote(0, 1, 2)).toThrow(/quotes have no volume and cannot make bars by (volume|dollar)/);
  });

  it('are told with their mid and no quantity when late', () => {
    const { builder, refused } = builderOf({ by: 'time', period: MINUTE });
    builder.quote(MINUTE, 1, 2);

    expect(builder.quote(0, 4, 5)).toBe(-1);
    expect(refused).toEqual([[0, 4.5, 0]]);
  });
});

describe('a SeriesRing of bars', () => {
  it('takes closed bars as they come', () => {
    const ring = new SeriesRing({ capacity: 10, columns: BAR_COLUMNS });
    const builder = new BarBuilder({ by: 'time', period: MINUTE, onBar: (bar) => ring.push(bar) });

    for (let i = 0; i < 6; i++) builder.add(i * 20_000, 100 + i, 1, 'buy');
    builder.advance(4 * MINUTE);

    expect([...ring.window('close', ring.size)]).toEqual([102, 105, 105, 105]);
    expect(ring.row(0)).toEqual({
      ts: 0,
      end: MINUTE,
      open: 100,
      high: 102,
      low: 100,
      close: 102,
      volume: 3,
      turnover: 303,
      vwap: 101,
      buyVolume: 3,
      trades: 3,
      quotes: 0,
    });
  });

  it('takes the open bar too, amended by each trade', () => {
    const ring = new SeriesRing({ capacity: 10, columns: BAR_COLUMNS });
    const put = (bar: OhlcvBar): void => (ring.at('ts', -1) === bar.ts ? ring.amend(bar) : ring.push(bar));
    const builder = new BarBuilder({ by: 'time', period: MINUTE, onBar: put });
    const closes: number[][] = [];

    for (const [ts, price] of [
      [0, 5],
      [1, 6],
      [MINUTE, 7],
      [3 * MINUTE, 8],
    ] as const) {
      builder.add(ts, price, 1);
      if (builder.current !== undefined) put(builder.current);
      closes.push([...ring.window('close', ring.size)]);
    }

    expect(closes).toEqual([[5], [6], [6, 7], [6, 7, 7, 8]]);
  });

  it('has the columns of a bar in their order', () => {
    const { builder } = builderOf({ by: 'tick', size: 2 });
    builder.add(0, 1, 1);

    expect(Object.keys(BAR_COLUMNS)).toEqual(Object.keys(builder.current ?? {}));
    expect(Object.isFrozen(BAR_COLUMNS)).toBe(true);
  });
});

describe('bars handed out', () => {
  it('are objects of their own', () => {
    const { builder, bars } = builderOf({ by: 'tick', size: 1 });
    builder.add(0, 1, 1);
    builder.add(0, 2, 1);
    const [first, second] = bars;

    expect(first).not.toBe(second);
    expect(first?.close).toBe(1);
  });

  it('are not the state of the builder', () => {
    const { builder } = builderOf({ by: 'time', period: MINUTE });
    builder.add(0, 1, 1);

    Object.assign(builder.current ?? {}, { high: 99, ts: 99 });

    expect(builder.current).toMatchObject({ high: 1, ts: 0 });
  });

  it('come in order of time, and one end where the next starts when filled', () => {
    const { builder, bars } = builderOf({ by: 'time', period: 7 });
    for (let i = 0; i < 50; i++) builder.add(i * i, 1 + i, 1);

    const starts = bars.map(({ ts }) => ts);

    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(bars.slice(1).every(({ ts }, i) => bars[i]?.end === ts)).toBe(true);
  });
});
