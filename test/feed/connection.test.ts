import { FailureReporter } from '../../src/core/failures.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { Connection, type ConnectionHandlers } from '../../src/feed/connection.js';
import { ConnectBudget } from '../../src/feed/connect-budget.js';
import type { ConnectionSettings } from '../../src/feed/connection-settings.js';
import { newCounters } from '../../src/feed/counters.js';
import { FrameTaps } from '../../src/feed/frame-tap.js';
import { RecentCount } from '../../src/feed/recent-count.js';
import { explainTopic } from '../../src/feed/explain-topic.js';
import { TopicRecord } from '../../src/feed/topic-record.js';
import { FakeSocket } from './fake-socket.js';
import { type TestEvent, testProtocol } from './fake-venue.js';

interface Bench {
  readonly connection: Connection<TestEvent>;
  readonly clock: VirtualClock;
  readonly counters: ReturnType<typeof newCounters>;
  /** What the connection told its pool, in order. */
  readonly story: string[];
  readonly reported: string[];
  add(topic: string, isUnasked?: boolean): TopicRecord<TestEvent>;
  end(record: TopicRecord<TestEvent>): void;
  /** Accepts the newest request. */
  accept(): void;
}

const listener = { emit: () => undefined, notify: () => undefined, settle: () => undefined, isLive: false };

function bench(overrides: Partial<ConnectionSettings<TestEvent>> = {}): Bench {
  const clock = new VirtualClock(5_000_000);
  const counters = newCounters();
  const story: string[] = [];
  const reported: string[] = [];
  const settings: ConnectionSettings<TestEvent> = {
    protocol: testProtocol({ limits: { topicsPerConnection: 3, charactersPerConnection: 30 } }),
    pace: 0,
    ackTimeout: 1_000,
    connectTimeout: 10_000,
    maxPayload: 1_000,
    backOff: { minDelay: 100, maxDelay: 1_000 },
    stableAfter: 5_000,
    conflation: undefined,
    taps: new FrameTaps(new FailureReporter('test', undefined)),
    rotateAfter: Infinity,
    budget: new ConnectBudget(Infinity, 1_000, clock),
    reconnects: new RecentCount(3_600_000, clock),
    random: () => 1,
    ioClock: clock,
    counters,
    isPaused: () => false,
    report: (_error, { where }) => reported.push(where),
    ...overrides,
  };
  const handlers: ConnectionHandlers<TestEvent> = {
    received: (_connection, frame) => story.push(`received ${frame.toString()}`),
    live: (_connection, record) => {
      story.push(`live ${record.topic}`);
      record.lostAt = undefined;
    },
    failed: (record, _error, isFinal) => {
      story.push(`${isFinal ? 'refused' : 'failed'} ${record.topic}`);
      if (isFinal) record.abandon(undefined);
    },
    released: (_connection, record) => story.push(`released ${record.topic}`),
    expiring: () => story.push('expiring'),
    replaced: () => false,
    ended: () => story.push('ended'),
  };
  const connection = new Connection('ws://venue.test', FakeSocket.asWebSocket(), settings, handlers);
  return {
    connection,
    clock,
    counters,
    story,
    reported,
    add(topic, isUnasked = false) {
      const record = new TopicRecord<TestEvent>(topic, '', isUnasked);
      record.add(listener);
      connection.add(record);
      return record;
    },
    end(record) {
      for (const held of record.listeners) record.remove(held);
      connection.reconcile(record);
    },
    accept() {
      const { id } = JSON.parse(FakeSocket.last.sent.at(-1) ?? '{}') as { id: number };
      connection.desk.acknowledge({ type: 'ack', id });
    },
  };
}

beforeEach(() => {
  FakeSocket.made = [];
});

