/**
 * A pool against a venue that fails at random, in process and on a virtual clock: connections that are
 * refused, lost and silent, requests that are refused, answers and values in any order.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as fc from 'fast-check';
import { type EndTopic, type TopicStatus, VirtualClock } from 'tickwise/core';
import { type FeedGap, FeedPool } from 'tickwise/feed';
import { FakeSocket } from './fake-socket.js';
import { type TestEvent, testProtocol } from './fake-venue.js';
import { failureOf } from './journal.js';

vi.mock('ws', () => ({ WebSocket: FakeSocket }));

/** One subscription and all that it was told. */
interface Told {
  readonly topic: string;
  readonly statuses: TopicStatus[];
  readonly values: number[];
  end: EndTopic | undefined;
  isEnded: boolean;
}

interface World {
  readonly clock: VirtualClock;
  readonly pool: FeedPool<TestEvent>;
  readonly gaps: FeedGap[];
  /** Topics on the wire, by socket. */
  readonly wire: Map<FakeSocket, Set<string>>;
  subscribe(topic: string): Told;
  /** Answers every request that has none. */
  answer(error?: string): void;
  /** Sends a value on every socket that has the topic. */
  publish(topic: string, value: number): void;
}

function world(topicsPerConnection = Infinity): World {
  const clock = new VirtualClock(1_000_000);
  const gaps: FeedGap[] = [];
  const pool = new FeedPool<TestEvent>({
    protocol: testProtocol({
      limits: { topicsPerConnection, topicsPerRequest: 2 },
      heartbeat: { every: 20_000, timeout: 10_000 },
    }),
    pace: 5,
    ioClock: clock,
    random: () => 0.5,
    onError: () => undefined,
    onGap: (gap) => gaps.push(gap),
  });
  const wire = new Map<FakeSocket, Set<string>>();
  const answered = new Map<FakeSocket, number>();
  return {
    clock,
    pool,
    gaps,
    wire,
    subscribe(topic) {
      const told: Told = { topic, statuses: [], values: [], end: undefined, isEnded: false };
      pool
        .subscribe(
          topic,
          (event) => told.values.push(...event.items),
          (status) => told.statuses.push(status),
        )
        .then(
          (end) => (told.end = end),
          () => (told.isEnded = true),
        );
      return told;
    },
    answer(error) {
      for (const socket of FakeSocket.made.filter(({ state }) => state === 'open')) {
        const topics = wire.get(socket) ?? new Set<string>();
        wire.set(socket, topics);
        const from = answered.get(socket) ?? 0;
        answered.set(socket, socket.sent.length);
        for (const text of socket.sent.slice(from)) {
          const { op, args, id } = JSON.parse(text) as { op: string; args: string[]; id: number };
          for (const topic of args) {
            if (op === 'subscribe' && error === undefined) topics.add(topic);
            if (op === 'unsubscribe') topics.delete(topic);
          }
          socket.receive({ ack: id, error });
        }
      }
    },
    publish(topic, value) {
      for (const [socket, topics] of wire) {
        if (socket.state === 'open' && topics.has(topic)) socket.receive({ topic, value });
      }
    },
  };
}

beforeEach(() => {
  FakeSocket.made = [];
});

afterEach(() => {
  for (const socket of FakeSocket.made) socket.removeAllListeners();
});

describe('a pool at a venue that fails at random', () => {
  type Step =
    | { readonly do: 'start' | 'end' | 'publish'; readonly topic: string }
    | { readonly do: 'open' | 'lose' | 'answer' | 'refuse' }
    | { readonly do: 'wait'; readonly time: number };

  const topic = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'end' as const, 'publish' as const), topic }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom('open' as const, 'open' as const, 'answer' as const, 'lose' as const, 'refuse' as const),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: 0, max: 3_000 }) }) },
  );

  it('tells every subscription a true story and ends with what is wanted, once the venue is well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(1, 2, Infinity), async (steps, room) => {
        FakeSocket.made = [];
        const subject = world(room);
        const { clock, pool } = subject;
        const all: Told[] = [];
        let value = 0;

        for (const action of steps) {
          if (action.do === 'start') all.push(subject.subscribe(action.topic));
          if (action.do === 'end') await endOne(all, action.topic);
          if (action.do === 'publish') subject.publish(action.topic, ++value);
          if (action.do === 'open') openAll();
          if (action.do === 'lose') FakeSocket.made.findLast(({ state }) => state === 'open')?.lose();
          if (action.do === 'answer') subject.answer();
          if (action.do === 'refuse') subject.answer('no');
          await clock.advance(action.do === 'wait' ? action.time : 0);
        }
        await recover(subject);
        for (const name of ['a', 'b', 'c', 'd', 'e']) subject.publish(name, ++value);

        const living = all.filter(({ isEnded }) => !isEnded);
        const wanted = new Set(living.map((told) => told.topic));
        expect(topicsOnWire(subject)).toEqual([...wanted].toSorted());
        expect(pool.stats()).toMatchObject({ topics: wanted.size, live: wanted.size, pendingRequests: 0 });
        for (const told of all) expectTrueStory(told);
        for (const told of living) {
          expect([told.statuses.at(-1)?.type, told.end === undefined]).toEqual(['live', false]);
          // The last round of values reached everybody who is left.
          expect(told.values.at(-1)).toBe(value - 4 + ['a', 'b', 'c', 'd', 'e'].indexOf(told.topic));
        }
        await closeAll(subject);
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a venue that refuses connections for ten minutes', () => {
  it('is tried as often as the back-off says and gets every topic afterwards', async () => {
    const subject = world(1);
    const { clock, pool } = subject;
    const all = ['a', 'b', 'c'].map((name) => subject.subscribe(name));

    for (let second = 0; second < 600; second++) {
      for (const socket of FakeSocket.made.filter(({ state }) => state === 'connecting')) socket.lose();
      await clock.advance(1_000);
    }
    const attempts = FakeSocket.made.length;
    const waiting = all.map(({ end }) => end);
    await recover(subject);

    // 0.5 of each bound: 0.25, 0.5, 1, 2, 4, 8 and then 15 s, per connection, plus up to 1 s of this test.
    expect(attempts).toBeGreaterThanOrEqual(3 * 38);
    expect(attempts).toBeLessThanOrEqual(3 * 47);
    expect(waiting).toEqual([undefined, undefined, undefined]);
    expect(all.map(({ statuses }) => statuses)).toEqual([[{ type: 'live' }], [{ type: 'live' }], [{ type: 'live' }]]);
    expect(pool.stats()).toMatchObject({
      connections: 3,
      live: 3,
      gaps: 0,
      connectFailures: FakeSocket.made.length - 3,
    });
    await closeAll(subject);
  });
});

