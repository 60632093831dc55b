import { beforeEach, describe, expect, it } from 'vitest';
import { TimeoutError, VirtualClock } from 'tickwise/core';
import { memoRange, type MemoRangeOptions } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';
import { type Bar, MINUTE, minutesOf, Venue } from './range-venue.js';

describe('memoRange and concurrent calls', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(1_000 * MINUTE);
    venue = new Venue(clock);
    venue.latency = 100;
  });

  it('loads a range once for a thousand calls', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    const calls = Array.from({ length: 1_000 }, () => candles('BTC', 100 * MINUTE, 110 * MINUTE));
    await clock.advance(100);
    const answers = await Promise.all(calls);

    expect(venue.asked).toEqual([[100, 110]]);
    expect(answers.every((rows) => rows.length === 10)).toBe(true);
    expect(candles.stats()).toMatchObject({ calls: 1_000, misses: 1, coalesced: 999, hits: 0, rowsServed: 10_000 });
  });

  it('stores nothing when the arguments are changed during the load', async () => {
    const load = async ([symbol = '']: string[], from: number, to: number): Promise<Bar[]> =>
      venue.load(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, limit: 10, concurrency: 1, clock });
    const key = ['BTC'];

    const call = candles(key, 100 * MINUTE, 110 * MINUTE);
    key[0] = 'ETH';
    await clock.advance(100);

    expect(await call).toHaveLength(10);
    expect(candles.peek(['BTC'], 100 * MINUTE, 110 * MINUTE)).toBeUndefined();
    expect(candles.peek(['ETH'], 100 * MINUTE, 110 * MINUTE)).toBeUndefined();
    expect(candles.stats().entries).toBe(0);
  });

  it('gives nobody rows of another series when the arguments are changed before the load', async () => {
    const load = async ([symbol = '']: string[], from: number, to: number): Promise<Bar[]> =>
      venue.load(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, concurrency: 1, clock });
    const key = ['BTC'];

    const first = candles(['XRP'], 100 * MINUTE, 110 * MINUTE);
    const waiting = Promise.allSettled([
      candles(key, 100 * MINUTE, 110 * MINUTE),
      candles(['BTC'], 100 * MINUTE, 110 * MINUTE),
    ]);
    key[0] = 'ETH';
    await clock.advance(300);
    await first;

    for (const end of await waiting) expect(end).toMatchObject({ reason: { code: 'ERR_INVALID_ARGUMENT' } });
    expect(venue.requests.map(({ symbol }) => symbol)).toEqual(['XRP']);
  });

  it('loads each step once for calls that overlap', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const ranges = [
      [100, 110],
      [105, 115],
      [95, 120],
      [107, 109],
    ] as const;

    const calls = ranges.map(([from, to]) => candles('BTC', from * MINUTE, to * MINUTE));
    await clock.advance(100);

    for (const [index, [from, to]] of ranges.entries()) {
      expect(await calls[index]).toEqual(venue.bars('BTC', from * MINUTE, to * MINUTE));
    }
    expect(venue.asked).toEqual([
      [100, 110],
      [110, 115],
      [95, 100],
      [115, 120],
    ]);
  });

  it('gives the error of a load to all calls that need it, and to no other', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const error = new Error('venue down');
    venue.failures.push(error);

    const failing = candles('BTC', 100 * MINUTE, 110 * MINUTE);
    const joined = candles('BTC', 109 * MINUTE, 111 * MINUTE);
    const other = candles('BTC', 110 * MINUTE, 112 * MINUTE);
    const results = Promise.allSettled([failing, joined, other]);
    await clock.advance(100);

    expect(await results).toMatchObject([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
      { status: 'fulfilled' },
    ]);
    expect(minutesOf(await other)).toEqual([110, 111]);
    expect(candles.stats()).toMatchObject({ loads: 3, loadErrors: 1, entries: 2 });
  });

  it('loads again after a failure', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    venue.latency = 0;
    venue.failures.push(new Error('venue down'));

    await expect(candles('BTC', 0, MINUTE)).rejects.toThrow('venue down');

    expect(await candles('BTC', 0, MINUTE)).toHaveLength(1);
  });

  it('keeps what a load has brought before a further request of it fails', async () => {
    const short = new Venue(clock, { most: 4 });
    const candles = memoRange(short.load, { step: MINUTE, clock });
    const load = candles('BTC', 0, 10 * MINUTE);
    short.failures.push(new Error('venue down'));

    await expect(load).rejects.toThrow('venue down');

    expect(minutesOf(candles.peek('BTC', 0, 4 * MINUTE))).toEqual([0, 1, 2, 3]);
    expect(await candles('BTC', 0, 10 * MINUTE)).toHaveLength(10);
    expect(short.asked.slice(2)).toEqual([
      [4, 10],
      [8, 10],
    ]);
  });

  it('turns a throw of the function into a rejection', async () => {
    const load = (_from: number, _to: number): Promise<Bar[]> => {
      throw new RangeError('no such market');
    };
    const candles = memoRange(load, { step: MINUTE, clock });

    await expect(candles(0, MINUTE)).rejects.toThrow(RangeError);
    expect(candles.stats()).toMatchObject({ loads: 1, loadErrors: 1 });
  });

  it('gives up the loads that wait for a call which has failed, unless another call needs them', async () => {
    const reported: unknown[] = [];
    const onError = (error: unknown): unknown => reported.push(error);
    const candles = memoRange(venue.load, { step: MINUTE, limit: 10, concurrency: 2, clock, onError });
    venue.failures.push(new Error('venue down'));

    const failing = candles('BTC', 0, 100 * MINUTE).catch((error: unknown) => error);
    const other = candles('BTC', 95 * MINUTE, 100 * MINUTE);
    await clock.advance(1_000);

    expect(await failing).toMatchObject({ message: 'venue down' });
    expect(await other).toHaveLength(5);
    expect(venue.asked).toEqual([
      [0, 10],
      [10, 20],
      // Takes the place of the failed load before the call learns of the failure.
      [20, 30],
      [90, 100],
    ]);
    expect(reported).toEqual([]);
  });

  it('runs so many loads at a time as concurrency says, in order', async () => {
    const loads = new Loads<Bar[]>();
    const load = (symbol: string, from: number, to: number): Promise<Bar[]> => loads.run(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, limit: 10, concurrency: 2, clock });
    const call = candles('BTC', 0, 50 * MINUTE);
    const running = [loads.count];

    for (let index = 0; index < 5; index++) {
      const [symbol, from, to] = (loads.started[index]?.args ?? []) as [string, number, number];
      loads.at(index).resolve(venue.bars(symbol, from, to));
      await settle();
      running.push(loads.count);
    }

    expect(running).toEqual([2, 3, 4, 5, 5, 5]);
    expect(await call).toHaveLength(50);
    expect(loads.started.map(({ args }) => args[1])).toEqual([0, 10, 20, 30, 40].map((minute) => minute * MINUTE));
  });

  it('starts the first load in the turn of the call', () => {
    const loads = new Loads<Bar[]>();
    const load = (symbol: string, from: number, to: number): Promise<Bar[]> => loads.run(symbol, from, to);
    const candles = memoRange(load, { step: MINUTE, clock });

    void candles('BTC', 0, MINUTE);

    expect(loads.count).toBe(1);
    loads.at(0).resolve([]);
  });

  it('ends a load at its timeout, drops its late rows, and loads again', async () => {
    venue.latency = 3_000;
    const candles = memoRange(venue.load, { step: MINUTE, timeout: 1_000, clock, ioClock: clock, name: 'bars' });

    const call = candles('BTC', 0, MINUTE).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await call).toBeInstanceOf(TimeoutError);
    await clock.advance(5_000);

    expect(candles.stats()).toMatchObject({ name: 'bars', entries: 0, loadErrors: 1, loadTimeMs: 1_000 });
    venue.latency = 0;
    expect(await candles('BTC', 0, MINUTE)).toHaveLength(1);
  });

  it('reports the late error of a load that had timed out', async () => {
    const seen: unknown[] = [];
    const options: MemoRangeOptions<[string], Bar> = {
      step: MINUTE,
      timeout: 1_000,
      clock,
      ioClock: clock,
      onError: (error, context) => void seen.push([error, context]),
    };
    const candles = memoRange(venue.load, options);
    const error = new Error('connection reset');
    venue.latency = 3_000;
    venue.failures.push(error);

    const call = candles('BTC', 0, MINUTE).catch((reason: unknown) => reason);
    await clock.advance(3_000);

    expect(await call).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(seen).toEqual([[error, { name: 'load', during: 'load' }]]);
  });

  it('reports the error of a load whose callers had failed before', async () => {
    const seen: unknown[] = [];
    const loads = new Loads<Bar[]>();
    const load = (from: number, to: number): Promise<Bar[]> => loads.run(from, to);
    const candles = memoRange(load, { step: MINUTE, limit: 10, clock, onError: (error) => void seen.push(error) });
    const first = new Error('first');
    const second = new Error('second');

    const call = candles(0, 20 * MINUTE).catch((error: unknown) => error);
    loads.at(0).reject(first);
    expect(await call).toBe(first);
    loads.at(1).reject(second);
    await settle();

    expect(seen).toEqual([second]);
  });
});

