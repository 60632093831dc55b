import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ArgumentError, VirtualClock } from 'tickwise/core';
import { memoRange } from 'tickwise/memo';
import { RangeFlight } from '../../src/memo/range-flight.js';
import { MINUTE, Venue } from './range-venue.js';

/** Steps per block, and the most a bound can be exceeded by. */
const BLOCK = 128;

describe('the bounds of memoRange', () => {
  let clock: VirtualClock;
  let venue: Venue;

  beforeEach(() => {
    clock = new VirtualClock(100_000 * MINUTE);
    venue = new Venue(clock);
  });

  it('splits a long gap into loads of at most limit steps', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, limit: 300, clock });

    const rows = await candles('BTC', 0, 1_000 * MINUTE);

    expect(rows).toEqual(venue.bars('BTC', 0, 1_000 * MINUTE));
    expect(venue.asked).toEqual([
      [0, 300],
      [300, 600],
      [600, 900],
      [900, 1_000],
    ]);
  });

  it('asks for 1 000 steps at most by default', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, clock });

    await candles('BTC', 0, 1_001 * MINUTE);

    expect(venue.asked).toEqual([
      [0, 1_000],
      [1_000, 1_001],
    ]);
  });

  it('loads known steps again between gaps no farther apart than mergeGap, to save loads', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, mergeGap: 5, clock });
    for (const [from, to] of [
      [10, 15],
      [20, 26],
    ] as const) {
      await candles('BTC', from * MINUTE, to * MINUTE);
    }

    const rows = await candles('BTC', 5 * MINUTE, 30 * MINUTE);

    expect(rows).toEqual(venue.bars('BTC', 5 * MINUTE, 30 * MINUTE));
    expect(venue.asked.slice(2)).toEqual([
      [5, 20],
      [26, 30],
    ]);
  });

  it('does not merge gaps over steps that are being loaded', async () => {
    venue.latency = 100;
    const candles = memoRange(venue.load, { step: MINUTE, mergeGap: 100, clock });
    const middle = candles('BTC', 10 * MINUTE, 15 * MINUTE);

    const all = candles('BTC', 5 * MINUTE, 20 * MINUTE);
    await clock.advance(100);

    expect(await middle).toHaveLength(5);
    expect(await all).toHaveLength(15);
    expect(venue.asked).toEqual([
      [10, 15],
      [5, 10],
      [15, 20],
    ]);
  });

  it('refuses a range of more steps than it may hold', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRows: 2_000, maxRowsPerSeries: 500, clock });

    const call = candles('BTC', 0, 501 * MINUTE);

    await expect(call).rejects.toThrow(ArgumentError);
    await expect(call).rejects.toThrow(/a range must have at most 500 steps, got 501; see the options maxRows/);
    expect(() => candles.explain('BTC', 0, 501 * MINUTE)).toThrow(/at most 500 steps/);
    expect(await candles('BTC', 0, 500 * MINUTE)).toHaveLength(500);
  });

  it('counts only steps that have begun towards the size of a range', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRows: 500, clock });

    expect(await candles('BTC', 99_900 * MINUTE, 1_000_000 * MINUTE)).toHaveLength(101);
  });

  it('keeps a sliding window as long as the bound', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRows: 500, clock });

    for (let start = 0; start < 1_000; start++) await candles('BTC', start * MINUTE, (start + 500) * MINUTE);

    expect(venue.sent).toBe(1_499);
    expect(candles.stats().entries).toBeLessThanOrEqual(500 + 2 * BLOCK);
    expect(candles.stats().entries + candles.stats().evictions).toBe(1_499);
  });

  it('gives up the steps of a series asked for least recently', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRowsPerSeries: 3 * BLOCK, clock });
    const ask = (block: number): Promise<unknown> =>
      candles('BTC', block * BLOCK * MINUTE, (block + 1) * BLOCK * MINUTE);
    // Four blocks: three, and one more so that any window fits.
    for (const block of [0, 1, 2, 3]) await ask(block);
    await ask(0);

    await ask(7);
    await ask(0);

    expect(candles.peek('BTC', BLOCK * MINUTE, 2 * BLOCK * MINUTE)).toBeUndefined();
    expect(candles.stats()).toMatchObject({ evictions: BLOCK, loads: 5, hits: 2, entries: 4 * BLOCK });
  });

  it('counts the load of steps as a use of them', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRowsPerSeries: 3 * BLOCK, clock });
    const range = (block: number): [from: number, to: number] => [block * BLOCK * MINUTE, (block + 1) * BLOCK * MINUTE];
    for (const block of [0, 1, 2, 3, 0, 1, 2, 7, 8]) await candles('BTC', ...range(block));

    expect([0, 1, 2, 3, 7, 8].filter((block) => candles.peek('BTC', ...range(block)) !== undefined)).toEqual([
      1, 2, 7, 8,
    ]);
  });

  it('gives up steps of the series asked for least recently when all together are too many', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxRows: 2 * BLOCK, clock });
    const ask = (symbol: string): Promise<unknown> => candles(symbol, 0, BLOCK * MINUTE);
    for (const symbol of ['A', 'B', 'C', 'A', 'D']) await ask(symbol);

    expect(candles.peek('B', 0, BLOCK * MINUTE)).toBeUndefined();
    expect(['A', 'C', 'D'].map((symbol) => candles.peek(symbol, 0, BLOCK * MINUTE)?.length)).toEqual([
      BLOCK,
      BLOCK,
      BLOCK,
    ]);
    expect(candles.stats()).toMatchObject({ series: 4, entries: 3 * BLOCK, evictions: BLOCK });
  });

  it('gives up the series asked for least recently', async () => {
    const candles = memoRange(venue.load, { step: MINUTE, maxSeries: 2, clock });
    for (const symbol of ['A', 'B', 'A', 'C']) await candles(symbol, 0, 10 * MINUTE);

    expect(candles.peek('B', 0, 10 * MINUTE)).toBeUndefined();
    expect(candles.peek('A', 0, 10 * MINUTE)).toHaveLength(10);
    expect(candles.stats()).toMatchObject({ series: 2, entries: 20, evictions: 10 });
  });

  it('keeps series over the bound while they load, so that no step loads twice', async () => {
    venue.latency = 100;
    const candles = memoRange(venue.load, { step: MINUTE, maxSeries: 2, clock });

    const calls = ['A', 'B', 'C', 'D', 'A'].map((symbol) => candles(symbol, 0, 10 * MINUTE));
    expect(candles.stats()).toMatchObject({ series: 4, misses: 4, coalesced: 1 });
    await clock.advance(100);

    for (const call of calls) expect(await call).toHaveLength(10);
    expect(venue.requests).toHaveLength(4);
    expect(candles.stats()).toMatchObject({ series: 2, entries: 20, evictions: 20 });
  });

  it('answers whole ranges while blocks are evicted under them', async () => {
    venue.latency = 100;
    const candles = memoRange(venue.load, { step: MINUTE, maxRows: BLOCK, limit: 50, concurrency: 3, clock });

    const calls = Array.from({ length: 10 }, (_, index) =>
      candles('BTC', index * 60 * MINUTE, (index * 60 + BLOCK) * MINUTE),
    );
    await clock.advance(10_000);

    for (const [index, call] of calls.entries()) {
      expect(await call).toEqual(venue.bars('BTC', index * 60 * MINUTE, (index * 60 + BLOCK) * MINUTE));
    }
  });

  it('joins thousands of waiting loads with one look per step', async () => {
    const steps = 50_000;
    venue.latency = 1;
    const candles = memoRange(venue.load, { step: MINUTE, limit: 10, concurrency: 10_000, clock });
    const looks = vi.spyOn(RangeFlight.prototype, 'isCut');

    const first = candles('BTC', 0, steps * MINUTE);
    const second = candles('BTC', 0, steps * MINUTE);
    const { intervals } = candles.explain('BTC', 0, steps * MINUTE);
    const count = looks.mock.calls.length;
    await clock.advance(1);

    expect(intervals).toEqual([{ from: 0, to: steps * MINUTE, state: 'loading' }]);
    expect(count).toBe(2 * steps);
    expect(await second).toEqual(await first);
    expect(venue.requests).toHaveLength(steps / 10);
  });

  it('holds its bounds, and every step it counts, under random calls', async () => {
    const ask = fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.nat(3_000), fc.nat(300), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { maxLength: 60, size: 'max' }), async (asks) => {
        const candles = memoRange(new Venue(clock).load, {
          step: MINUTE,
          maxRows: 600,
          maxRowsPerSeries: 300,
          maxSeries: 3,
          clock,
        });
        let forgotten = 0;
        for (const [symbol, from, length, isForgotten] of asks) {
          const before = candles.stats();
          if (isForgotten) await candles.invalidate([symbol], from * MINUTE, (from + length) * MINUTE);
          forgotten += before.entries - candles.stats().entries;
          const rows = await candles(symbol, from * MINUTE, (from + length) * MINUTE);

          const { entries, evictions, series, stepsLoaded } = candles.stats();
          expect(rows).toHaveLength(length);
          expect(entries).toBeLessThanOrEqual(6 * BLOCK);
          expect(series).toBeLessThanOrEqual(3);
          expect(entries + evictions + forgotten).toBe(stepsLoaded);
        }
      }),
      { numRuns: 60 },
    );
  });
});
