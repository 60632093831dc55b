import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, VirtualClock } from 'tickwise/core';
import { cacheStats, memoRange, type MemoRangeOptions } from 'tickwise/memo';
import { type Bar, MINUTE, minutesOf, Venue } from './range-venue.js';

describe('the members of a range cache', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(1_000 * MINUTE + 30_000);
    venue = new Venue(clock);
  });

  it('peek returns what a call would get without a load, and counts nothing', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    expect(candles.peek('BTC', 0, MINUTE)).toBeUndefined();
    await candles('BTC', 100 * MINUTE, 110 * MINUTE);
    const before = candles.stats();

    expect(minutesOf(candles.peek('BTC', 105 * MINUTE, 108 * MINUTE))).toEqual([105, 106, 107]);
    expect(candles.peek('BTC', 105 * MINUTE, 111 * MINUTE)).toBeUndefined();
    expect(candles.peek('BTC', 105 * MINUTE, 105 * MINUTE)).toEqual([]);
    expect(candles.stats()).toEqual(before);
  });

  it('explain tells the state of each step', async () => {
    const gappy = new Venue(clock, { has: (time) => time !== 992 * MINUTE });
    const candles = memoRange(gappy.load, { step: MINUTE, openTtl: 5_000, clock });
    await candles('BTC', 988 * MINUTE, 998 * MINUTE);
    await candles.invalidate(['BTC'], 994 * MINUTE, 996 * MINUTE);
    await candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);
    gappy.latency = 100;
    const call = candles('BTC', 998 * MINUTE, 999 * MINUTE);

    const { isBypassed, intervals, failure } = candles.explain('BTC', 987 * MINUTE, 1_003 * MINUTE);
    await clock.advance(5_000);
    const later = candles.explain('BTC', 1_000 * MINUTE, 1_001 * MINUTE).intervals;

    expect(await call).toHaveLength(1);
    expect([isBypassed, failure]).toEqual([false, undefined]);
    expect(intervals.map(({ from, to, state }) => [from / MINUTE, to / MINUTE, state])).toEqual([
      [987, 988, 'missing'],
      [988, 992, 'kept'],
      [992, 993, 'hole'],
      [993, 994, 'kept'],
      [994, 996, 'missing'],
      [996, 998, 'kept'],
      [998, 999, 'loading'],
      [999, 1_000, 'missing'],
      [1_000, 1_001, 'unsettled'],
      [1_001, 1_003, 'future'],
    ]);
    expect(later).toEqual([{ from: 1_000 * MINUTE, to: 1_001 * MINUTE, state: 'expired' }]);
  });

  it('explain tells a gap at the end that is believed for a while', async () => {
    const candles = memoRange(async (_from: number, _to: number): Promise<Bar[]> => [], { step: MINUTE, clock });
    await candles(900 * MINUTE, 1_001 * MINUTE);

    const { intervals } = candles.explain(900 * MINUTE, 1_001 * MINUTE);

    expect(intervals.map(({ from, state }) => [from / MINUTE, state])).toEqual([
      [900, 'hole'],
      [1_000, 'unsettled'],
    ]);
  });

  it('explain tells the last failure until a load succeeds', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const error = new Error('venue down');
    venue.failures.push(error);
    await expect(candles('BTC', 0, MINUTE)).rejects.toThrow('venue down');

    expect(candles.explain('BTC', 0, MINUTE).failure).toEqual({ error, at: clock.wallTime() });
    await candles('BTC', 0, MINUTE);

    expect(candles.explain('BTC', 0, MINUTE).failure).toBeUndefined();
  });

  it('explain and peek make no series', () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    expect(candles.explain('BTC', 0, 2 * MINUTE).intervals).toEqual([{ from: 0, to: 2 * MINUTE, state: 'missing' }]);
    expect(candles.peek('BTC', 0, MINUTE)).toBeUndefined();
    expect(candles.stats()).toMatchObject({ series: 0, calls: 0, loads: 0 });
  });

  it('stats counts calls, rows and steps', async () => {
    venue.latency = 50;
    const candles = memoRange(venue.load, { step: MINUTE, clock, ioClock: clock, name: 'candles' });
    const first = candles('BTC', 100 * MINUTE, 110 * MINUTE);
    const second = candles('BTC', 100 * MINUTE, 110 * MINUTE);
    await clock.advance(50);
    await Promise.all([first, second]);
    await candles('BTC', 102 * MINUTE, 105 * MINUTE);

    expect(candles.stats()).toMatchObject({
      name: 'candles',
      calls: 3,
      hits: 1,
      misses: 1,
      coalesced: 1,
      staleHits: 0,
      hitRate: 1 / 3,
      loads: 1,
      loadErrors: 0,
      loadTimeMs: 50,
      entries: 10,
      series: 1,
      rowsServed: 23,
      rowsLoaded: 10,
      stepsLoaded: 10,
      rowsDropped: 0,
      duplicates: 0,
    });
    expect(JSON.parse(JSON.stringify(candles.stats()))).toEqual(candles.stats());
  });

  it('is part of cacheStats', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock, name: 'candles of cacheStats' });
    await candles('BTC', 0, 10 * MINUTE);
    await candles('BTC', 0, 10 * MINUTE);

    expect(cacheStats().caches['candles of cacheStats']).toMatchObject({ calls: 2, hits: 1, loads: 1, entries: 10 });
  });
});