describe('room on a connection', () => {
  it('is counted in topics and in characters with quotes and commas', () => {
    const { connection, add } = bench();
    const candidate = (topic: string): TopicRecord<TestEvent> => new TopicRecord<TestEvent>(topic, '', false);

    const empty = [connection.hasRoom(candidate('x'.repeat(27))), connection.hasRoom(candidate('x'.repeat(28)))];
    add('aaaa');
    add('bbbb');
    const two = [connection.hasRoom(candidate('x'.repeat(13))), connection.hasRoom(candidate('x'.repeat(14)))];
    add('c');
    const three = connection.hasRoom(candidate('x'));

    expect([empty, two, three]).toEqual([[true, false], [true, false], false]);
  });

  it('is not taken by topics the venue sends unasked', () => {
    const { connection, add } = bench();

    for (const topic of ['s1', 's2', 's3', 's4']) {
      expect(connection.hasRoom(new TopicRecord<TestEvent>(topic, '', true))).toBe(true);
      add(topic, true);
    }

    expect(connection.records.size).toBe(4);
  });

  it('comes back only when the end of a topic was confirmed', async () => {
    const { connection, clock, add, end, accept } = bench();
    FakeSocket.last.open();
    const [first] = ['aaaaa', 'bbbbb', 'ccccc'].map((topic) => add(topic));
    await clock.advance(0);
    accept();
    const candidate = new TopicRecord<TestEvent>('ddddd', '', false);

    if (first !== undefined) end(first);
    await clock.advance(0);
    const whileAsked = connection.hasRoom(candidate);
    accept();

    expect([whileAsked, connection.hasRoom(candidate)]).toEqual([false, true]);
  });
});

