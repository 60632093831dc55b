import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ArgumentError, VirtualClock } from 'tickwise/core';
import { memoRange } from 'tickwise/memo';
import { type Bar, MINUTE, minutesOf, Venue } from './range-venue.js';

describe('memoRange', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(1_000 * MINUTE);
    venue = new Venue(clock);
  });

  it('loads a range once', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    const first = await candles('BTC', 100 * MINUTE, 104 * MINUTE);
    const second = await candles('BTC', 100 * MINUTE, 104 * MINUTE);

    expect(minutesOf(first)).toEqual([100, 101, 102, 103]);
    expect(second).toEqual(first);
    expect(venue.asked).toEqual([[100, 104]]);
  });

  it('loads only what it does not have, before, between and after', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 100 * MINUTE, 110 * MINUTE);
    await candles('BTC', 120 * MINUTE, 130 * MINUTE);

    const rows = await candles('BTC', 95 * MINUTE, 133 * MINUTE);

    expect(rows).toEqual(venue.bars('BTC', 95 * MINUTE, 133 * MINUTE));
    expect(venue.asked.slice(2)).toEqual([
      [95, 100],
      [110, 120],
      [130, 133],
    ]);
  });

  it('loads one bar when a window of closed bars moves by one', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 100 * MINUTE, 600 * MINUTE);

    const rows = await candles('BTC', 101 * MINUTE, 601 * MINUTE);

    expect(rows).toHaveLength(500);
    expect(venue.asked.at(-1)).toEqual([600, 601]);
  });

  it('tells series apart by the exact arguments before the times', async () => {
    const asked: unknown[] = [];
    const load = async (symbol: unknown, depth: unknown, from: number, to: number): Promise<Bar[]> => {
      asked.push([symbol, depth]);
      return venue.bars(String(symbol), from, to);
    };
    const candles = memoRange(load, { step: MINUTE, clock });

    const keys = [
      ['1', 2],
      [1, '2'],
      ['1', '2'],
      [{ a: 1, b: 2 }, 0],
    ] as const;
    for (const [symbol, depth] of keys) await candles(symbol, depth, 0, MINUTE);
    await candles({ b: 2, a: 1 }, 0, 0, MINUTE);

    expect(asked).toEqual(keys);
  });

  it('takes a function of the times alone', async () => {
    const candles = memoRange((from: number, to: number) => venue.load('BTC', from, to), { step: MINUTE, clock });

    expect(minutesOf(await candles(0, 2 * MINUTE))).toEqual([0, 1]);
  });

  it.each([
    ['from within a step', 100.5, 103, [101, 102], [101, 103]],
    ['to within a step', 100, 102.5, [100, 101, 102], [100, 103]],
    ['both within one step', 100.2, 100.7, [], undefined],
    ['an empty range', 100, 100, [], undefined],
    ['times before 1970', -3, -1, [-3, -2], [-3, -1]],
    ['both sides of 1970', -1, 1, [-1, 0], [-1, 1]],
  ])('answers rows with from <= time < to: %s', async (_, from, to, expected, asked) => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    const rows = await candles('BTC', from * MINUTE, to * MINUTE);

    expect(minutesOf(rows)).toEqual(expected);
    expect(venue.asked).toEqual(asked === undefined ? [] : [asked]);
  });

  it('returns arrays of the callers’ own with rows that are shared', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const first = await candles('BTC', 0, 3 * MINUTE);
    const bar = first[0];

    first.length = 0;
    const second = await candles('BTC', 0, 3 * MINUTE);

    expect(second).toHaveLength(3);
    expect(second[0]).toBe(bar);
  });

  it('puts rows in order, and takes the last one of equal time', async () => {
    const load = async (from: number, _to: number): Promise<Bar[]> => [
      { time: from + 2 * MINUTE, close: 3, version: 0 },
      { time: from, close: 1, version: 0 },
      { time: from + MINUTE, close: 2, version: 0 },
      { time: from, close: 4, version: 0 },
    ];
    const candles = memoRange(load, { step: MINUTE, clock });

    const rows = await candles(0, 3 * MINUTE);

    expect(rows.map(({ close }) => close)).toEqual([4, 2, 3]);
    expect(candles.stats()).toMatchObject({ duplicates: 1, rowsLoaded: 4, rowsDropped: 0 });
  });

  it('leaves out rows that were not asked for', async () => {
    const load = async (from: number, to: number): Promise<Bar[]> => venue.bars('BTC', from - 2 * MINUTE, to + MINUTE);
    const candles = memoRange(load, { step: MINUTE, clock });

    const rows = await candles(10 * MINUTE, 12 * MINUTE);

    expect(minutesOf(rows)).toEqual([10, 11]);
    expect(candles.peek(9 * MINUTE, 10 * MINUTE)).toBeUndefined();
    expect(candles.stats()).toMatchObject({ rowsLoaded: 5, rowsDropped: 3, rowsServed: 2 });
  });

  it('copies what a load returns, which may change its array afterwards', async () => {
    const rows = [...venue.bars('BTC', 0, 2 * MINUTE)];
    const candles = memoRange(async (_from: number, _to: number) => rows, { step: MINUTE, clock });
    await candles(0, 2 * MINUTE);

    rows.length = 0;

    expect(await candles(0, 2 * MINUTE)).toHaveLength(2);
  });

  it('takes rows as arrays whose first item is the time', async () => {
    const load = async (from: number, to: number): Promise<(number | undefined)[][]> =>
      venue.bars('BTC', from, to).map(({ time, close }) => [time, close]);
    const candles = memoRange(load, { step: MINUTE, clock });

    const rows = await candles(0, 2 * MINUTE);

    expect(rows).toEqual([
      [0, MINUTE + 5_000],
      [MINUTE, 2 * MINUTE + 5_000],
    ]);
  });

  it('reads the time of a row as it is told to', async () => {
    const load = async (from: number, to: number): Promise<{ at: string }[]> =>
      venue.bars('BTC', from, to).map(({ time }) => ({ at: String(time + 7) }));
    const candles = memoRange(load, { step: MINUTE, clock, time: ({ at }) => Number(at) - 7 });

    expect(await candles(0, 2 * MINUTE)).toEqual([{ at: '7' }, { at: '60007' }]);
  });

  it('begins its steps at the anchor', async () => {
    const week = 7 * 1_440 * MINUTE;
    const monday = Date.UTC(1970, 0, 5);
    const asked: string[] = [];
    const load = async (from: number, to: number): Promise<{ time: number }[]> => {
      asked.push(new Date(from).toISOString(), new Date(to).toISOString());
      return [{ time: from }];
    };
    const weeks = memoRange(load, { step: week, anchor: monday, clock: new VirtualClock(Date.UTC(2024, 7, 8)) });

    const rows = await weeks(Date.UTC(2024, 6, 28), Date.UTC(2024, 7, 2));

    expect(rows).toEqual([{ time: Date.UTC(2024, 6, 29) }]);
    expect(asked).toEqual(['2024-07-29T00:00:00.000Z', '2024-08-05T00:00:00.000Z']);
  });

  it('asks for the step of a series once', async () => {
    const steps: Record<string, number> = { '1m': MINUTE, '1h': 60 * MINUTE };
    const asked: string[] = [];
    const load = async (_symbol: string, timeframe: string, from: number, to: number): Promise<{ time: number }[]> =>
      new Venue(clock, { step: steps[timeframe] ?? NaN }).bars('', from, to);
    const candles = memoRange(load, {
      clock,
      step(symbol, timeframe) {
        asked.push(`${symbol} ${timeframe}`);
        return steps[timeframe] ?? NaN;
      },
    });

    const hours = await candles('BTC', '1h', 0, 120 * MINUTE);
    const minutes = await candles('BTC', '1m', 0, 120 * MINUTE);
    await candles('BTC', '1m', 0, 150 * MINUTE);

    expect([hours.length, minutes.length]).toEqual([2, 120]);
    expect(asked).toEqual(['BTC 1h', 'BTC 1m']);
  });

  it('does not load steps that have not begun', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    const rows = await candles('BTC', 998 * MINUTE, 2_000 * MINUTE);
    const later = await candles('BTC', 1_001 * MINUTE, 2_000 * MINUTE);

    expect(minutesOf(rows)).toEqual([998, 999, 1_000]);
    expect(later).toEqual([]);
    expect(venue.asked).toEqual([[998, 1_001]]);
  });

  it('has the types of the function it wraps', () => {
    const candles = memoRange(venue.load, { step: (symbol) => symbol.length * MINUTE, time: (bar) => bar.time, clock });

    expectTypeOf(candles).parameters.toEqualTypeOf<[key_0: string, from: number, to: number]>();
    expectTypeOf(candles).returns.toEqualTypeOf<Promise<Bar[]>>();
    expectTypeOf(candles.peek).returns.toEqualTypeOf<Bar[] | undefined>();
    expectTypeOf(candles.invalidate).parameter(0).toEqualTypeOf<[key_0: string]>();
    expect(candles.name).toBe('load');
  });
});

