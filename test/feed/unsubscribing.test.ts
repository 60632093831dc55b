import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import type { EndTopic } from 'tickwise/core';
import { accept, ignore, scene, type TestEvent } from './fake-venue.js';
import { Journal } from './journal.js';

const nothing = (): void => undefined;

describe('ending a subscription', () => {
  it('tells the venue once, when the last subscriber has ended', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const [first, second] = await Promise.all([pool.subscribe('a', nothing), pool.subscribe('a', nothing)]);

    await first();
    await first();
    await stage.flush();
    const before = venue.requests.entries.length;
    await second();
    await venue.requests.atLeast(2);
    await stage.flush();

    expect(before).toBe(1);
    expect(venue.requests.entries.map(({ op, args }) => [op, args])).toEqual([
      ['subscribe', ['a']],
      ['unsubscribe', ['a']],
    ]);
    expect(pool.stats()).toMatchObject({ topics: 0, live: 0, pendingRequests: 0 });
  });

  it('stops the values at once, also those on their way', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const events = new Journal<TestEvent>();
    const end = await pool.subscribe('a', events.add);

    await end();
    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    expect(events.entries).toEqual([]);
    expect(pool.stats()).toMatchObject({ events: 1, stray: 1, delivered: 0 });
  });

  it('and starting it again in one turn sends nothing', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);

    await end();
    const again = await pool.subscribe('a', nothing);
    await stage.flush();

    expect(again).toBeTypeOf('function');
    expect(venue.requests.entries).toHaveLength(1);
    expect(pool.explain('a')).toMatchObject({ state: 'live', listeners: 1 });
  });

  it('while the end of an earlier one is not confirmed waits for that answer, then asks again', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);
    venue.answer = ignore;
    await end();
    const [, leaving] = await venue.requests.atLeast(2);

    const subscribing = pool.subscribe('a', nothing);
    await stage.flush();
    const whileLeaving = pool.explain('a').state;
    venue.answer = accept;
    venue.send({ ack: leaving?.id });
    await subscribing;

    expect(whileLeaving).toBe('unsubscribing');
    expect(venue.requests.entries.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    expect(pool.explain('a').state).toBe('live');
  });

  it('lets a repeated answer to the end not end the new one', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);
    await end();
    const [, leaving] = await venue.requests.atLeast(2);
    await stage.flush();
    await pool.subscribe('a', nothing);

    venue.send({ ack: leaving?.id });
    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    expect(pool.explain('a')).toMatchObject({ state: 'live', events: 1 });
  });

  it('counts as done when the venue refuses it', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id, error: 'not subscribed' }));

    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    expect(pool.explain('a').state).toBe('unknown');
    expect(pool.stats()).toMatchObject({ rejected: 1, topics: 0 });
  });

  it('inside a handler leaves the other subscribers of that event alone', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const other = new Journal<TestEvent>();
    const ends: EndTopic[] = [];
    ends.push(await pool.subscribe('a', () => void ends[0]?.()));
    await pool.subscribe('a', other.add);

    venue.send({ topic: 'a', value: 1 });
    venue.send({ topic: 'a', value: 2 });
    await other.atLeast(2);

    expect(pool.stats()).toMatchObject({ delivered: 3 });
  });
});

describe('a handler', () => {
  it('that ends the subscription of a later one keeps the event from it', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const later = new Journal<TestEvent>();
    const ends: EndTopic[] = [];
    await pool.subscribe('a', () => void ends[0]?.());
    ends.push(await pool.subscribe('a', later.add));

    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    expect(later.entries).toEqual([]);
    expect(pool.stats()).toMatchObject({ delivered: 1 });
  });

  it('that closes the pool is the last to get an event', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const closed = new Journal<Promise<void>>();
    const later = new Journal<TestEvent>();
    await pool.subscribe('a', () => closed.add(pool.close()));
    await pool.subscribe('a', later.add);

    venue.send({ topic: 'a', value: 1 });
    venue.send({ topic: 'a', value: 2 });
    await Promise.all(await closed.atLeast(1));

    expect([closed.entries.length, later.entries.length]).toEqual([1, 0]);
  });
});

