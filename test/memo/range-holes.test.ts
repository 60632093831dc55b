import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memoRange } from 'tickwise/memo';
import { type Bar, MINUTE, minutesOf, Venue, type VenueRules } from './range-venue.js';

const DAY = 1_440 * MINUTE;

describe('memoRange and holes', () => {
  let clock: VirtualClock;
  const venueOf = (rules: VenueRules): Venue => new Venue(clock, rules);

  beforeEach(() => {
    clock = new VirtualClock(1_000 * MINUTE);
  });

  it('remembers steps between two rows that the venue does not have', async () => {
    const venue = venueOf({ has: (time) => time / MINUTE < 103 || time / MINUTE > 106 });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 100 * MINUTE, 110 * MINUTE);

    await clock.advance(365 * DAY);
    const rows = await candles('BTC', 100 * MINUTE, 110 * MINUTE);

    expect(minutesOf(rows)).toEqual([100, 101, 102, 107, 108, 109]);
    expect(venue.requests).toHaveLength(1);
    expect(await candles('BTC', 104 * MINUTE, 106 * MINUTE)).toEqual([]);
    expect(venue.requests).toHaveLength(1);
  });

  it('remembers that the venue has nothing before a symbol was listed', async () => {
    const venue = venueOf({ has: (time) => time >= 105 * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', 100 * MINUTE, 110 * MINUTE);
    await ask();

    await clock.advance(365 * DAY);

    expect(minutesOf(await ask())).toEqual([105, 106, 107, 108, 109]);
    expect(venue.asked).toEqual([
      [100, 110],
      [100, 105],
    ]);
  });

  it.each([
    ['the oldest', 'oldest'],
    ['the newest', 'newest'],
  ] as const)(
    'loads all rows from a venue that returns %s 3 of a range, and takes none for a hole',
    async (_, keeps) => {
      const venue = venueOf({ most: 3, keeps });
      const candles = memoRange(venue.load, { step: MINUTE, clock });

      const rows = await candles('BTC', 100 * MINUTE, 110 * MINUTE);
      const again = await candles('BTC', 100 * MINUTE, 110 * MINUTE);

      expect(rows).toEqual(venue.bars('BTC', 100 * MINUTE, 110 * MINUTE));
      expect(again).toEqual(rows);
      expect(venue.requests.map((request) => request.rows.length)).toEqual([3, 3, 3, 1]);
      expect(venue.sent).toBe(10);
    },
  );

  it('finds holes and the listing of a symbol behind truncated answers', async () => {
    for (const keeps of ['oldest', 'newest'] as const) {
      const venue = venueOf({ most: 2, keeps, has: (time) => time >= 103 * MINUTE && time !== 106 * MINUTE });
      const candles = memoRange(venue.load, { step: MINUTE, clock });

      const rows = await candles('BTC', 100 * MINUTE, 110 * MINUTE);
      const { intervals } = candles.explain('BTC', 100 * MINUTE, 110 * MINUTE);

      expect(minutesOf(rows)).toEqual([103, 104, 105, 107, 108, 109]);
      expect(intervals.map(({ from, state }) => [from / MINUTE, state])).toEqual([
        [100, 'hole'],
        [103, 'kept'],
        [106, 'hole'],
        [107, 'kept'],
      ]);
    }
  });

  it('asks again for what is after the last row at a tenth of the time since, until a later row is there', async () => {
    const venue = venueOf({ has: (time) => time < 900 * MINUTE || time >= 1_150 * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const ask = async (): Promise<number> => {
      await candles('BTC', 890 * MINUTE, 901 * MINUTE);
      return venue.requests.length;
    };
    // The answer, and the check that nothing is behind its last row.
    expect(await ask()).toBe(2);

    // The step ended 99 minutes ago.
    await clock.advance(9.9 * MINUTE - 1);
    expect(await ask()).toBe(2);
    await clock.advance(1);
    expect(await ask()).toBe(3);
    await clock.advanceTo(1_160 * MINUTE);
    await candles('BTC', 1_150 * MINUTE, 1_155 * MINUTE);
    expect(await ask()).toBe(5);
    await clock.advance(365 * DAY);

    expect(await ask()).toBe(5);
  });

  it('asks again for the gap of an outage as soon as the venue shows a bar after it', async () => {
    let fromWhere = 2_000;
    const venue = venueOf({ has: (time) => time < 400 * MINUTE || time >= fromWhere * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    const ask = async (): Promise<number> => (await candles('BTC', 390 * MINUTE, clock.wallTime())).length;

    const during = await ask();
    await clock.advance(1_000);
    const still = await ask();
    // Back with the bar of now; those of the outage follow later.
    fromWhere = 1_000;
    await clock.advance(2_000);
    const noticed = await ask();
    fromWhere = 400;
    await clock.advance(1_000);

    expect([during, still, noticed]).toEqual([10, 10, 11]);
    expect(await ask()).toBe(11 + 600);
  });

  it('answers a bar that the venue fills in later', async () => {
    let isDown = true;
    const venue = venueOf({ has: (time) => !isDown || time < 990 * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 980 * MINUTE, 1_000 * MINUTE);

    isDown = false;
    await clock.advance(2 * MINUTE);
    const rows = await candles('BTC', 980 * MINUTE, 1_000 * MINUTE);

    expect(rows).toHaveLength(20);
  });

  it('does not take what it was told to forget for a proof of holes', async () => {
    let isWrong = true;
    const venue = venueOf({ has: (time) => (isWrong ? time === 950 * MINUTE : time < 945 * MINUTE) });
    const candles = memoRange(venue.load, { step: MINUTE, clock });
    await candles('BTC', 940 * MINUTE, 960 * MINUTE);
    isWrong = false;
    await candles.invalidate(['BTC']);
    await candles('BTC', 940 * MINUTE, 949 * MINUTE);

    const states = candles.explain('BTC', 940 * MINUTE, 949 * MINUTE).intervals.map(({ state }) => state);
    const count = venue.requests.length;
    await clock.advance(DAY);
    await candles('BTC', 940 * MINUTE, 949 * MINUTE);

    expect(states).toEqual(['kept', 'hole']);
    expect(venue.requests.length).toBeGreaterThan(count);
  });

  it('asks again for any hole after holeTtl', async () => {
    const venue = venueOf({ has: (time) => time !== 101 * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, holeTtl: DAY, clock });
    const ask = (): Promise<Bar[]> => candles('BTC', 100 * MINUTE, 103 * MINUTE);
    await ask();

    await clock.advance(DAY - 1);
    await ask();
    expect(venue.requests).toHaveLength(1);
    await clock.advance(1);
    await ask();

    expect(venue.asked).toEqual([
      [100, 103],
      [101, 102],
    ]);
  });

  it('serves an open bar without a trade for openTtl', async () => {
    const venue = venueOf({ has: (time) => time < 1_000 * MINUTE });
    const candles = memoRange(venue.load, { step: MINUTE, openTtl: 2_000, clock });
    await candles('BTC', 999 * MINUTE, 1_001 * MINUTE);
    const count = venue.requests.length;

    await clock.advance(1_999);
    await candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);
    expect(venue.requests).toHaveLength(count);
    await clock.advance(1);
    await candles('BTC', 1_000 * MINUTE, 1_001 * MINUTE);

    expect(venue.requests).toHaveLength(count + 1);
  });

  it('takes an answer of other times for "nothing there", and asks once', async () => {
    let loads = 0;
    const load = async (_from: number, to: number): Promise<{ time: number }[]> => {
      loads++;
      return [{ time: to }, { time: to + MINUTE }];
    };
    const candles = memoRange(load, { step: MINUTE, clock });

    expect(await candles(100 * MINUTE, 103 * MINUTE)).toEqual([]);
    expect(await candles(100 * MINUTE, 103 * MINUTE)).toEqual([]);
    expect(loads).toBe(1);
  });
});
