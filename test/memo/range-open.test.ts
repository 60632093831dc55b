import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memoRange } from 'tickwise/memo';
import { type Bar, MINUTE, minutesOf, Venue } from './range-venue.js';
import { Loads, settle } from './deferred.js';

/** The minute that is open at the start of each test, 10 s old. */
const OPEN = 1_000;

describe('memoRange and the open bar', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(OPEN * MINUTE + 10_000);
    venue = new Venue(clock);
  });

  it('serves the open bar for openTtl, then loads it alone again', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 3_000, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', 990 * MINUTE, 1_001 * MINUTE);
    await ask();

    await clock.advance(2_999);
    const before = await ask();
    await clock.advance(1);
    const after = await ask();

    expect(before.at(-1)).toMatchObject({ close: OPEN * MINUTE + 10_000 });
    expect(after.at(-1)).toMatchObject({ close: OPEN * MINUTE + 13_000 });
    expect(venue.asked).toEqual([
      [990, 1_001],
      [1_000, 1_001],
    ]);
    expect(candles.stats()).toMatchObject({ hits: 1, misses: 2, expirations: 1, entries: 11 });
  });

  it.each([
    [MINUTE, 1_000],
    [100, 100],
  ])('serves the open bar of %i ms for %i ms by default', async (step, openTtl) => {
    const fast = new Venue(clock, { step });
    const bars = memoRange(fast.load, { step, clock });
    const time = Math.floor(clock.wallTime() / step) * step;
    await bars('BTC', time, time + step);

    await clock.advance(openTtl - 1);
    await bars('BTC', time, time + step);
    expect(fast.requests).toHaveLength(1);

    await clock.advance(1);
    await bars('BTC', time, time + step);
    expect(fast.requests).toHaveLength(2);
  });

  it('loads the open bar for each call when openTtl is 0', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 0, clock });

    for (let call = 0; call < 3; call++) await candles('BTC', 999 * MINUTE, 1_001 * MINUTE);

    expect(venue.asked).toEqual([
      [999, 1_001],
      [1_000, 1_001],
      [1_000, 1_001],
    ]);
  });

  it('never serves a row of an open bar once it has closed, nor that of a settling bar once it has settled', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: Infinity, settleTime: 5_000, clock });
    const closes: number[] = [];
    const ask = async (): Promise<void> => {
      const [bar] = await candles('BTC', OPEN * MINUTE, (OPEN + 1) * MINUTE);
      closes.push((bar?.close ?? NaN) - OPEN * MINUTE);
    };

    for (const age of [10_000, 59_999, 60_000, 64_999, 65_000, 65_001, 10_000_000]) {
      await clock.advanceTo(OPEN * MINUTE + age);
      await ask();
    }

    expect(closes).toEqual([10_000, 10_000, 60_000, 60_000, 65_000, 65_000, 65_000]);
  });

  it('loads a bar a last time once it has settled, and never again', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, settleTime: 2_000, clock });
    for (let second = 0; second < 120; second++) {
      await candles('BTC', 990 * MINUTE, clock.wallTime());
      await clock.advance(1_000);
    }

    const last = venue.requests.findLast(({ rows }) => rows.some(({ time }) => time === OPEN * MINUTE));

    expect(last?.at).toBe(OPEN * MINUTE + 62_000);
    expect(venue.requests.filter(({ from }) => from < OPEN * MINUTE)).toHaveLength(1);
  });

  it('takes 66 bars a minute from the venue for polls of 500 bars every second', async () => {
    await clock.advanceTo((OPEN + 1) * MINUTE);
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const poll = (): Promise<Bar[]> => candles('BTC', clock.wallTime() - 499 * MINUTE, clock.wallTime() + 1);
    await poll();
    const before = venue.sent;
    let asked = 0;

    for (let second = 0; second < 3_600; second++) {
      await clock.advance(1_000);
      asked += (await poll()).length;
    }

    // The open bar 60 times, and for five seconds, and at their end, the one before.
    expect(venue.sent - before).toBe(60 * (60 + 6));
    expect(asked).toBeGreaterThan(3_600 * 499);
  });

  it('counts the age of a row from the start of its load', async () => {
    venue.latency = 800;
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 1_000, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);
    const first = ask();
    await clock.advance(800);
    await first;

    await clock.advance(199);
    expect(candles.peek('BTC', 1_000 * MINUTE, 1_001 * MINUTE)).toBeDefined();
    await clock.advance(1);

    expect(candles.peek('BTC', 1_000 * MINUTE, 1_001 * MINUTE)).toBeUndefined();
  });

  it('does not store a row whose load took longer than it may be served', async () => {
    venue.latency = 5_000;
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 1_000, clock });
    const call = candles('BTC', 999 * MINUTE, 1_001 * MINUTE);
    await clock.advance(5_000);

    expect(minutesOf(await call)).toEqual([999, 1_000]);
    expect(candles.explain('BTC', 999 * MINUTE, 1_001 * MINUTE).intervals.map(({ state }) => state)).toEqual([
      'kept',
      'expired',
    ]);
  });

  it('joins no load of a bar that began before the bar closed', async () => {
    const loads = new Loads<Bar[]>();
    const load = (symbol: string, from: number, to: number): Promise<Bar[]> => loads.run(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, settleTime: 0, clock });
    const bar = (close: number): Bar[] => [{ time: OPEN * MINUTE, close, version: 0 }];
    const ask = (): Promise<Bar[]> => candles('BTC', OPEN * MINUTE, (OPEN + 1) * MINUTE);

    const early = ask();
    await clock.advance(50_000);
    const late = ask();
    loads.at(1).resolve(bar(2));
    await settle();
    loads.at(0).resolve(bar(1));

    expect(await early).toEqual(bar(1));
    expect(await late).toEqual(bar(2));
    // The older load ended last, and has not overwritten what the newer one brought.
    expect(await ask()).toEqual(bar(2));
    expect(loads.count).toBe(2);
  });

  it('joins no load of a closed bar that began before the bar settled', async () => {
    const loads = new Loads<Bar[]>();
    const load = (symbol: string, from: number, to: number): Promise<Bar[]> => loads.run(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, settleTime: 5_000, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', OPEN * MINUTE, (OPEN + 1) * MINUTE);

    await clock.advance(54_000);
    const settling = ask();
    await clock.advance(1_000);
    const settled = ask();
    for (const close of [0, 1]) loads.at(close).resolve([{ time: OPEN * MINUTE, close, version: 0 }]);

    expect((await settling)[0]?.close).toBe(0);
    expect((await settled)[0]?.close).toBe(1);
  });

  it('joins no load whose first request is from before the bar closed, though a further one is not', async () => {
    const short = new Venue(clock, { most: 1, keeps: 'newest', settleTime: 0 });
    short.latency = 55_000;
    const candles = memoRange(short.load, { step: MINUTE, settleTime: 0, clock });
    const early = candles('BTC', 999 * MINUTE, 1_001 * MINUTE);
    await clock.advance(60_000);

    const late = candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);
    await clock.advance(200_000);

    expect((await early).map(({ close }) => close)).toEqual([OPEN * MINUTE, OPEN * MINUTE + 10_000]);
    expect((await late).map(({ close }) => close)).toEqual([(OPEN + 1) * MINUTE]);
    expect(short.asked).toEqual([
      [999, 1_001],
      [999, 1_000],
      [1_000, 1_001],
    ]);
  });

  it('joins a load that began before the bar closed and has yet to ask for the bar again', async () => {
    const loads = new Loads<Bar[]>();
    const candles = memoRange((from: number, to: number) => loads.run(from, to), { step: MINUTE, clock });
    const early = candles(998 * MINUTE, 1_001 * MINUTE);
    // Cut short at both ends: the older one is asked for first.
    loads.at(0).resolve(venue.bars('BTC', 999 * MINUTE, 1_000 * MINUTE));
    await settle();
    await clock.advance(60_000);

    const late = candles(1_000 * MINUTE, 1_001 * MINUTE);
    loads.at(1).resolve(venue.bars('BTC', 998 * MINUTE, 999 * MINUTE));
    await settle();
    loads.at(2).resolve(venue.bars('BTC', 1_000 * MINUTE, 1_001 * MINUTE));

    expect(minutesOf(await early)).toEqual([998, 999, 1_000]);
    expect(await late).toEqual(venue.bars('BTC', 1_000 * MINUTE, 1_001 * MINUTE));
    expect(loads.count).toBe(3);
  });

  it('joins a load of the open bar that began while the bar was open', async () => {
    venue.latency = 2_000;
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 0, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', OPEN * MINUTE, (OPEN + 1) * MINUTE);

    const first = ask();
    await clock.advance(1_500);
    const second = ask();
    await clock.advance(500);

    expect(await second).toEqual(await first);
    expect(venue.requests).toHaveLength(1);
    expect(candles.stats()).toMatchObject({ misses: 1, coalesced: 1 });
  });

  it('answers a bar that the venue publishes late as soon as it is there', async () => {
    const late = new Venue(clock, { lag: MINUTE + 20_000 });
    const candles = memoRange(late.load, { step: MINUTE, clock });
    const delays: number[] = [];
    for (let second = 0; second < 300; second++) {
      const rows = await candles('BTC', 1_000 * MINUTE, 1_010 * MINUTE);
      delays.push(late.bars('BTC', 1_000 * MINUTE, 1_010 * MINUTE).length - rows.length);
      await clock.advance(1_000);
    }

    // A tenth of the 20 s that have passed since the end of the bar.
    const missing = delays.filter((delay) => delay > 0).length;
    expect(missing).toBeLessThanOrEqual(4 * 2);
    expect(delays.at(-1)).toBe(0);
  });

  it.each([
    ['open', 0],
    ['settling', 50_000],
  ])('serves no row of a bar that was %s before the wall time was set forward', async (_, wait) => {
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 30_000, settleTime: 5_000, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);
    await clock.advance(wait);
    await ask();

    clock.stepWallTime(55_000);
    expect(candles.explain('BTC', 1_000 * MINUTE, 1_001 * MINUTE).intervals).toMatchObject([{ state: 'expired' }]);
    const bars = await ask();
    await clock.advance(60_000);

    expect(venue.requests).toHaveLength(2);
    expect(bars).toEqual(venue.requests[1]?.rows);
    expect(await ask()).toEqual(bars);
    expect(candles.stats()).toMatchObject({ hits: 1, misses: 2, expirations: 1 });
  });

  it('reads the open bar from the wall time, and ages from the monotonic time', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 1_000, clock });
    await candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);

    clock.stepWallTime(-3_600_000);
    expect(candles.peek('BTC', 940 * MINUTE, 1_001 * MINUTE)).toBeUndefined();
    clock.stepWallTime(3_600_000);
    expect(candles.peek('BTC', 1_000 * MINUTE, 1_001 * MINUTE)).toBeDefined();
    await clock.advance(1_000);

    expect(candles.peek('BTC', 1_000 * MINUTE, 1_001 * MINUTE)).toBeUndefined();
  });
});
