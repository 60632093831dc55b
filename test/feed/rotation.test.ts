import type { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import type { TopicStatus } from 'tickwise/core';
import { ignore, readTestFrame, type Scene, scene } from './fake-venue.js';
import { Journal } from './journal.js';

/** How long a connection is used in these tests, in milliseconds. */
const LIFE = 100_000;

interface Witness {
  readonly values: Journal<number>;
  readonly statuses: TopicStatus['type'][];
  readonly end: () => void | Promise<void>;
}

async function watch({ pool }: Scene, topic: string): Promise<Witness> {
  const values = new Journal<number>();
  const statuses: TopicStatus['type'][] = [];
  const end = await pool.subscribe(
    topic,
    ({ items }) => items.forEach((item) => values.add(item)),
    ({ type }) => statuses.push(type),
  );
  return { values, statuses, end };
}

/** Lets the connection come to its end of life, and waits until the venue has a second one that asked for the topics. */
async function startRotation(stage: Scene, requests = 2): Promise<{ old: WebSocket; next: WebSocket }> {
  const [old] = stage.venue.connections.entries;
  await stage.clock.advance(LIFE);
  await stage.venue.connections.atLeast(2);
  await stage.venue.requests.atLeast(requests);
  const next = stage.venue.connections.entries[1];
  if (old === undefined || next === undefined) throw new Error('there are no two connections');
  return { old, next };
}

const value = (topic: string, number: number): string => JSON.stringify({ topic, value: number });

describe('a rotation', () => {
  it('opens another connection before the venue cuts the old one, and loses and doubles nothing', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const { old, next } = await startRotation(stage);

    old.send(value('a', 1));
    next.send(value('a', 1));
    next.send(value('a', 2));
    old.send(value('a', 2));
    await a.values.atLeast(2);
    await stage.venue.closes.atLeast(1);
    next.send(value('a', 3));
    await a.values.atLeast(3);

    expect(a.values.entries).toEqual([1, 2, 3]);
    expect(a.statuses).toEqual(['live']);
    expect(stage.pool.stats()).toMatchObject({ rotations: 1, rotationFailures: 0, gaps: 0, connections: 1, opened: 2 });
    expect(stage.errors.entries).toEqual([]);
  });

  it('keeps back what the new connection brings first, and gives it once the old one has brought it', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const { old, next } = await startRotation(stage);

    for (const number of [3, 4, 5]) next.send(value('a', number));
    await stage.flush();
    const early = [...a.values.entries];
    for (const number of [1, 2, 3]) old.send(value('a', number));
    await a.values.atLeast(5);

    expect(early).toEqual([]);
    expect(a.values.entries).toEqual([1, 2, 3, 4, 5]);
  });

  it('waits until every topic has had an event on both, and no longer than its patience', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const quiet = await watch(stage, 'quiet');
    const { old, next } = await startRotation(stage, 3);
    old.send(value('a', 1));
    next.send(value('a', 1));
    await stage.flush();

    const before = stage.pool.stats().rotations;
    await stage.clock.advance(10_000);
    await stage.venue.closes.atLeast(1);
    next.send(value('quiet', 7));
    await quiet.values.atLeast(1);

    expect([before, stage.pool.stats().rotations]).toEqual([0, 1]);
    expect([a.values.entries, quiet.values.entries]).toEqual([[1], [7]]);
    expect([a.statuses, quiet.statuses]).toEqual([['live'], ['live']]);
  });

  it('moves at once when the old connection is lost: joined topics go on, others have a gap', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const b = await watch(stage, 'b');
    const { old, next } = await startRotation(stage, 3);
    next.send(value('a', 1));
    next.send(value('a', 2));
    next.send(value('b', 1));
    await stage.flush();
    old.send(value('a', 1));
    await a.values.atLeast(1);

    old.terminate();
    await a.values.atLeast(2);
    await b.values.atLeast(1);

    expect([a.values.entries, b.values.entries]).toEqual([[1, 2], [1]]);
    expect(a.statuses).toEqual(['live']);
    expect(b.statuses).toEqual(['live', 'gap', 'live']);
    expect(stage.pool.stats()).toMatchObject({ gaps: 1, connections: 1, reconnects: 0, rotations: 1 });
  });

  it('leaves everything as it was when the new connection is lost, and tries again', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const { old, next } = await startRotation(stage);

    next.terminate();
    await stage.errors.atLeast(1);
    old.send(value('a', 1));
    await a.values.atLeast(1);
    await stage.clock.advance(60_000);
    await stage.venue.connections.atLeast(3);

    expect(a.statuses).toEqual(['live']);
    expect(stage.pool.stats()).toMatchObject({ rotations: 0, rotationFailures: 1, gaps: 0 });
  });

  it('is given up when the new connection does not confirm the topics', async () => {
    await using stage = await scene({ rotateAfter: LIFE, ackTimeout: 1e6 });
    const a = await watch(stage, 'a');
    stage.venue.answer = ignore;
    const { old } = await startRotation(stage);

    await stage.clock.advance(60_000);
    await stage.venue.closes.atLeast(1);
    old.send(value('a', 1));
    await a.values.atLeast(1);

    expect(stage.pool.stats()).toMatchObject({ rotations: 0, rotationFailures: 1 });
    expect(a.statuses).toEqual(['live']);
  });

  it('is given up when the venue refuses a topic on the new connection', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    stage.venue.answer = ({ id }, socket) => socket.send(JSON.stringify({ ack: id, error: 'too many' }));
    const { old } = await startRotation(stage);

    await stage.venue.closes.atLeast(1);
    old.send(value('a', 1));
    await a.values.atLeast(1);

    expect(stage.venue.requests.entries.length).toBe(2);
    expect(a.statuses).toEqual(['live']);
    expect(stage.pool.stats()).toMatchObject({ rotationFailures: 1, live: 1 });
  });

  it('takes along who subscribes meanwhile, and leaves behind who ends', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const b = await watch(stage, 'b');
    const { old, next } = await startRotation(stage, 3);

    const second = await watch(stage, 'a');
    await b.end();
    const fresh = await watch(stage, 'c');
    old.send(value('a', 1));
    next.send(value('a', 1));
    next.send(value('c', 9));
    await fresh.values.atLeast(1);
    await stage.venue.closes.atLeast(1);
    next.send(value('a', 2));
    await second.values.atLeast(2);

    expect([a.values.entries, second.values.entries, fresh.values.entries]).toEqual([[1, 2], [1, 2], [9]]);
    expect([a.statuses, second.statuses, fresh.statuses]).toEqual([['live'], ['live'], ['live']]);
    await stage.venue.requests.atLeast(6);
    expect(stage.pool.stats()).toMatchObject({ topics: 2, live: 2, connections: 1 });
  });

  it('takes along a topic that was on its way out when it began, and is wanted again', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const b = await watch(stage, 'b');
    stage.venue.answer = (request, socket) => {
      // The end of `b` is never confirmed on the old connection.
      if (request.op === 'subscribe') socket.send(JSON.stringify({ ack: request.id }));
    };
    await b.end();
    await stage.venue.requests.atLeast(3);
    const { old, next } = await startRotation(stage, 4);
    const again = new Journal<number>();
    const subscribing = stage.pool.subscribe('b', ({ items }) => items.forEach((item) => again.add(item)));

    old.send(value('a', 1));
    next.send(value('a', 1));
    await a.values.atLeast(1);
    await stage.venue.requests.atLeast(5);
    await subscribing;
    next.send(value('b', 5));
    await again.atLeast(1);

    expect(again.entries).toEqual([5]);
    expect(stage.pool.stats()).toMatchObject({ rotations: 1, topics: 2, live: 2 });
  });

  it('lets a subscription that has moved be ended', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    const { old, next } = await startRotation(stage);
    old.send(value('a', 1));
    next.send(value('a', 1));
    await stage.venue.closes.atLeast(1);

    await a.end();
    const requests = await stage.venue.requests.atLeast(3);
    next.send(value('a', 2));
    await stage.flush();

    expect(requests.at(-1)).toMatchObject({ op: 'unsubscribe', args: ['a'] });
    expect(a.values.entries).toEqual([1]);
    expect(stage.pool.stats()).toMatchObject({ topics: 0, live: 0 });
  });

  it('gives back who came to the new connection when that is given up', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    stage.venue.answer = (request, socket) => {
      // The new connection never gets what the old one has.
      if (!request.args.includes('a')) socket.send(JSON.stringify({ ack: request.id }));
    };
    const { old, next } = await startRotation(stage);
    const fresh = await watch(stage, 'c');
    next.send(value('c', 1));
    await fresh.values.atLeast(1);

    await stage.clock.advance(60_000);
    await stage.venue.closes.atLeast(1);
    await stage.venue.requests.atLeast(4);
    old.send(value('c', 2));
    await fresh.values.atLeast(2);
    old.send(value('a', 1));
    await a.values.atLeast(1);

    expect(fresh.values.entries).toEqual([1, 2]);
    expect(fresh.statuses).toEqual(['live', 'failed', 'gap', 'live']);
    expect(a.statuses).toEqual(['live']);
    expect(stage.pool.stats()).toMatchObject({ rotationFailures: 1, topics: 2, live: 2, connections: 1 });
  });

  it('starts when the venue says that it will end the connection', async () => {
    await using stage = await scene(
      {},
      { read: (message) => (isEnding(message) ? { type: 'ending' } : readTestFrame(message)) },
    );
    const values = new Journal<number>();
    await stage.pool.subscribe('a', ({ items }) => items.forEach((item) => values.add(item)));
    const [old] = stage.venue.connections.entries;

    stage.venue.send({ ending: true });
    await stage.venue.connections.atLeast(2);
    await stage.venue.requests.atLeast(2);
    stage.venue.send(value('a', 1));
    old?.send(value('a', 1));
    await stage.venue.closes.atLeast(1);

    expect(values.entries).toEqual([1]);
    expect(stage.pool.stats().rotations).toBe(1);
  });

  it('ends with the pool, without a word to the callers but closed', async () => {
    await using stage = await scene({ rotateAfter: LIFE });
    const a = await watch(stage, 'a');
    await startRotation(stage);
    const fresh = await watch(stage, 'c');

    await stage.pool.close();

    expect([a.statuses, fresh.statuses]).toEqual([
      ['live', 'closed'],
      ['live', 'closed'],
    ]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('brings 100 000 numbered events of 10 topics whole over any interleaving of the two', async () => {
    await using stage = await scene({ rotateAfter: LIFE }, { limits: { pace: 0 } });
    const topics = Array.from({ length: 10 }, (_, index) => `t${index}`);
    const witnesses = await Promise.all(topics.map((topic) => watch(stage, topic)));
    const { old, next } = await startRotation(stage);
    const perTopic = 10_000;

    // The two take turns in running ahead, by up to 300 events.
    let sentOld = 0;
    let sentNew = 100;
    for (let turn = 0; sentNew < perTopic; turn++) {
      const oldGoal = Math.min(perTopic, sentOld + ((turn * 37) % 300));
      const newGoal = Math.min(perTopic, sentNew + ((turn * 91) % 300));
      if (turn < 40) for (; sentOld < oldGoal; sentOld++) for (const topic of topics) old.send(value(topic, sentOld));
      for (; sentNew < newGoal; sentNew++) for (const topic of topics) next.send(value(topic, sentNew));
      if (turn % 10 === 0) await stage.flush();
    }
    await Promise.all(witnesses.map(({ values }) => values.atLeast(perTopic)));

    const expected = Array.from({ length: perTopic }, (_, index) => index);
    for (const { values, statuses } of witnesses) {
      expect(values.entries).toEqual(expected);
      expect(statuses).toEqual(['live']);
    }
    expect(stage.pool.stats()).toMatchObject({ rotations: 1, gaps: 0 });
  });
});

function isEnding(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'ending' in message;
}