describe('memoRange refuses', () => {
  const clock = new VirtualClock(1_000 * MINUTE);
  const candles = memoRange(async (_symbol: string, _from: number, _to: number): Promise<Bar[]> => [], {
    step: MINUTE,
    clock,
  });

  const untyped = candles as unknown as (...args: unknown[]) => Promise<unknown>;

  it.each([
    ['NaN', NaN, 1, /from must be a time in epoch milliseconds, got NaN/],
    ['infinity', 0, Infinity, /to must be a time in epoch milliseconds, got Infinity/],
    ['a date as text', '2024-08-08', 1, /from must be a time in epoch milliseconds, got '2024-08-08'/],
    ['microseconds', 0, 1.7e16, /to must be a time in epoch milliseconds/],
    ['a missing time', 0, undefined, /to must be a time/],
    ['times the wrong way round', 2, 1, /from must not be after to, got 2 and 1/],
  ])('%s', async (_, from, to, message) => {
    const call = untyped('BTC', from, to);

    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toThrow(ArgumentError);
  });

  it('a call without times', async () => {
    await expect(untyped()).rejects.toThrow(/from must be a time in epoch milliseconds, got undefined/);
  });

  it('arguments that cannot be part of a key', async () => {
    await expect(untyped(() => 1, 0, 1)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_KEY' });
  });

  it.each([
    ['no array', { rows: [] }, /a load must return an array of rows, got \{ rows: \[\] \}/],
    ['undefined', undefined, /a load must return an array of rows, got undefined/],
    ['undefined among the rows', [undefined], /got undefined among them/],
    ['a row without time', [{ open: 1 }], /a row's time must be a number .* got undefined from \{ open: 1 \}/],
    ['a row of null', [null], /a row's time must be a number .* got undefined from null/],
    ['a time as text', [['60000', 1]], /got '60000' from \[ '60000', 1 \]; see the option time/],
    [
      'a time between two steps',
      [{ time: 60_001 }],
      /must be a multiple of 60000 ms, got 60001; see the options anchor/,
    ],
  ])('a load that returns %s', async (_, result, message) => {
    const asked = memoRange(async (_from: number, _to: number) => result as { time: number }[], {
      step: MINUTE,
      clock,
    });

    const call = asked(0, 3 * MINUTE);

    await expect(call).rejects.toThrow(message);
    expect(asked.stats()).toMatchObject({ loads: 1, loadErrors: 1, entries: 0 });
  });

  it('a time between two steps of an anchored series', async () => {
    const load = async (_from: number, _to: number): Promise<{ time: number }[]> => [{ time: MINUTE }];
    const asked = memoRange(load, { step: MINUTE, anchor: 5, clock });

    await expect(asked(0, 3 * MINUTE)).rejects.toThrow(/must be a multiple of 60000 ms after 5, got 60000/);
  });

  it.each([undefined, NaN, 0, -1, 1.5, '1m', Infinity])('a step of %s', async (step) => {
    const asked = memoRange(async (_symbol: string, _from: number, _to: number): Promise<Bar[]> => [], {
      step: () => step as number,
      clock,
    });

    await expect(asked('BTC', 0, 1)).rejects.toThrow(
      /step must be a whole number of milliseconds from 1 up, got .* for 'BTC'/,
    );
  });

  it('something that is no function', () => {
    const load = 5 as unknown as (from: number, to: number) => Promise<Bar[]>;

    expect(() => memoRange(load, { step: MINUTE })).toThrow(/memoRange needs a function, got 5/);
  });
});
