import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { type TopicStatus, VirtualClock } from 'tickwise/core';
import { type FeedGap, FeedPool } from 'tickwise/feed';
import { BackOff } from '../../src/feed/back-off.js';
import { accept, ignore, type Scene, scene, type TestEvent, testProtocol } from './fake-venue.js';
import { failureOf, Journal } from './journal.js';

const nothing = (): void => undefined;

describe('a lost connection', () => {
  it('is opened again, its topics asked for again, and each hears failed, gap, live, then values', async () => {
    const gaps: FeedGap[] = [];
    await using stage = await scene({ onGap: (gap) => gaps.push(gap) });
    const { pool, venue, clock } = stage;
    const story = new Journal<string>();
    const statuses: TopicStatus[] = [];
    await pool.subscribe(
      'a',
      (event) => story.add(`value ${event.items[0]}`),
      (status) => {
        statuses.push(status);
        story.add(status.type);
      },
    );
    await clock.advance(1_000);
    venue.send({ topic: 'a', value: 1 });
    await story.atLeast(2);
    await clock.advance(500);
    venue.answer = (request, socket) => {
      socket.send(JSON.stringify({ topic: 'a', value: 2 }));
      accept(request, socket);
    };

    venue.socket.terminate();
    await story.atLeast(3);
    await clock.advance(250);
    await story.atLeast(6);
    await stage.flush();

    expect(story.entries).toEqual(['live', 'value 1', 'failed', 'gap', 'live', 'value 2']);
    expect(statuses[2]).toEqual({ type: 'gap', from: 1_001_000, to: 1_001_750 });
    expect(gaps).toEqual([{ topic: 'a', from: 1_001_000, to: 1_001_750 }]);
    expect(venue.subscribed()).toEqual(['a', 'a']);
    expect(pool.stats()).toMatchObject({ opened: 2, reconnects: 1, gaps: 1, connections: 1, live: 1 });
  });

  it('has a gap that does not end before it begins when the wall clock was set back meanwhile', async () => {
    const gaps = new Journal<FeedGap>();
    await using stage = await scene({ onGap: gaps.add });
    await stage.pool.subscribe('a', nothing);

    await lose(stage);
    stage.clock.stepWallTime(-3_600_000);
    await stage.clock.advance(250);
    await gaps.atLeast(1);

    expect(gaps.entries).toEqual([{ topic: 'a', from: 1_000_000, to: 1_000_000 }]);
  });

  it('asks again for what is wanted at that instant, in frames within the limits', async () => {
    await using stage = await scene({}, { limits: { topicsPerRequest: 100 } });
    const { pool, venue } = stage;
    const topics = Array.from({ length: 300 }, (_, index) => `t${index}`);
    const ends = await Promise.all(topics.map((topic) => pool.subscribe(topic, nothing)));
    venue.requests.entries.length = 0;

    await lose(stage);
    for (const end of ends.slice(0, 50)) await end();
    const late = Promise.all(['late1', 'late2'].map((topic) => pool.subscribe(topic, nothing)));
    await stage.clock.advance(250);
    await late;
    await stage.flush();

    expect(venue.requests.entries.map(({ op, args }) => [op, args.length])).toEqual([
      ['subscribe', 100],
      ['subscribe', 100],
      ['subscribe', 52],
    ]);
    expect(venue.subscribed().toSorted()).toEqual([...topics.slice(50), 'late1', 'late2'].toSorted());
    expect(pool.stats()).toMatchObject({ topics: 252, live: 252, gaps: 250 });
  });

  it('keeps a first subscribe waiting until the venue is back', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    venue.answer = ignore;
    const subscribing = pool.subscribe('a', nothing);
    await venue.requests.atLeast(1);
    const whileWaiting = pool.explain('a').state;

    await lose(stage);
    const whileLost = pool.explain('a').state;
    venue.answer = accept;
    await clock.advance(250);
    await subscribing;

    expect([whileWaiting, whileLost, pool.explain('a').state]).toEqual(['subscribing', 'connecting', 'live']);
    expect(pool.stats()).toMatchObject({ gaps: 0, live: 1 });
  });

  it('loses only its own topics', async () => {
    await using stage = await scene({}, { limits: { topicsPerConnection: 1 } });
    const { pool, venue, clock, errors } = stage;
    const statuses: string[] = [];
    await pool.subscribe('a', nothing, ({ type }) => statuses.push(`a ${type}`));
    await pool.subscribe('b', nothing, ({ type }) => statuses.push(`b ${type}`));

    venue.connections.entries[0]?.terminate();
    await errors.atLeast(1);
    await clock.advance(250);
    await venue.requests.atLeast(3);
    await stage.flush();

    expect(statuses).toEqual(['a live', 'b live', 'a failed', 'a gap', 'a live']);
  });

  it('tries a topic again that the venue then refuses', async () => {
    await using stage = await scene();
    const { pool, venue, clock, errors } = stage;
    const statuses = new Journal<string>();
    await pool.subscribe('a', nothing, ({ type }) => statuses.add(type));
    await lose(stage);
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id, error: 'not now' }));

    await clock.advance(250);
    await statuses.atLeast(3);
    const refused = pool.explain('a');
    venue.answer = accept;
    await clock.advance(250);
    await statuses.atLeast(5);

    expect(statuses.entries).toEqual(['live', 'failed', 'failed', 'gap', 'live']);
    expect(refused).toMatchObject({ state: 'refused', reason: expect.stringContaining('not now') as string });
    expect(errors.entries.map(({ where }) => where)).toEqual(['connection', 'subscribe']);
    expect(pool.stats()).toMatchObject({ opened: 2, live: 1, gaps: 1 });
  });

  it('gives values to its topics for good when only the answer to the new request was lost', async () => {
    await using stage = await scene({ ackTimeout: 1_000 });
    const { pool, venue, clock } = stage;
    const statuses = new Journal<string>();
    const values = new Journal<number>();
    await pool.subscribe(
      'a',
      ({ items }) => items.forEach((item) => values.add(item)),
      ({ type }) => statuses.add(type),
    );
    venue.answer = ignore;
    await lose(stage);
    await clock.advance(250);
    await venue.requests.atLeast(2);

    venue.send({ topic: 'a', value: 1 });
    await values.atLeast(1);
    await clock.advance(60_000);
    venue.send({ topic: 'a', value: 2 });
    await values.atLeast(2);

    expect(statuses.entries).toEqual(['live', 'failed', 'gap', 'live']);
    expect(pool.explain('a')).toMatchObject({ state: 'live', listeners: 1 });
    expect(pool.stats()).toMatchObject({ requestTimeouts: 1, requests: 2, live: 1, stray: 0 });
  });

  it('tries a topic again that the venue refuses after it has sent values of it', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const statuses = new Journal<string>();
    await pool.subscribe('a', nothing, ({ type }) => statuses.add(type));
    venue.answer = ({ id }, socket) => {
      socket.send(JSON.stringify({ topic: 'a', value: 1 }));
      socket.send(JSON.stringify({ ack: id, error: 'not now' }));
    };
    await lose(stage);
    await clock.advance(250);
    await statuses.atLeast(5);
    venue.answer = accept;
    await clock.advance(250);
    await statuses.atLeast(7);

    expect(statuses.entries).toEqual(['live', 'failed', 'gap', 'live', 'failed', 'gap', 'live']);
    expect(pool.explain('a').listeners).toBe(1);
  });

  it('is not reopened for topics that have all ended meanwhile', async () => {
    await using stage = await scene();
    const { pool, clock } = stage;
    const end = await pool.subscribe('a', nothing);
    await lose(stage);

    await end();
    await clock.advance(60_000);

    expect(pool.stats()).toMatchObject({ opened: 1, connections: 0, topics: 0 });
  });
});

