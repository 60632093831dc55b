import { describe, expect, it } from 'vitest';
import type { TopicStatus } from 'tickwise/core';
import type { Acknowledgement } from 'tickwise/feed';
import { FailureReporter } from '../../src/core/failures.js';
import type { Connection } from '../../src/feed/connection.js';
import { newCounters } from '../../src/feed/counters.js';
import type { FeedErrorContext } from '../../src/feed/feed-options.js';
import { FrameRouter } from '../../src/feed/frame-router.js';
import { type Listener, TopicRecord } from '../../src/feed/topic-record.js';
import { type TestEvent, testProtocol } from './fake-venue.js';

interface Bench {
  readonly router: FrameRouter<TestEvent>;
  readonly counters: ReturnType<typeof newCounters>;
  readonly failures: { readonly error: unknown; readonly context: FeedErrorContext }[];
  readonly connection: Connection<TestEvent>;
  readonly acks: Acknowledgement[];
  readonly replies: string[];
  readonly touched: string[];
  readonly unknown: unknown[];
  listen(topic: string, emit: (event: TestEvent) => unknown): Listener<TestEvent>;
}

function bench(): Bench {
  const counters = newCounters();
  const failures: Bench['failures'] = [];
  const acks: Acknowledgement[] = [];
  const replies: string[] = [];
  const touched: string[] = [];
  const unknown: unknown[] = [];
  const records = new Map<string, TopicRecord<TestEvent>>();
  const connection = {
    url: 'ws://venue.test',
    records,
    desk: { acknowledge: (ack: Acknowledgement) => acks.push(ack) },
    reply: (text: string) => replies.push(text),
    touch: (record: TopicRecord<TestEvent>) => touched.push(record.topic),
  };
  const reporter = new FailureReporter<FeedErrorContext>('test', (error, context) => {
    failures.push({ error, context });
  });
  return {
    router: new FrameRouter(testProtocol(), counters, reporter, (message) => unknown.push(message)),
    counters,
    failures,
    // The router uses only these parts of a connection.
    connection: connection as unknown as Connection<TestEvent>,
    acks,
    replies,
    touched,
    unknown,
    listen(topic, emit) {
      const record = records.get(topic) ?? new TopicRecord<TestEvent>(topic, '', false);
      const listener: Listener<TestEvent> = { emit, notify: () => undefined, settle: () => undefined, isLive: true };
      record.add(listener);
      records.set(topic, record);
      return listener;
    },
  };
}

