import { describe, expect, it, vi } from 'vitest';
import type { TopicStatus } from 'tickwise/core';
import { ignore, readTestFrame, scene, type TestEvent } from './fake-venue.js';
import { failureOf, Journal } from './journal.js';

const nothing = (): void => undefined;

describe('subscribing', () => {
  it('puts all topics asked for in one turn into one frame and settles when it is answered', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;

    await Promise.all(['a', 'b', 'c'].map((topic) => pool.subscribe(topic, nothing)));

    expect(venue.requests.entries).toMatchObject([{ op: 'subscribe', args: ['a', 'b', 'c'], connection: 0 }]);
    expect(pool.stats()).toMatchObject({ connections: 1, opened: 1, requests: 1, acks: 1, topics: 3, live: 3 });
  });

  it('does not settle before the venue has answered', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = ignore;
    const settled = vi.fn<() => void>();

    const subscribing = pool.subscribe('a', nothing);
    subscribing.then(settled, settled);
    const [request] = await venue.requests.atLeast(1);
    await turns(5);

    expect(settled).not.toHaveBeenCalled();
    venue.send({ ack: request?.id });
    await expect(subscribing).resolves.toBeTypeOf('function');
  });

  it('delivers values that come before the answer', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (request, socket) => {
      socket.send(JSON.stringify({ topic: 'a', value: 1 }));
      socket.send(JSON.stringify({ ack: request.id }));
    };
    const events = new Journal<TestEvent>();

    await pool.subscribe('a', events.add);

    expect(events.entries.map((event) => event.items)).toEqual([[1]]);
  });

  it('parses a frame once however many subscribers the topic has', async () => {
    const read = vi.fn<typeof readTestFrame>(readTestFrame);
    await using stage = await scene({}, { read });
    const { pool, venue } = stage;
    const journals = Array.from({ length: 9 }, () => new Journal<TestEvent>());
    await Promise.all(journals.map((journal) => pool.subscribe('a', journal.add)));
    read.mockClear();

    for (let value = 0; value < 10; value++) venue.send({ topic: 'a', value });
    await Promise.all(journals.map((journal) => journal.atLeast(10)));

    expect(venue.subscribed()).toEqual(['a']);
    expect(read).toHaveBeenCalledTimes(10);
    expect(pool.stats()).toMatchObject({ events: 10, delivered: 90, topics: 1 });
    expect(new Set(journals.map((journal) => journal.entries[3])).size).toBe(1);
  });

  it.each([1, 2, 3, 10])(
    'asks for 3 topics of 9 subscribers each once, %d in a frame, and parses each frame once',
    async (topicsPerRequest) => {
      let decoded = 0;
      const decode = (text: string): unknown => {
        decoded++;
        return JSON.parse(text);
      };
      await using stage = await scene({}, { limits: { topicsPerRequest }, decode });
      const { pool, venue } = stage;
      const topics = ['a', 'b', 'c'];
      const received = new Map<string, number>();
      const count = ({ topic }: TestEvent): void => void received.set(topic, (received.get(topic) ?? 0) + 1);

      await Promise.all(topics.flatMap((topic) => Array.from({ length: 9 }, () => pool.subscribe(topic, count))));
      for (let value = 0; value < 100; value++) for (const topic of topics) venue.send({ topic, value });
      await stage.flush();

      expect(venue.subscribed().toSorted()).toEqual(topics);
      expect(venue.requests.entries.length).toBe(Math.ceil(3 / topicsPerRequest));
      expect(venue.connections.entries.length).toBe(1);
      expect([...received.values()]).toEqual([900, 900, 900]);
      expect(decoded).toBe(pool.stats().frames);
    },
  );

  it('settles a second subscriber of a live topic at once and tells it so', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);
    const statuses: TopicStatus[] = [];

    await pool.subscribe('a', nothing, (status) => statuses.push(status));

    expect(statuses).toEqual([{ type: 'live' }]);
    expect(venue.requests.entries).toHaveLength(1);
  });

  it('keeps other subscribers going when one throws, and reports each failure', async () => {
    await using stage = await scene();
    const { pool, venue, errors } = stage;
    const healthy = new Journal<TestEvent>();
    const failure = new Error('a subscriber failed');
    await pool.subscribe('a', () => {
      throw failure;
    });
    await pool.subscribe('a', healthy.add);

    for (let value = 0; value < 3; value++) venue.send({ topic: 'a', value });
    await healthy.atLeast(3);

    expect(errors.entries).toEqual(Array.from({ length: 3 }, () => ({ error: failure, where: 'handler', topic: 'a' })));
    expect(pool.stats()).toMatchObject({ handlerErrors: 3, delivered: 6, errors: 3 });
  });

  it('reports the rejection of a subscriber that returns a promise', async () => {
    await using stage = await scene();
    const { pool, venue, errors } = stage;
    const failure = new Error('rejected');
    // Typed so that the compiler takes it where nothing is awaited.
    const emit = (): unknown => Promise.reject(failure);
    await pool.subscribe('a', emit);

    venue.send({ topic: 'a', value: 1 });

    await expect(errors.atLeast(1)).resolves.toMatchObject([{ error: failure, where: 'handler' }]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'a"b\\c', 'ключ', '💹'])(
    'takes %s as a topic like any other',
    async (topic) => {
      await using stage = await scene();
      const { pool, venue } = stage;
      const events = new Journal<TestEvent>();
      await pool.subscribe(topic, events.add);

      venue.socket.send(`{"topic":${JSON.stringify(topic)},"value":7}`);
      await events.atLeast(1);

      expect(events.entries[0]).toMatchObject({ topic, items: [7] });
      expect(venue.subscribed()).toEqual([topic]);
      expect(pool.explain(topic).state).toBe('live');
    },
  );

  it.each([
    ['an empty topic', '', nothing],
    ['a topic that is no text', 7, nothing],
    ['a topic of 257 characters', 'x'.repeat(257), nothing],
    ['an emit that is no function', 'a', undefined],
    ['a topic the protocol refuses', 'refused', nothing],
  ])('refuses %s at once', async (_name, topic, emit) => {
    await using stage = await scene({}, { refuse: (name) => (name === 'refused' ? 'no such stream' : undefined) });
    const { pool } = stage;

    // Wrong types on purpose: callers without a compiler pass them.
    expect(() => pool.subscribe(topic as string, emit as () => void)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    expect(pool.stats()).toMatchObject({ opened: 0, topics: 0 });
  });
});