describe('a venue that cannot be reached', () => {
  it('is tried again with delays that grow to the largest bound', async () => {
    const clock = new VirtualClock();
    const attempts: number[] = [];
    const failures = new Journal<number>();
    await using pool = new FeedPool<TestEvent>({
      protocol: testProtocol(),
      ioClock: clock,
      random: () => 1,
      reconnect: { minDelay: 100, maxDelay: 1_000 },
      onError: () => failures.add(clock.now()),
    });
    pool.subscribe('a', nothing).catch(nothing);

    for (const delay of [0, 100, 200, 400, 800, 1_000, 1_000]) {
      await clock.advance(delay);
      attempts.push((await failures.atLeast(attempts.length + 1)).at(-1) ?? NaN);
    }

    expect(attempts).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    expect(pool.explain('a')).toMatchObject({ state: 'connecting', listeners: 1 });
    expect(pool.stats()).toMatchObject({ connections: 0, connectFailures: 7 });
  });

  it('gives the delay back to the smallest bound only after stable data', async () => {
    await using stage = await scene({ random: () => 1, reconnect: { minDelay: 100, stableAfter: 5_000 } });
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', nothing);

    // Connected, but never any data: each loss counts.
    await lose(stage);
    await clock.advance(100);
    await venue.requests.atLeast(2);
    await clock.advance(60_000);
    await lose(stage);
    await clock.advance(199);
    const early = venue.connections.entries.length;
    await clock.advance(1);
    await venue.requests.atLeast(3);
    await stage.flush();
    // Data for longer than stableAfter: the next delay is the first again.
    await clock.advance(5_000);
    venue.send({ topic: 'a', value: 1 });
    await stage.flush();
    await lose(stage);
    await clock.advance(100);
    await venue.requests.atLeast(4);

    expect(early).toBe(2);
    expect(pool.stats()).toMatchObject({ reconnects: 3 });
  });

  it('is tried at most 60 times in any 5 minutes over one connection', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const attempts = attemptTimes(seed, 600_000);

        const busiest = attempts.map((from) => attempts.filter((time) => time >= from && time < from + 300_000).length);

        expect(Math.max(...busiest)).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('is tried at different times by processes with different seeds', () => {
    expect(attemptTimes(1, 600_000).filter((time) => attemptTimes(2, 600_000).includes(time))).toEqual([0]);
  });

  it('is given up for the attempt when the handshake takes too long', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const clock = new VirtualClock();
    const errors = new Journal<unknown>();
    const pool = new FeedPool<TestEvent>({
      protocol: testProtocol(),
      url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
      ioClock: clock,
      connectTimeout: 3_000,
      onError: errors.add,
    });
    const subscribing = pool.subscribe('a', nothing);
    const outcome = failureOf(subscribing);
    await new Promise((resolve) => silent.once('connection', resolve));

    await clock.advance(3_000);

    expect(errors.entries).toMatchObject([{ code: 'ERR_TIMEOUT' }]);
    await pool.close();
    expect(await outcome).toMatchObject({ code: 'ERR_CLOSED' });
    silent.close();
  });
});

