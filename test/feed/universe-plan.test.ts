import { VirtualClock } from 'tickwise/core';
import { bybitV5, defineProtocol, FeedPool, UniverseFilter } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { FakeVenue } from './fake-venue.js';

const NAMES = 2_114;

/** Names as Bybit writes those of options. */
function optionNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const [day, strike] = [1 + (index % 28), 20_000 + 500 * Math.floor(index / 56)];
    return `BTC-${day}AUG26-${strike}-${Math.floor(index / 28) % 2 === 0 ? 'C' : 'P'}`;
  });
}

interface Ticker {
  readonly openInterest: number;
}

describe('a universe of 2,114 option names over a pool', () => {
  it('is subscribed within every limit of the Bybit option profile', async () => {
    const clock = new VirtualClock();
    const venue = await FakeVenue.start(clock);
    venue.answer = ({ raw }, socket) => {
      const data = { successTopics: raw['args'], failTopics: [] };
      socket.send(JSON.stringify({ success: true, type: 'COMMAND_RESP', data }));
    };
    const profile = bybitV5('option');
    const protocol = defineProtocol({ ...profile, heartbeat: { every: Infinity } });
    const pool = new FeedPool({ protocol, url: venue.url, ioClock: clock });
    const hub = new SubscriptionHub({ source: pool, ioClock: clock });
    const universe = new UniverseFilter<Ticker>({ enter: ({ openInterest }) => openInterest > 100 });
    universe.follow((symbol) => hub.subscribe(`tickers.${symbol}`, () => {}));

    for (const name of optionNames(NAMES)) universe.update(name, { openInterest: 101 });
    while (pool.stats().live < NAMES) {
      await clock.advance(10);
      await venue.requests.atLeast(pool.stats().requests);
    }

    const { limits } = profile;
    const perConnection: string[][] = [];
    const sentAt: number[][] = [];
    for (const { connection, args, at, bytes } of venue.requests.entries) {
      expect(args.length).toBeLessThanOrEqual(limits.topicsPerRequest);
      expect(bytes).toBeLessThanOrEqual(limits.bytesPerRequest);
      (perConnection[connection] ??= []).push(...args);
      (sentAt[connection] ??= []).push(at);
    }
    const wanted = optionNames(NAMES).map((name) => `tickers.${name}`);
    expect(perConnection.flat().toSorted()).toEqual(wanted.toSorted());
    for (const topics of perConnection) {
      expect(topics.length).toBeLessThanOrEqual(limits.topicsPerConnection);
      expect(JSON.stringify(topics).length).toBeLessThanOrEqual(limits.charactersPerConnection);
    }
    for (const times of sentAt) {
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(limits.pace);
    }
    expect(perConnection).toHaveLength(Math.ceil(JSON.stringify(wanted).length / limits.charactersPerConnection));
    await hub.close();
    await pool.close();
    await venue.close();
  });
});