describe('a frame', () => {
  it('with an event goes to every listener of its topic, in the order they came, after the connection knows', () => {
    const { router, connection, touched, listen, counters } = bench();
    const order: string[] = [];
    listen('a', () => order.push(`first after ${touched.length}`));
    listen('a', () => order.push('second'));
    listen('b', () => order.push('other topic'));

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));

    expect(order).toEqual(['first after 1', 'second']);
    expect(counters).toMatchObject({ events: 1, delivered: 2, stray: 0 });
  });

  it('with an event nobody wants is counted and touches nothing', () => {
    const { router, connection, touched, counters, listen } = bench();
    const record = listen('a', () => undefined);
    connection.records.get('a')?.remove(record);

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));
    router.route(connection, Buffer.from('{"topic":"never","value":1}'));

    expect(touched).toEqual([]);
    expect(counters).toMatchObject({ events: 2, stray: 2, delivered: 0 });
  });

  it('with an answer goes to the desk as it is', () => {
    const { router, connection, acks } = bench();

    router.route(connection, Buffer.from('{"ack":3,"error":"no"}'));
    router.route(connection, Buffer.from('{"answer":{"topics":["a"]}}'));

    expect(acks).toEqual([
      { type: 'ack', id: 3, error: 'no' },
      { type: 'ack', topics: ['a'] },
    ]);
  });

  it('with a ping is replied to; with a pong it is a sign of life only', () => {
    const { router, connection, replies, counters } = bench();

    router.route(connection, Buffer.from('{"ping":1}'));
    router.route(connection, Buffer.from('{"pong":1}'));

    expect(replies).toEqual(['{"op":"pong","args":[],"id":0}']);
    expect(counters).toMatchObject({ alive: 2 });
  });

  it('that is unknown goes to onUnknown decoded', () => {
    const { router, connection, unknown, counters } = bench();

    router.route(connection, Buffer.from('{"news":[1,2]}'));

    expect(unknown).toEqual([{ news: [1, 2] }]);
    expect(counters).toMatchObject({ unknown: 1, malformed: 0 });
  });

  it.each(['', '{', 'null', '[', 'undefined', '\u0000', '{"topic":'])('that is malformed is reported: %o', (text) => {
    const { router, connection, failures, counters } = bench();

    router.route(connection, Buffer.from(text));

    expect(failures).toMatchObject([{ context: { where: 'frame', url: 'ws://venue.test', frame: text } }]);
    expect(counters).toMatchObject({ malformed: 1, events: 0 });
  });

  it('is handed on as the very same object to all, with the decoded frame beside it', () => {
    const { router, connection, listen } = bench();
    const got: TestEvent[] = [];
    listen('a', (event) => got.push(event));
    listen('a', (event) => got.push(event));

    router.route(connection, Buffer.from('{"topic":"a","value":1,"extra":true}'));

    expect(got[0]).toBe(got[1]);
    expect(got[0]?.raw).toEqual({ topic: 'a', value: 1, extra: true });
  });
});

describe('a listener', () => {
  it('that throws is reported with its topic, and the next ones are called', () => {
    const { router, connection, listen, failures, counters } = bench();
    const failure = new Error('failed');
    let called = 0;
    listen('a', () => {
      throw failure;
    });
    listen('a', () => called++);

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));

    expect(called).toBe(1);
    expect(failures).toEqual([{ error: failure, context: { where: 'handler', topic: 'a' } }]);
    expect(counters).toMatchObject({ handlerErrors: 1, delivered: 2 });
  });

  it.each([undefined, null, 'text', 0])('that throws %o is reported too', (thrown) => {
    const { router, connection, listen, failures } = bench();
    listen('a', () => {
      // oxlint-disable-next-line typescript/only-throw-error -- callers can throw anything
      throw thrown;
    });

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));

    expect(failures).toMatchObject([{ error: thrown }]);
  });

  it('added while an event is delivered hears only the next', () => {
    const { router, connection, listen } = bench();
    const late: number[] = [];
    let isAdded = false;
    listen('a', () => {
      if (isAdded) return;
      isAdded = true;
      listen('a', (event) => late.push(...event.items));
    });

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));
    router.route(connection, Buffer.from('{"topic":"a","value":2}'));

    expect(late).toEqual([2]);
  });

  it('removed by an earlier one while an event is delivered does not hear it', () => {
    const { router, connection, listen } = bench();
    const heard: number[] = [];
    const victims: Listener<TestEvent>[] = [];
    listen('a', () => {
      for (const victim of victims) connection.records.get('a')?.remove(victim);
    });
    victims.push(listen('a', (event) => heard.push(...event.items)));
    listen('a', () => heard.push(-1));

    router.route(connection, Buffer.from('{"topic":"a","value":1}'));

    expect(heard).toEqual([-1]);
  });

  it('whose notify throws is reported', () => {
    const { router, connection, listen, failures } = bench();
    const failure = new Error('notify failed');
    const listener: Listener<TestEvent> = {
      ...listen('a', () => undefined),
      notify: (_status: TopicStatus) => {
        throw failure;
      },
    };
    const record = connection.records.get('a') ?? new TopicRecord<TestEvent>('a', '', false);

    router.notify(listener, record, { type: 'live' });

    expect(failures).toEqual([{ error: failure, context: { where: 'handler', topic: 'a' } }]);
  });
});
