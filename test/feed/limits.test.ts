import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { binance, bybitV5, defineProtocol, FeedPool, type FeedProtocol } from 'tickwise/feed';
import { nextBatch } from '../../src/feed/request-batch.js';
import { TopicRecord } from '../../src/feed/topic-record.js';
import { FakeVenue, type ReceivedRequest, scene, testProtocol } from './fake-venue.js';

const nothing = (): void => undefined;

describe('a request', () => {
  it('holds no more topics than the venue allows', async () => {
    await using stage = await scene({}, { limits: { topicsPerRequest: 2 } });
    const { pool, venue } = stage;

    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((topic) => pool.subscribe(topic, nothing)));

    expect(venue.requests.entries.map(({ args }) => args)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('is no longer than the venue allows', async () => {
    const topics = Array.from({ length: 40 }, (_, index) => `topic-${index}-${'é'.repeat(index)}`);
    await using stage = await scene({}, { limits: { bytesPerRequest: 300 } });
    const { pool, venue } = stage;

    await Promise.all(topics.map((topic) => pool.subscribe(topic, nothing)));

    expect(venue.subscribed()).toEqual(topics);
    expect(Math.max(...venue.requests.entries.map(({ bytes }) => bytes))).toBeLessThanOrEqual(300);
  });

  it('for one topic that is too long by itself fails that topic alone', async () => {
    await using stage = await scene({}, { limits: { bytesPerRequest: 100 } });
    const { pool } = stage;

    const results = await Promise.allSettled(
      ['a', 'x'.repeat(120), 'b'].map((topic) => pool.subscribe(topic, nothing)),
    );

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'ERR_OVERFLOW' } },
      { status: 'fulfilled' },
    ]);
  });

  it('holds topics of one group only', async () => {
    await using stage = await scene({}, { group: (topic) => topic.slice(0, 1) });
    const { pool, venue } = stage;

    await Promise.all(['a1', 'b1', 'a2', 'b2'].map((topic) => pool.subscribe(topic, nothing)));

    expect(venue.requests.entries.map(({ args }) => args)).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);
  });

  it('takes every topic once and stays within the limits, whatever they are', () => {
    const topics = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), { maxLength: 40 });
    const limits = fc.record({
      topicsPerRequest: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(Infinity)),
      bytesPerRequest: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(Infinity)),
    });
    const groups = fc.integer({ min: 1, max: 3 });

    fc.assert(
      fc.property(topics, limits, groups, (names, allowed, groupCount) => {
        const protocol = testProtocol({ limits: allowed });
        const waiting = new Set(names.map((name) => new TopicRecord(name, String(name.length % groupCount), false)));
        const taken: string[] = [];

        while (waiting.size > 0) {
          const { records, text } = nextBatch(protocol, 'subscribe', waiting, 1);
          for (const record of records) waiting.delete(record);
          taken.push(...records.map((record) => record.topic));

          expect(records.length).toBeGreaterThan(0);
          expect(records.length).toBeLessThanOrEqual(allowed.topicsPerRequest);
          expect(records.length === 1 || Buffer.byteLength(text) <= allowed.bytesPerRequest).toBe(true);
          expect(new Set(records.map((record) => record.group)).size).toBe(1);
        }

        expect(taken.toSorted()).toEqual(names.toSorted());
      }),
    );
  });
});

describe('a connection', () => {
  it('takes no more topics than the venue allows; the rest get another', async () => {
    await using stage = await scene({}, { limits: { topicsPerConnection: 2 } });
    const { pool, venue } = stage;

    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((topic) => pool.subscribe(topic, nothing)));

    expect(byConnection(venue.requests.entries).map((topics) => topics.length)).toEqual([2, 2, 1]);
    expect(pool.stats()).toMatchObject({ connections: 3, live: 5 });
  });

  it('takes no more characters than the venue allows, with quotes and commas', async () => {
    await using stage = await scene({}, { limits: { charactersPerConnection: 20 } });
    const { pool, venue } = stage;

    await Promise.all(['aaaaaaa', 'bbbbbbb', 'ccccccc'].map((topic) => pool.subscribe(topic, nothing)));

    expect(byConnection(venue.requests.entries).map((topics) => topics.length)).toEqual([2, 1]);
  });

  it('has room again when a topic has ended', async () => {
    await using stage = await scene({ maxConnections: 1 }, { limits: { topicsPerConnection: 1 } });
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);
    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    await pool.subscribe('b', nothing);

    expect(pool.stats()).toMatchObject({ opened: 1, topics: 1 });
  });

  it('is not opened for a topic with more characters than the venue allows on one', async () => {
    await using stage = await scene({}, { limits: { charactersPerConnection: 20 } });

    const failure = stage.pool.subscribe('a'.repeat(18), nothing);

    await expect(failure).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(stage.pool.stats()).toMatchObject({ opened: 0, topics: 0 });
  });

  it.each([['http://127.0.0.1'], ['ws://127.0.0.1/#part'], [''], [undefined]])(
    'is not opened to an address that the protocol makes up: %s',
    async (url) => {
      // Wrong on purpose: protocols are written without a compiler too.
      await using stage = await scene({ url: undefined }, { urlFor: () => url as string });

      const failure = stage.pool.subscribe('a', nothing);

      await expect(failure).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
      expect(stage.pool.stats()).toMatchObject({ opened: 0, topics: 0 });
    },
  );

  it('is refused beyond maxConnections, and what is there goes on', async () => {
    await using stage = await scene({ maxConnections: 2 }, { limits: { topicsPerConnection: 1 } });
    const { pool } = stage;

    const results = await Promise.allSettled(['a', 'b', 'c'].map((topic) => pool.subscribe(topic, nothing)));

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'ERR_OVERFLOW' } },
    ]);
    expect(pool.stats()).toMatchObject({ topics: 2, connections: 2 });
  });

  it('goes to the address the protocol names for the topic', async () => {
    await using other = await scene();
    await using stage = await scene({}, { urlFor: (topic) => (topic === 'far' ? other.venue.url : stage.venue.url) });
    const { pool, venue } = stage;

    await Promise.all(['near', 'far'].map((topic) => pool.subscribe(topic, nothing)));

    expect(venue.subscribed()).toEqual(['near']);
    expect(other.venue.subscribed()).toEqual(['far']);
    expect(pool.explain('far').url).toBe(other.venue.url);
  });
});