describe('memoRange and invalidation', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(1_000 * MINUTE);
    venue = new Venue(clock);
  });

  it('forgets the steps that overlap a range, of that series', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 100 * MINUTE, 400 * MINUTE);
    await candles('ETH', 100 * MINUTE, 400 * MINUTE);

    await candles.invalidate(['BTC'], 150.5 * MINUTE, 299.5 * MINUTE);
    await candles('BTC', 100 * MINUTE, 400 * MINUTE);
    await candles('ETH', 100 * MINUTE, 400 * MINUTE);

    expect(venue.asked.slice(2)).toEqual([[150, 300]]);
  });

  it.each([
    ['all of a series', undefined, undefined, [[100, 400]]],
    ['from a time on', 300, undefined, [[300, 400]]],
    ['up to a time', undefined, 200, [[100, 200]]],
    ['nothing for an empty range', 200, 200, []],
  ])('forgets %s', async (_, from, to, asked) => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 100 * MINUTE, 400 * MINUTE);

    await candles.invalidate(
      ['BTC'],
      from === undefined ? undefined : from * MINUTE,
      to === undefined ? undefined : to * MINUTE,
    );
    await candles('BTC', 100 * MINUTE, 400 * MINUTE);

    expect(venue.asked.slice(1)).toEqual(asked);
  });

  it('stores no rows of a load that began before, only those of steps it does not concern', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    venue.latency = 100;
    const early = candles('BTC', 100 * MINUTE, 110 * MINUTE);

    venue.correct('BTC', 103 * MINUTE, 105 * MINUTE);
    void candles.invalidate(['BTC'], 103 * MINUTE, 105 * MINUTE);
    const late = candles('BTC', 100 * MINUTE, 110 * MINUTE);
    await clock.advance(100);

    expect((await early).map(({ version }) => version)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect((await late).map(({ version }) => version)).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect(candles.peek('BTC', 100 * MINUTE, 110 * MINUTE)).toEqual(await late);
    expect(venue.asked).toEqual([
      [100, 110],
      [103, 105],
    ]);
  });

  it('stores what a load asked for again after the invalidation', async () => {
    const loads = new Loads<Bar[]>();
    const candles = memoRange((from: number, to: number) => loads.run(from, to), { step: MINUTE, clock });
    const call = candles(0, 4 * MINUTE);

    await candles.invalidate([]);
    loads.at(0).resolve(venue.bars('BTC', 0, 2 * MINUTE));
    await settle();
    loads.at(1).resolve(venue.bars('BTC', 2 * MINUTE, 4 * MINUTE));

    expect(await call).toHaveLength(4);
    expect(candles.peek(0, 2 * MINUTE)).toBeUndefined();
    expect(candles.peek(2 * MINUTE, 4 * MINUTE)).toHaveLength(2);
  });

  it('forgets everything, and stores nothing that is being loaded', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 0, 200 * MINUTE);
    venue.latency = 100;
    const call = candles('ETH', 0, 10 * MINUTE);

    await candles.clear();
    await clock.advance(100);

    expect(await call).toHaveLength(10);
    expect(candles.peek('BTC', 0, MINUTE)).toBeUndefined();
    expect(candles.peek('ETH', 0, MINUTE)).toBeUndefined();
    expect(candles.stats()).toMatchObject({ entries: 0, evictions: 0 });
  });

  it('stores what a load brings that still waited for its turn', async () => {
    venue.latency = 100;
    const candles = memoRange(venue.load, { step: MINUTE, concurrency: 1, clock });
    const first = candles('BTC', 0, MINUTE);
    const queued = candles('ETH', 0, MINUTE);

    venue.correct('ETH', 0, MINUTE);
    await candles.clear();
    const joined = candles('ETH', 0, MINUTE);
    await clock.advance(200);

    await Promise.all([first, queued]);
    expect((await joined).map(({ version }) => version)).toEqual([1]);
    expect(candles.peek('ETH', 0, MINUTE)).toHaveLength(1);
    expect(venue.requests).toHaveLength(2);
  });

  it('keeps rows out of the cache after many invalidations', async () => {
    venue.latency = 100;
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const call = candles('BTC', 0, 300 * MINUTE);

    for (let minute = 0; minute < 150; minute++) {
      void candles.invalidate(['BTC'], minute * MINUTE, (minute + 1) * MINUTE);
    }
    await clock.advance(100);

    expect(await call).toHaveLength(300);
    expect(candles.stats().entries).toBe(150);
    expect(candles.peek('BTC', 149 * MINUTE, 151 * MINUTE)).toBeUndefined();
    expect(candles.peek('BTC', 150 * MINUTE, 300 * MINUTE)).toHaveLength(150);
  });

  it('refuses a key that is no list, and times that are none', () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const untyped = candles as unknown as { invalidate(key: string): void };

    expect(() => untyped.invalidate('BTC')).toThrow(/key must be an array of arguments, got 'BTC'/);
    expect(() => candles.invalidate(['BTC'], NaN)).toThrow(/from must be a time in epoch milliseconds, got NaN/);
    expect(() => candles.invalidate(['BTC'], 0, Infinity)).toThrow(
      /to must be a time in epoch milliseconds, got Infinity/,
    );
  });

  it('does nothing for a series that nobody has asked for', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    await expect(candles.invalidate(['BTC'])).resolves.toBeUndefined();
  });
});
