import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import type { TopicStatus } from 'tickwise/core';
import { FeedPool } from 'tickwise/feed';
import { FakeVenue, ignore, scene, type TestEvent, testProtocol } from './fake-venue.js';
import { failureOf, Journal } from './journal.js';

const nothing = (): void => undefined;

describe('closing', () => {
  it('ends the sockets with a handshake, tells the subscribers and leaves no timer', async () => {
    await using stage = await scene({}, { heartbeat: { every: 20_000 } });
    const { pool, venue, clock } = stage;
    const statuses: TopicStatus[] = [];
    await pool.subscribe('a', nothing, (status) => statuses.push(status));

    await pool.close();

    await expect(venue.closes.atLeast(1)).resolves.toEqual([1_000]);
    expect(statuses).toEqual([{ type: 'live' }, { type: 'closed' }]);
    expect(clock.pendingTimers).toBe(0);
    expect(pool.stats()).toMatchObject({ connections: 0, topics: 0 });
  });

  it('rejects subscribes that wait with ClosedError, wherever they wait', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    venue.answer = ignore;
    const sent = pool.subscribe('a', nothing);
    await venue.requests.atLeast(1);
    const loading = pool.subscribe('b', nothing);

    const outcomes = Promise.allSettled([sent, loading]);
    await pool.close();

    expect(await outcomes).toMatchObject([{ reason: { code: 'ERR_CLOSED' } }, { reason: { code: 'ERR_CLOSED' } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects a subscribe made in the turn of the first use', async () => {
    await using stage = await scene();
    const subscribing = stage.pool.subscribe('a', nothing);
    const outcome = failureOf(subscribing);

    await stage.pool.close();

    expect(await outcome).toMatchObject({ code: 'ERR_CLOSED' });
    expect(stage.pool.stats()).toMatchObject({ opened: 0 });
  });

  it('during the back-off opens nothing any more', async () => {
    await using stage = await scene();
    const { pool, venue, clock, errors } = stage;
    await pool.subscribe('a', nothing);
    venue.socket.terminate();
    await errors.atLeast(1);

    await pool.close();
    await clock.advance(120_000);

    expect(clock.pendingTimers).toBe(0);
    expect(pool.stats()).toMatchObject({ opened: 1 });
  });

  it('does not wait for a venue that does not answer longer than a second', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', nothing);
    venue.socket.pause();

    const closing = pool.close();
    await clock.advance(1_000);

    await expect(closing).resolves.toBeUndefined();
  });

  it('again gives the same promise, and calls after it fail', async () => {
    await using stage = await scene();
    const { pool } = stage;

    const first = pool.close();

    expect(pool.close()).toBe(first);
    expect(() => pool.subscribe('a', nothing)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await first;
  });

  it('inside onError of a lost connection is possible', async () => {
    const closed = new Journal<unknown>();
    await using stage = await scene({ onError: () => closed.add(stage.pool.close()) });
    await stage.pool.subscribe('a', nothing);

    stage.venue.socket.terminate();
    await Promise.all(await closed.atLeast(1));
    await stage.clock.advance(60_000);

    expect(stage.pool.stats()).toMatchObject({ opened: 1, reconnects: 0 });
  });

  it('stops events that arrive meanwhile, and ending a subscription afterwards does nothing', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const events = new Journal<TestEvent>();
    const end = await pool.subscribe('a', events.add);

    for (let value = 0; value < 100; value++) venue.send({ topic: 'a', value });
    await pool.close();
    await end();

    expect(events.entries).toEqual([]);
  });
});

describe('a pool that was closed', () => {
  // That nothing else of it holds the process is shown by a whole program in test/hub/processes.test.ts.
  it('has no timer left', async () => {
    const clock = new VirtualClock();
    const venue = await FakeVenue.start();
    const protocol = testProtocol({ heartbeat: { every: 20_000 } });
    const pool = new FeedPool({ protocol, url: venue.url, ioClock: clock });
    await pool.subscribe('a', () => undefined);
    venue.answer = ignore;
    const waiting = failureOf(pool.subscribe('b', () => undefined));
    await venue.requests.atLeast(2);
    const during = clock.pendingTimers;

    await pool.close();
    await venue.close();

    expect(await waiting).toMatchObject({ code: 'ERR_CLOSED' });
    expect(during).toBeGreaterThan(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('explain', () => {
  it('says that nobody wants a topic', async () => {
    await using stage = await scene();

    expect(stage.pool.explain('__proto__')).toEqual({
      topic: '__proto__',
      state: 'unknown',
      reason: 'nobody has subscribed to it, or the venue refused it',
      listeners: 0,
      events: 0,
      lastEventAt: undefined,
      url: undefined,
    });
  });

  it('says how often a topic came and when last, on which connection', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', nothing);
    await clock.advance(2_000);

    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    expect(pool.explain('a')).toMatchObject({ events: 1, lastEventAt: 1_002_000, url: venue.url, listeners: 1 });
  });

  it('says that a request waits for its turn', async () => {
    await using stage = await scene({ pace: 1_000 });
    const { pool, clock } = stage;
    await pool.subscribe('a', nothing);
    const subscribing = pool.subscribe('b', nothing);
    await stage.flush();

    const waiting = pool.explain('b');
    await clock.advance(1_000);
    await subscribing;

    expect(waiting.state).toBe('queued');
  });

  it('says that a lost connection is being opened and how often that failed', async () => {
    await using stage = await scene();
    const { pool, venue, errors } = stage;
    await pool.subscribe('a', nothing);
    venue.socket.terminate();
    await errors.atLeast(1);

    expect(pool.explain('a')).toMatchObject({ state: 'lost', reason: expect.stringContaining('1 attempts') as string });
  });
});

describe('stats', () => {
  it('is plain data', async () => {
    await using stage = await scene();
    await stage.pool.subscribe('a', nothing);

    const stats = stage.pool.stats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(Object.values(stats)).not.toContain(undefined);
  });

  it('counts frames and bytes as received', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (_request, socket) => socket.send('{"ack":1}');
    await pool.subscribe('a', nothing);

    const before = pool.stats();
    venue.socket.send('{"topic":"a","value":"é"}');
    await stage.flush();

    expect(before).toMatchObject({ frames: 1, bytes: 9 });
    expect(pool.stats()).toMatchObject({ frames: 3, bytes: 9 + 26 + '{"flush":1}'.length });
  });
});