describe('the pace', () => {
  it('keeps its distance between the frames of one connection', async () => {
    await using stage = await scene({ pace: 50 }, { limits: { topicsPerRequest: 1 } });
    const { pool, venue, clock } = stage;
    const subscribing = Promise.all(['a', 'b', 'c', 'd'].map((topic) => pool.subscribe(topic, nothing)));

    for (let count = 1; count <= 4; count++) {
      await venue.requests.atLeast(count);
      await clock.advance(50);
    }
    await subscribing;

    expect(venue.requests.entries.map(({ at }) => at)).toEqual([0, 50, 100, 150]);
  });

  it('builds a waiting frame from what is wanted when its turn comes', async () => {
    await using stage = await scene({ pace: 100 });
    const { pool, venue, clock } = stage;
    const end = await pool.subscribe('a', nothing);

    await end();
    const again = pool.subscribe('a', nothing);
    const other = pool.subscribe('b', nothing);
    await again;
    await clock.advance(100);
    await other;

    expect(venue.requests.entries.map(({ op, args }) => [op, args])).toEqual([
      ['subscribe', ['a']],
      ['subscribe', ['b']],
    ]);
  });
});

describe('1,100 topics', () => {
  it('of Bybit spot go out in frames of 10 within 21,000 characters a connection, 50 ms apart', async () => {
    const topics = Array.from({ length: 1_100 }, (_, index) => `orderbook.50.COIN${index}USDT`);

    const requests = await subscribeAll(bybitV5('spot'), topics, 'args', (id) => ({
      success: true,
      req_id: id,
      op: 'subscribe',
    }));

    expect(requests.flatMap(({ args }) => args).toSorted()).toEqual(topics.toSorted());
    expect(Math.max(...requests.map(({ args }) => args.length))).toBe(10);
    const characters = byConnection(requests).map((args) => JSON.stringify(args).length);
    expect(Math.max(...characters)).toBeLessThanOrEqual(21_000);
    expect(characters).toHaveLength(Math.ceil(JSON.stringify(topics).length / 21_000));
    expect(shortestDistance(requests)).toBeGreaterThanOrEqual(50);
  });

  it('of Binance go over 2 connections in frames of 4,096 bytes, 4 a second', async () => {
    const topics = Array.from({ length: 1_100 }, (_, index) => `coin${index}usdt@depth@100ms`);

    const requests = await subscribeAll(binance('spot'), topics, 'params', (id) => ({ result: null, id: Number(id) }));

    expect(byConnection(requests).map((args) => args.length)).toEqual([1_024, 76]);
    expect(Math.max(...requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(4_096);
    expect(shortestDistance(requests)).toBeGreaterThanOrEqual(250);
    expect(requests.length).toBeLessThanOrEqual(10);
  });
});

/** Subscribes to all topics of a real protocol at a venue that accepts everything; returns what it received. */
async function subscribeAll(
  protocol: FeedProtocol,
  topics: readonly string[],
  argsName: string,
  answer: (id: unknown) => object,
): Promise<ReceivedRequest[]> {
  const clock = new VirtualClock();
  const venue = await FakeVenue.start(clock);
  const requests: ReceivedRequest[] = [];
  venue.answer = () => undefined;
  venue.requests.tap(({ connection, raw, at, bytes }) => {
    const id = raw['id'] ?? raw['req_id'];
    requests.push({ connection, op: 'subscribe', args: raw[argsName] as string[], id: Number(id), at, bytes, raw });
    venue.connections.entries[connection]?.send(JSON.stringify(answer(id)));
  });
  const quiet = defineProtocol({ ...protocol, heartbeat: { every: Infinity } });
  const pool = new FeedPool({ protocol: quiet, url: venue.url, ioClock: clock });

  const subscribing = Promise.all(topics.map((topic) => pool.subscribe(topic, nothing)));
  while (pool.stats().live < topics.length) {
    await clock.advance(10);
    // Time stands still until what was sent has arrived, so that arrival shows the time of sending.
    await venue.requests.atLeast(pool.stats().requests);
  }
  await subscribing;

  await pool.close();
  await venue.close();
  return requests;
}

function byConnection(requests: readonly ReceivedRequest[]): string[][] {
  const topics: string[][] = [];
  for (const { connection, args } of requests) (topics[connection] ??= []).push(...args);
  return topics;
}

/** Shortest time between two frames of one connection. */
function shortestDistance(requests: readonly ReceivedRequest[]): number {
  const distances = requests.flatMap((request, index) => {
    const next = requests.slice(index + 1).find(({ connection }) => connection === request.connection);
    return next === undefined ? [] : [next.at - request.at];
  });
  return Math.min(...distances);
}