describe('a venue that never answers', () => {
  it('is believed to accept what was sent, also after a loss', async () => {
    await using stage = await scene({ ackTimeout: 1_000 }, { answers: false });
    const { pool, venue, clock, errors } = stage;
    venue.answer = ignore;
    const values = new Journal<number>();
    const end = await pool.subscribe('a', ({ items }) => items.forEach((item) => values.add(item)));

    await clock.advance(5_000);
    venue.socket.terminate();
    await errors.atLeast(1);
    await clock.advance(250);
    await venue.requests.atLeast(2);
    venue.send({ topic: 'a', value: 1 });
    await values.atLeast(1);
    const { live } = pool.stats();
    await end();
    await venue.requests.atLeast(3);
    await stage.flush();

    expect(live).toBe(1);
    expect(venue.requests.entries.map(({ op }) => op)).toEqual(['subscribe', 'subscribe', 'unsubscribe']);
    expect(pool.stats()).toMatchObject({ topics: 0, pendingRequests: 0, requestTimeouts: 0, gaps: 1 });
  });
});

describe('a refused request', () => {
  it('fails only its own topics and says why', async () => {
    await using stage = await scene({}, { limits: { topicsPerRequest: 2 } });
    const { pool, venue } = stage;
    venue.answer = (request, socket) => {
      const error = request.args.includes('bad') ? 'invalid symbol' : undefined;
      socket.send(JSON.stringify({ ack: request.id, error }));
    };

    const results = await Promise.allSettled(
      ['a', 'b', 'bad', 'c', 'd'].map((topic) => pool.subscribe(topic, nothing)),
    );

    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(results[2]).toMatchObject({
      reason: { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('invalid symbol') as string },
    });
    expect(pool.stats()).toMatchObject({ topics: 4, live: 4, acks: 3, rejected: 2 });
    expect(pool.explain('bad').state).toBe('unknown');
  });

  it('is asked again in halves until only the topic is left that the venue minds', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (request, socket) => {
      const error = request.args.includes('t37') ? 'invalid symbol' : undefined;
      socket.send(JSON.stringify({ ack: request.id, error }));
    };
    const topics = Array.from({ length: 64 }, (_, index) => `t${index}`);

    const results = await Promise.allSettled(topics.map((topic) => pool.subscribe(topic, nothing)));

    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([37]);
    // The first, and both halves of it and of each half that holds the topic: 32, 16, 8, 4, 2, 1.
    expect(venue.requests.entries.length).toBe(13);
    expect(pool.stats()).toMatchObject({ live: 63, topics: 63, pendingRequests: 0 });
  });

  it('of a venue that refuses everything costs a bounded number of requests', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id, error: 'closed for today' }));
    const topics = Array.from({ length: 2_000 }, (_, index) => `t${index}`);

    const results = await Promise.allSettled(topics.map((topic) => pool.subscribe(topic, nothing)));

    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(venue.requests.entries.length).toBeLessThanOrEqual(70);
    expect(pool.stats()).toMatchObject({ topics: 0, pendingRequests: 0 });
  });

  it('may be repeated', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id, error: 'busy' }));
    await expect(pool.subscribe('a', nothing)).rejects.toThrow('busy');
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id }));

    await pool.subscribe('a', nothing);

    expect(pool.explain('a').state).toBe('live');
  });

  it('is one without an answer in time, and a late answer changes nothing', async () => {
    await using stage = await scene({ ackTimeout: 5_000 });
    const { pool, venue, clock } = stage;
    venue.answer = ignore;
    const subscribing = pool.subscribe('a', nothing);
    const outcome = failureOf(subscribing);
    const [request] = await venue.requests.atLeast(1);

    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ code: 'ERR_TIMEOUT' });
    venue.send({ ack: request?.id });
    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    expect(pool.stats()).toMatchObject({ requestTimeouts: 1, acks: 1, topics: 0, live: 0, stray: 1 });
  });

  it('is one that the protocol cannot write, without harm to the others', async () => {
    await using stage = await scene(
      {},
      {
        request: (op, args, id) => {
          if (args.includes('odd')) throw new Error('cannot write that');
          return JSON.stringify({ op, args, id });
        },
      },
    );
    const { pool } = stage;

    const results = await Promise.allSettled(['odd', 'a', 'b'].map((topic) => pool.subscribe(topic, nothing)));

    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});