describe('the first subscriptions of many', () => {
  it('cost one frame per two topics on as many connections as are needed, whatever the order', async () => {
    const subject = world(4);
    const { clock, pool } = subject;
    const names = Array.from({ length: 10 }, (_, index) => `t${index}`);

    for (const name of names) subject.subscribe(name);
    await recover(subject);
    await clock.advance(0);

    expect(FakeSocket.made.map(({ sent }) => sent.length)).toEqual([2, 2, 1]);
    expect(topicsOnWire(subject)).toEqual(names.toSorted());
    expect(pool.stats()).toMatchObject({ connections: 3, requests: 5, acks: 5 });
    await closeAll(subject);
  });

  it('at a limit of connections fail for the rest without harm to the others', async () => {
    const clock = new VirtualClock();
    const pool = new FeedPool<TestEvent>({
      protocol: testProtocol({ limits: { topicsPerConnection: 1 } }),
      maxConnections: 2,
      ioClock: clock,
      onError: () => undefined,
    });
    const subscribing = ['a', 'b', 'c'].map((name) => failureOf(pool.subscribe(name, () => undefined)));

    await expect(subscribing[2]).resolves.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(FakeSocket.made).toHaveLength(2);

    await pool.close();
    await expect(Promise.all(subscribing.slice(0, 2))).resolves.toMatchObject([
      { code: 'ERR_CLOSED' },
      { code: 'ERR_CLOSED' },
    ]);
  });
});

describe('subscribing and ending over and over', () => {
  it('leaves no topic, timer or request behind', async () => {
    const subject = world();
    const { clock, pool } = subject;
    subject.subscribe('anchor');
    await recover(subject);
    const before = FakeSocket.last.sent.length;

    for (let cycle = 0; cycle < 2_000; cycle++) {
      const end = pool.subscribe(`t${cycle % 50}`, () => undefined);
      if (cycle % 10 === 9) {
        await clock.advance(5);
        subject.answer();
      }
      void end.then((stop) => stop());
    }
    await recover(subject);

    expect(pool.stats()).toMatchObject({ topics: 1, live: 1, pendingRequests: 0 });
    expect(topicsOnWire(subject)).toEqual(['anchor']);
    expect(FakeSocket.last.sent.length).toBeGreaterThan(before);
    await closeAll(subject);
    expect(clock.pendingTimers).toBe(0);
  });
});

/** The order of what a subscription may be told. */
function expectTrueStory({ statuses }: Told): void {
  const allowed: Record<string, readonly string[]> = {
    start: ['live', 'failed', 'closed'],
    live: ['failed', 'closed', 'live'],
    failed: ['failed', 'gap', 'live', 'closed'],
    gap: ['live'],
    closed: [],
  };
  let before = 'start';
  for (const status of statuses) {
    expect(allowed[before]).toContain(status.type);
    if (status.type === 'gap') expect(status.to).toBeGreaterThanOrEqual(status.from);
    before = status.type;
  }
}

async function endOne(all: readonly Told[], topic: string): Promise<void> {
  const told = all.find((candidate) => candidate.topic === topic && !candidate.isEnded && candidate.end !== undefined);
  if (told === undefined) return;
  told.isEnded = true;
  await told.end?.();
}

function openAll(): void {
  for (const socket of FakeSocket.made.filter(({ state }) => state === 'connecting')) socket.open();
}

/** Lets the venue open and accept everything until nothing more is asked. */
async function recover({ clock, answer }: World): Promise<void> {
  for (let round = 0; round < 80; round++) {
    openAll();
    await clock.advance(round < 40 ? 1_000 : 20);
    answer();
    for (const socket of FakeSocket.made) if (socket.state === 'open') socket.emit('pong');
  }
}

function topicsOnWire({ wire }: World): string[] {
  const open = [...wire].filter(([socket]) => socket.state === 'open');
  return open.flatMap(([, topics]) => [...topics]).toSorted();
}

/** Closes the pool at a venue that answers the handshake. */
async function closeAll({ pool }: World): Promise<void> {
  const closing = pool.close();
  for (const socket of FakeSocket.made) if (socket.state === 'open') socket.lose(1_000);
  await closing;
}