describe('signs of life', () => {
  const heartbeat = { every: 20_000, timeout: 10_000 };

  it('a half-open connection is cut and replaced by exactly one', async () => {
    await using stage = await scene({}, { heartbeat: { ...heartbeat, ping: 'frame' } });
    const { pool, venue, clock } = stage;
    const statuses = new Journal<TopicStatus>();
    await pool.subscribe('a', nothing, statuses.add);
    // The venue's process hangs: the connection stands, but nothing is read or answered.
    venue.socket.pause();

    await clock.advance(29_999);
    const before = statuses.entries.length;
    await clock.advance(1);
    await clock.advance(250);
    await statuses.atLeast(4);

    expect(before).toBe(1);
    expect(statuses.entries).toMatchObject([
      { type: 'live' },
      { type: 'failed', error: { code: 'ERR_TIMEOUT' } },
      { type: 'gap', from: 1_000_000, to: 1_030_250 },
      { type: 'live' },
    ]);
    expect(pool.stats()).toMatchObject({ opened: 2, connections: 1 });
  });

  it.each([
    ['ping frames', 'frame' as const],
    ['ping texts', (id: number) => JSON.stringify({ op: 'ping', args: [], id })],
  ])('%s keep a quiet connection open', async (_name, ping) => {
    await using stage = await scene({}, { heartbeat: { ...heartbeat, ping } });
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', nothing);

    for (let count = 1; count <= 5; count++) {
      await clock.advance(20_000);
      await venue.pings.atLeast(count);
      venue.send({ pong: count });
      await stage.flush();
    }

    expect(venue.pings.entries).toEqual([20_000, 40_000, 60_000, 80_000, 100_000]);
    expect(pool.stats()).toMatchObject({ opened: 1, pings: 5, alive: 5 });
  });

  it('pings more frequent than the deadline do not put it off', async () => {
    await using stage = await scene({}, { heartbeat: { every: 1_000, timeout: 5_000 } });
    const { pool, venue, clock, errors } = stage;
    await pool.subscribe('a', nothing);
    venue.socket.pause();

    await clock.advance(6_000);

    expect(errors.entries).toMatchObject([{ where: 'connection', error: { code: 'ERR_TIMEOUT' } }]);
  });

  it('a ping frame of the venue is answered, and the next frame keeps its distance from the answer', async () => {
    await using stage = await scene({ pace: 250 });
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', nothing);
    await clock.advance(1_000);

    venue.socket.ping('payload');
    await venue.pongs.atLeast(1);
    await stage.flush();
    const subscribing = pool.subscribe('b', nothing);
    await clock.advance(249);
    const early = venue.requests.entries.length;
    await clock.advance(1);
    await subscribing;

    expect(early).toBe(1);
    expect(venue.requests.entries[1]?.at).toBe(1_250);
  });

  it('a text ping of the venue is answered with its reply', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);

    venue.send({ ping: 1 });
    const requests = await venue.requests.atLeast(2);

    expect(requests[1]?.op).toBe('pong');
    expect(pool.stats()).toMatchObject({ alive: 1 });
  });
});