describe('a connection without topics', () => {
  it('is used again within 30 seconds', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const end = await pool.subscribe('a', nothing);
    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    await clock.advance(29_000);
    await pool.subscribe('b', nothing);
    await clock.advance(60_000);
    await stage.flush();

    expect(pool.stats()).toMatchObject({ opened: 1, connections: 1 });
  });

  it('is closed after 30 seconds', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const end = await pool.subscribe('a', nothing);
    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    await clock.advance(30_000);

    await expect(venue.closes.atLeast(1)).resolves.toEqual([1_000]);
    expect(pool.stats()).toMatchObject({ connections: 0 });
    await pool.subscribe('a', nothing);
    expect(pool.stats()).toMatchObject({ opened: 2, connections: 1, reconnects: 0 });
  });

  it('is forgotten when it is lost', async () => {
    await using stage = await scene();
    const { pool, venue, clock, errors } = stage;
    const end = await pool.subscribe('a', nothing);
    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    venue.socket.terminate();
    await errors.atLeast(1);
    await clock.advance(60_000);

    expect(pool.stats()).toMatchObject({ connections: 0, opened: 1, reconnects: 0 });
  });
});

describe('any history of starting and ending', () => {
  it('leaves exactly what is wanted on the wire, with one request per topic at a time', async () => {
    const step = fc.record({ topic: fc.constantFrom('a', 'b', 'c'), isStart: fc.boolean(), flushes: fc.boolean() });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await using stage = await scene();
        const { pool, venue } = stage;
        const wire = new Set<string>();
        venue.answer = (request, socket) => {
          for (const topic of request.args) {
            // A venue is told nothing that it knows.
            expect(wire.has(topic)).toBe(request.op === 'unsubscribe');
            if (request.op === 'subscribe') wire.add(topic);
            else wire.delete(topic);
          }
          accept(request, socket);
        };
        await pool.subscribe('anchor', nothing);
        const ends: { topic: string; end: EndTopic }[] = [];

        for (const { topic, isStart, flushes } of steps) {
          if (isStart) ends.push({ topic, end: await pool.subscribe(topic, nothing) });
          else await ends.splice(ends.findIndex((held) => held.topic === topic) >>> 0, 1)[0]?.end();
          if (flushes) await stage.flush();
        }
        await stage.flush();
        await stage.flush();

        expect([...wire].toSorted()).toEqual([...new Set(['anchor', ...ends.map(({ topic }) => topic)])].toSorted());
        expect(pool.stats()).toMatchObject({
          topics: wire.size,
          live: wire.size,
          pendingRequests: 0,
          unknown: expect.any(Number) as number,
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe('renewing a topic', () => {
  it('ends it at the venue and asks again, and its subscribers stay', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const events = new Journal<TestEvent>();
    const statuses = new Journal<string>();
    await pool.subscribe('a', events.add, ({ type }) => statuses.add(type));
    await pool.subscribe('b', nothing);

    pool.renew('a');
    await venue.requests.atLeast(4);
    await stage.flush();
    venue.send({ topic: 'a', value: 1 });
    await events.atLeast(1);

    expect(venue.requests.entries.slice(2).map(({ op, args }) => [op, args])).toEqual([
      ['unsubscribe', ['a']],
      ['subscribe', ['a']],
    ]);
    expect(statuses.entries).toEqual(['live']);
    expect(pool.explain('a')).toMatchObject({ state: 'live', listeners: 1 });
    expect(pool.stats()).toMatchObject({ pendingRequests: 0, gaps: 0 });
  });

  it('twice in a turn, or while it is being asked for, asks once', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);

    pool.renew('a');
    pool.renew('a');
    await venue.requests.atLeast(2);
    pool.renew('a');
    await venue.requests.atLeast(3);
    await stage.flush();

    expect(venue.requests.entries.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
  });

  it('that nobody has does nothing', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('b', nothing);

    pool.renew('a');
    await stage.flush();

    expect(venue.requests.entries).toHaveLength(1);
  });

  it('whose last subscriber then ends it is not asked for again', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const end = await pool.subscribe('a', nothing);

    pool.renew('a');
    await end();
    await venue.requests.atLeast(2);
    await stage.flush();

    expect(venue.requests.entries.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe']);
    expect(pool.stats()).toMatchObject({ topics: 0, pendingRequests: 0 });
  });
});