describe('answers', () => {
  it('by topic settle the topics they name', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (_request, socket) => {
      socket.send(JSON.stringify({ answer: { topics: ['b'] } }));
      socket.send(JSON.stringify({ answer: { refused: ['a'], error: 'delisted' } }));
    };

    const results = await Promise.allSettled([pool.subscribe('a', nothing), pool.subscribe('b', nothing)]);

    expect(results).toMatchObject([{ status: 'rejected', reason: { message: 'test-venue refused: delisted' } }, {}]);
    expect(pool.explain('b').state).toBe('live');
    expect(pool.stats()).toMatchObject({ pendingRequests: 0, acks: 1, rejected: 1 });
  });

  it('with the whole list settle what is in it, and for ends what is not', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    venue.answer = (request, socket) => {
      const current = request.op === 'subscribe' ? ['a', 'b'] : ['b'];
      socket.send(JSON.stringify({ answer: { current } }));
    };
    const [endA] = await Promise.all([pool.subscribe('a', nothing), pool.subscribe('b', nothing)]);

    await endA();
    await venue.requests.atLeast(2);
    await stage.flush();

    expect(pool.explain('a').state).toBe('unknown');
    expect(pool.explain('b').state).toBe('live');
  });

  it('without any reference settle the oldest request', async () => {
    await using stage = await scene({}, { limits: { topicsPerRequest: 1 } });
    const { pool, venue } = stage;
    venue.answer = (request, socket) => {
      const error = request.args[0] === 'b' ? 'second' : undefined;
      socket.send(JSON.stringify({ answer: { error } }));
    };

    const results = await Promise.allSettled(['a', 'b', 'c'].map((topic) => pool.subscribe(topic, nothing)));

    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('to nothing that was asked are counted and ignored', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);

    venue.send({ ack: 999 });
    venue.send({ answer: {} });
    venue.send({ answer: { refused: ['zzz'], error: 'no' } });
    await stage.flush();

    expect(pool.stats()).toMatchObject({ acks: 3, rejected: 1, live: 1 });
  });
});

describe('topics the venue sends unasked', () => {
  it('are live as soon as the connection is open and need no frame', async () => {
    await using stage = await scene({}, { unasked: ['status', 'heartbeat'], refuse: () => 'only unasked ones' });
    const { pool, venue } = stage;
    const events = new Journal<TestEvent>();
    await pool.subscribe('status', events.add);

    venue.send({ topic: 'status', value: 1 });
    await events.atLeast(1);

    expect(venue.requests.entries).toEqual([]);
    expect(pool.explain('status')).toMatchObject({ state: 'live', reason: 'the venue sends it unasked' });
  });

  it('are not delivered when nobody asked for them', async () => {
    await using stage = await scene({}, { unasked: ['status'] });
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);
    const end = await pool.subscribe('status', nothing);
    await end();

    venue.send({ topic: 'status', value: 1 });
    await stage.flush();

    expect(pool.stats()).toMatchObject({ stray: 1, delivered: 0, requests: 1 });
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