describe('a source of jitter that is broken', () => {
  it.each([
    ['throws', 'handler', brokenRandom],
    ['gives NaN', undefined, () => NaN],
    ['gives a negative number', undefined, () => -1],
  ])('and %s makes the delay the whole bound', async (_, where, random) => {
    await using stage = await scene({ random });
    const { pool, venue, clock, errors } = stage;
    await pool.subscribe('a', nothing);

    await lose(stage);
    await clock.advance(499);
    const opened = [pool.stats().opened];
    await clock.advance(1);
    await venue.connections.atLeast(2);
    opened.push(pool.stats().opened);

    expect(opened).toEqual([1, 2]);
    expect(errors.entries.slice(1).map((entry) => entry.where)).toEqual(where === undefined ? [] : [where]);
  });
});

describe('the back-off', () => {
  it('is a random part of a bound that doubles up to the largest', () => {
    const failures = fc.integer({ min: 1, max: 100 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

    fc.assert(
      fc.property(failures, random, (count, part) => {
        const backOff = new BackOff({ minDelay: 500, maxDelay: 30_000 }, () => part);

        const delays = Array.from({ length: count }, () => backOff.next());

        expect(delays).toEqual(delays.map((_, index) => Math.min(30_000, 500 * 2 ** index) * part));
        expect(backOff.failures).toBe(count);
      }),
    );
  });
});

function brokenRandom(): never {
  throw new Error('no jitter today');
}

/** Cuts the newest connection at the venue's side and waits until the pool has noticed. */
async function lose({ venue, errors }: Scene): Promise<void> {
  const count = errors.entries.length + 1;
  venue.socket.terminate();
  await errors.atLeast(count);
}

function attemptTimes(seed: number, duration: number): number[] {
  const backOff = new BackOff({ minDelay: 500, maxDelay: 30_000 }, randomOf(seed));
  const times = [];
  for (let time = 0; time < duration; time += backOff.next()) times.push(time);
  return times;
}

/** A small seeded generator. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