describe('the options of memoRange', () => {
  const clock = new VirtualClock(1_000 * MINUTE);
  const load = async (_symbol: string, from: number, _to: number): Promise<Bar[]> => [
    { time: from, close: 1, version: 0 },
  ];

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['step', undefined],
    ['step', 0],
    ['step', 1.5],
    ['step', -60_000],
    ['step', NaN],
    ['step', Infinity],
    ['step', '1m'],
    ['anchor', 0.5],
    ['anchor', NaN],
    ['anchor', Infinity],
    ['time', 'time'],
    ['openTtl', -1],
    ['openTtl', NaN],
    ['settleTime', -1],
    ['settleTime', Infinity],
    ['holeTtl', -1],
    ['limit', 0],
    ['limit', 2.5],
    ['limit', Infinity],
    ['mergeGap', -1],
    ['concurrency', 0],
    ['concurrency', 10_001],
    ['maxSeries', 0],
    ['maxRows', 0],
    ['maxRows', 2 ** 24 + 1],
    ['maxRowsPerSeries', NaN],
    ['freeze', true],
    ['name', ''],
    ['timeout', -1],
    ['clock', Date],
    ['ioClock', null],
    ['onError', 'log'],
  ])('%s: %s is refused', (option, value) => {
    const options = { step: MINUTE, [option]: value } as unknown as MemoRangeOptions<[string], Bar>;

    expect(() => memoRange(load, options)).toThrow(ConfigError);
    expect(() => memoRange(load, options)).toThrow(new RegExp(`^memoRange load: ${option} must be .*, got `));
  });

  it('a name that is not known is refused', () => {
    const options = { step: MINUTE, ttl: 5 } as unknown as MemoRangeOptions<[string], Bar>;

    expect(() => memoRange(load, options)).toThrow(/unknown option 'ttl'; known are step, anchor, time/);
  });

  it('no options are refused', () => {
    const untyped = memoRange as unknown as (fn: unknown) => unknown;

    expect(() => untyped(load)).toThrow(/memoRange load: step must be/);
  });

  it.each([
    ['always', 'production', true],
    ['development', 'production', false],
    ['development', 'test', true],
    ['never', 'test', false],
  ] as const)('freeze: %s in %s', async (freeze, environment, isFrozen) => {
    vi.stubEnv('NODE_ENV', environment);
    const candles = memoRange(load, { step: MINUTE, freeze, clock });

    const rows = await candles('BTC', 0, MINUTE);

    expect(Object.isFrozen(rows[0])).toBe(isFrozen);
    expect(Object.isFrozen(rows)).toBe(false);
  });

  it.each([['memo:*'], ['memo:other, memo:load']])('TICKWISE_BYPASS=%s switches the cache off', async (bypass) => {
    vi.stubEnv('TICKWISE_BYPASS', bypass);
    const venue = new Venue(clock, { most: 4 });
    const candles = memoRange(venue.load, { step: MINUTE, limit: 6, clock });

    const rows = await candles('BTC', 0, 10 * MINUTE);
    await candles('BTC', 0, 2 * MINUTE);
    const empty = await candles('BTC', 0, 0);

    expect(rows).toEqual(venue.bars('BTC', 0, 10 * MINUTE));
    expect(empty).toEqual([]);
    expect(venue.asked).toEqual([
      [0, 6],
      [6, 10],
      [4, 6],
      [0, 2],
    ]);
    expect(candles.peek('BTC', 0, MINUTE)).toBeUndefined();
    expect(candles.explain('BTC', 0, MINUTE)).toMatchObject({ isBypassed: true });
    expect(candles.stats()).toMatchObject({ calls: 3, misses: 3, entries: 0, series: 0, rowsServed: 12 });
  });

  it('a name other than that of TICKWISE_BYPASS leaves the cache on', async () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:load');
    const candles = memoRange(load, { step: MINUTE, clock, name: 'candles' });
    await candles('BTC', 0, MINUTE);

    expect(candles.peek('BTC', 0, MINUTE)).toHaveLength(1);
  });
});