describe('the life of a topic', () => {
  it('goes live with the answer and is released with the answer to its end', async () => {
    const { clock, story, add, end, accept } = bench();
    FakeSocket.last.open();
    const record = add('a');
    await clock.advance(0);
    const asked = [...story];

    accept();
    end(record);
    await clock.advance(0);
    accept();

    expect(asked).toEqual([]);
    expect(story).toEqual(['live a', 'released a']);
    expect([record.wire, record.isLive]).toEqual(['off', false]);
  });

  it('starts again on a new link after a loss, with the time of the last frame as the start of the gap', async () => {
    const { connection, clock, story, add, accept } = bench();
    FakeSocket.last.open();
    const record = add('a');
    await clock.advance(0);
    accept();
    await clock.advance(700);
    FakeSocket.last.receive('x');
    await clock.advance(300);

    FakeSocket.last.lose();
    const lostAt = record.lostAt;
    const whileLost = explainTopic('a', connection);
    await clock.advance(100);
    FakeSocket.last.open();
    await clock.advance(0);
    accept();

    expect(lostAt).toBe(5_000_700);
    expect(whileLost).toMatchObject({ state: 'lost', reason: expect.stringContaining('1 attempts') as string });
    expect(story).toEqual(['live a', 'received x', 'failed a', 'live a']);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it('is live by its first event after a loss, also when the answer never comes', async () => {
    const { connection, clock, story, add, accept } = bench();
    FakeSocket.last.open();
    const record = add('a');
    await clock.advance(0);
    accept();
    FakeSocket.last.lose();
    await clock.advance(100);
    FakeSocket.last.open();
    await clock.advance(0);

    connection.touch(record);

    expect(story).toEqual(['live a', 'failed a', 'live a']);
    expect(record).toMatchObject({ isLive: true, wire: 'subscribing', events: 1 });
  });

  it('ends on its first refusal, but is tried again when it was live before', async () => {
    const { connection, clock, story, reported, add, accept } = bench();
    FakeSocket.last.open();
    add('never');
    await clock.advance(0);
    connection.desk.acknowledge({ type: 'ack', error: 'no such topic' });
    add('was live');
    await clock.advance(0);
    accept();
    FakeSocket.last.lose();
    await clock.advance(100);
    FakeSocket.last.open();
    await clock.advance(0);

    connection.desk.acknowledge({ type: 'ack', error: 'not now' });
    const refused = explainTopic('was live', connection);
    await clock.advance(100);
    accept();

    expect(story).toEqual([
      'refused never',
      'released never',
      'live was live',
      'failed was live',
      'failed was live',
      'live was live',
    ]);
    expect(refused).toMatchObject({ state: 'refused', reason: expect.stringContaining('not now') as string });
    expect(reported).toEqual(['connection', 'subscribe']);
  });

  it('tries refused topics again together, ever more seldom, until one is taken', async () => {
    const { connection, clock, add, accept } = bench();
    FakeSocket.last.open();
    for (const topic of ['a', 'b']) add(topic);
    await clock.advance(0);
    accept();
    FakeSocket.last.lose();
    await clock.advance(100);
    FakeSocket.last.open();
    await clock.advance(0);
    const times: number[] = [];

    for (let count = 0; count < 6; count++) {
      times.push(FakeSocket.last.sent.length);
      connection.desk.acknowledge({ type: 'ack', refused: ['a', 'b'], error: 'not now' });
      await clock.advance(100 * 2 ** Math.min(count, 4));
    }

    // One request after each 100, 200, 400, 800 and then at most 1,000 ms.
    expect(times).toEqual([1, 2, 3, 4, 5, 6]);
    expect(FakeSocket.last.sent.map((text) => (JSON.parse(text) as { args: string[] }).args)).toEqual(
      Array.from({ length: FakeSocket.last.sent.length }, () => ['a', 'b']),
    );
  });

  it('sent unasked follows the link: live when it opens, lost with it, live again', async () => {
    const { clock, story, add, end } = bench();
    const record = add('status', true);

    FakeSocket.last.open();
    FakeSocket.last.lose();
    await clock.advance(100);
    FakeSocket.last.open();
    end(record);

    expect(story).toEqual(['live status', 'failed status', 'live status', 'released status']);
    expect(FakeSocket.made.flatMap(({ sent }) => sent)).toEqual([]);
  });
});

describe('opening again', () => {
  it('happens only for topics that are wanted', async () => {
    const { clock, story, add, end } = bench();
    FakeSocket.last.open();
    const record = add('a');
    FakeSocket.last.lose();

    end(record);
    await clock.advance(10_000);

    expect(story).toEqual(['released a', 'ended']);
    expect([FakeSocket.made.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('says at once that it is over when the last topic had gone before the loss', () => {
    const { story, add, end } = bench();
    const record = add('a');
    end(record);

    FakeSocket.last.open();
    FakeSocket.last.lose();

    expect(story).toEqual(['released a', 'ended']);
  });

  it('doubles its delay while connections bring no data, and starts over after stable ones', async () => {
    const { connection, clock, counters, add, accept } = bench();
    const record = add('a');
    const delays: number[] = [];

    for (const lasts of [0, 60_000, 0, 6_000, 0]) {
      FakeSocket.last.open();
      await clock.advance(0);
      accept();
      await clock.advance(lasts);
      // Only the fourth brings data, and for longer than the 5 s that count as stable.
      if (lasts === 6_000) {
        FakeSocket.last.receive('x');
        connection.touch(record);
      }
      FakeSocket.last.lose();
      delays.push(await untilNextSocket(clock));
    }

    expect(delays).toEqual([100, 200, 400, 100, 200]);
    expect(counters).toMatchObject({ opened: 6, reconnects: 5, connectFailures: 0 });
  });

  it('counts attempts that never opened apart from losses', async () => {
    const { clock, counters, reported, add } = bench();
    add('a');

    FakeSocket.last.lose();
    await clock.advance(100);
    FakeSocket.last.open();
    FakeSocket.last.lose();

    expect(reported).toEqual(['connect', 'connection']);
    expect(counters).toMatchObject({ opened: 2, connectFailures: 1, reconnects: 1 });
  });

  it('never happens after closing, whatever was under way', async () => {
    const { connection, clock, story, add } = bench();
    add('a');
    FakeSocket.last.lose();

    await connection.close(new Error('enough'));
    await clock.advance(100_000);

    expect(FakeSocket.made).toHaveLength(1);
    expect([story, clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe('a reply to a text ping', () => {
  it('goes out at once and puts the next request off by the pace', async () => {
    const { connection, clock, add } = bench({ pace: 50 });
    FakeSocket.last.open();

    connection.reply('pong');
    add('a');
    await clock.advance(49);
    const before = [...FakeSocket.last.sent];
    await clock.advance(1);

    expect(before).toEqual(['pong']);
    expect(FakeSocket.last.sent).toHaveLength(2);
  });
});

/** Moves time on until another socket is made and returns how long that took, in steps of 50 ms. */
async function untilNextSocket(clock: VirtualClock): Promise<number> {
  const count = FakeSocket.made.length;
  const from = clock.now();
  for (let step = 0; step < 100 && FakeSocket.made.length === count; step++) await clock.advance(50);
  return clock.now() - from;
}
