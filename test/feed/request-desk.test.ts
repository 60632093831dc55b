import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { newCounters } from '../../src/feed/counters.js';
import { RequestDesk } from '../../src/feed/request-desk.js';
import { TopicRecord } from '../../src/feed/topic-record.js';
import { type TestEvent, testProtocol } from './fake-venue.js';

interface Frame {
  readonly op: string;
  readonly args: string[];
  readonly id: number;
  readonly at: number;
}

interface Bench {
  readonly desk: RequestDesk<TestEvent>;
  readonly clock: VirtualClock;
  readonly frames: Frame[];
  readonly answers: string[];
  readonly released: string[];
  readonly counters: ReturnType<typeof newCounters>;
  record(topic: string): TopicRecord<TestEvent>;
  want(record: TopicRecord<TestEvent>, isWanted: boolean): void;
}

const listener = { emit: () => undefined, notify: () => undefined, settle: () => undefined, isLive: false };

function bench({ pace = 0, ackTimeout = 1_000, topicsPerRequest = Infinity } = {}): Bench {
  const clock = new VirtualClock();
  const counters = newCounters();
  const frames: Frame[] = [];
  const answers: string[] = [];
  const released: string[] = [];
  const desk: RequestDesk<TestEvent> = new RequestDesk<TestEvent>(
    {
      protocol: testProtocol({ limits: { topicsPerRequest } }),
      pace,
      ackTimeout,
      ioClock: clock,
      counters,
      isPaused: () => false,
      report: () => undefined,
    },
    {
      send: (text) => frames.push({ ...(JSON.parse(text) as Omit<Frame, 'at'>), at: clock.now() }),
      pingFrame: () => frames.push({ op: 'ping', args: [], id: 0, at: clock.now() }),
      answered: (record, action, refusal) => {
        answers.push(`${action} ${record.topic} ${refusal === undefined ? 'accepted' : 'refused'}`);
        // A refused topic is given up, as the pool gives up one that was never live.
        if (action === 'subscribe' && refusal !== undefined) record.abandon(refusal);
        desk.reconcile(record);
      },
      released: (record) => released.push(record.topic),
    },
  );
  return {
    desk,
    clock,
    frames,
    answers,
    released,
    counters,
    record: (topic) => new TopicRecord<TestEvent>(topic, '', false),
    want(record, isWanted) {
      if (isWanted && !record.isWanted) record.add(listener);
      if (!isWanted) record.remove(listener);
      desk.reconcile(record);
    },
  };
}

describe('a desk', () => {
  it('sends nothing before the connection is open, then all at once', async () => {
    const { desk, clock, frames, record, want } = bench();
    for (const topic of ['a', 'b']) want(record(topic), true);
    await clock.advance(1_000);
    const before = frames.length;

    desk.open();
    await clock.advance(0);

    expect(before).toBe(0);
    expect(frames).toMatchObject([{ op: 'subscribe', args: ['a', 'b'], id: 1 }]);
  });

  it('lets a topic go that is no longer wanted before its turn', async () => {
    const { desk, clock, frames, released, record, want } = bench();
    const topic = record('a');
    desk.open();

    want(topic, true);
    want(topic, false);
    await clock.advance(0);

    expect([frames, released]).toEqual([[], ['a']]);
  });

  it('ends a topic only after its subscription was answered', async () => {
    const { desk, clock, frames, record, want } = bench();
    const topic = record('a');
    desk.open();
    want(topic, true);
    await clock.advance(0);

    want(topic, false);
    await clock.advance(200);
    const before = frames.length;
    desk.acknowledge({ type: 'ack', id: 1 });
    await clock.advance(0);

    expect(before).toBe(1);
    expect(frames.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe']);
  });

  it('ends topics before it subscribes to others, which makes room at the venue', async () => {
    const { desk, clock, frames, record, want } = bench();
    const old = record('old');
    desk.open();
    want(old, true);
    await clock.advance(0);
    desk.acknowledge({ type: 'ack', id: 1 });

    want(record('new'), true);
    want(old, false);
    await clock.advance(0);

    expect(frames.slice(1).map(({ op, args }) => [op, args])).toEqual([
      ['unsubscribe', ['old']],
      ['subscribe', ['new']],
    ]);
  });

  it('sends a ping before requests that wait, and one for several that were due', async () => {
    const { desk, clock, frames, counters, record, want } = bench({ pace: 100 });
    desk.open();
    want(record('a'), true);
    await clock.advance(0);

    want(record('b'), true);
    desk.requestPing();
    desk.requestPing();
    await clock.advance(500);

    expect(frames.map(({ op, at }) => [op, at])).toEqual([
      ['subscribe', 0],
      ['ping', 100],
      ['subscribe', 200],
    ]);
    expect(counters).toMatchObject({ pings: 1, requests: 2 });
  });

  it('keeps the distance from a frame that went out past it', async () => {
    const { desk, clock, frames, record, want } = bench({ pace: 100 });
    desk.open();
    await clock.advance(1_000);

    desk.sent();
    want(record('a'), true);
    await clock.advance(200);

    expect(frames.map(({ at }) => at)).toEqual([1_100]);
  });

  it('forgets on closing what was under way and waiting; answers that come later mean nothing', async () => {
    const { desk, clock, answers, frames, record, want } = bench({ pace: 100 });
    desk.open();
    want(record('a'), true);
    await clock.advance(0);
    want(record('b'), true);

    desk.close();
    desk.acknowledge({ type: 'ack', id: 1 });
    desk.acknowledge({ type: 'ack' });
    await clock.advance(10_000);

    expect([frames.length, answers, desk.pending, clock.pendingTimers]).toEqual([1, [], 0, 0]);
  });

  it('refuses the topics of a request that is not answered in time, and of that one only', async () => {
    const { desk, clock, answers, counters, record, want } = bench({ ackTimeout: 500, topicsPerRequest: 1 });
    desk.open();
    want(record('a'), true);
    want(record('b'), true);
    await clock.advance(0);
    desk.acknowledge({ type: 'ack', id: 2 });

    await clock.advance(500);

    expect(answers).toEqual(['subscribe b accepted', 'subscribe a refused']);
    expect(counters).toMatchObject({ requestTimeouts: 1, acks: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['by id', { id: 1 }, ['a', 'b', 'c']],
    ['by topics', { topics: ['b'] }, ['b']],
    ['by topics it does not know', { topics: ['zzz'] }, []],
    ['by list', { current: ['a', 'c', 'zzz'] }, ['a', 'c']],
    ['by nothing', {}, ['a', 'b', 'c']],
  ])('settles what an answer is about: %s', async (_name, ack, settled) => {
    const { desk, clock, answers, record, want } = bench();
    desk.open();
    for (const topic of ['a', 'b', 'c']) want(record(topic), true);
    await clock.advance(0);

    desk.acknowledge({ type: 'ack', ...ack });

    expect(answers).toEqual(settled.map((topic) => `subscribe ${topic} accepted`));
    expect(desk.pending).toBe(settled.length === 3 ? 0 : 1);
  });
});

describe('a desk with any history', () => {
  type Step =
    | { readonly do: 'want' | 'drop'; readonly topic: number }
    | { readonly do: 'accept' | 'refuse' | 'stale'; readonly pick: number }
    | { readonly do: 'wait'; readonly time: number }
    | { readonly do: 'lose' };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('want' as const, 'drop' as const), topic: fc.nat(5) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'refuse' as const), pick: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stale' as const), pick: fc.nat(50) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  );

  it('never has two requests for a topic under way, keeps the pace and ends with what is wanted on the wire', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const subject = bench({ pace: 10, ackTimeout: 1e9, topicsPerRequest: 3 });
        const { desk, clock, frames, want } = subject;
        const records = Array.from({ length: 6 }, (_, index) => subject.record(`t${index}`));
        const venue = new Set<string>();
        let open: Frame[] = [];
        let seen = 0;
        let opened = 0;
        const takeNew = (): void => {
          for (const frame of frames.slice(seen)) {
            const underWay = new Set(open.flatMap(({ args }) => args));
            expect(frame.args.filter((topic) => underWay.has(topic))).toEqual([]);
            expect(frame.args.filter((topic) => venue.has(topic) === (frame.op === 'subscribe'))).toEqual([]);
            expect(frame.args.length).toBeLessThanOrEqual(3);
            open.push(frame);
          }
          for (const [index, frame] of frames.slice(opened).entries()) {
            const before = frames[opened + index - 1];
            expect(index === 0 || before === undefined || frame.at - before.at >= 10).toBe(true);
          }
          seen = frames.length;
        };
        const answer = (pick: number, error: string | undefined): void => {
          const frame = open[pick % Math.max(1, open.length)];
          if (frame === undefined) return;
          open = open.filter((other) => other !== frame);
          for (const topic of frame.args) {
            if (error === undefined && frame.op === 'subscribe') venue.add(topic);
            // A venue that refuses to unsubscribe has no such topic.
            if (frame.op === 'unsubscribe') venue.delete(topic);
          }
          desk.acknowledge({ type: 'ack', id: frame.id, error });
        };
        const lose = (): void => {
          desk.close();
          open = [];
          venue.clear();
          opened = frames.length;
          for (const record of records) record.wire = 'off';
          for (const record of records) desk.reconcile(record);
          desk.open();
        };
        desk.open();

        for (const action of steps) {
          const record = 'topic' in action ? records[action.topic] : undefined;
          if (record !== undefined) want(record, action.do === 'want');
          if (action.do === 'accept') answer(action.pick, undefined);
          if (action.do === 'refuse') answer(action.pick, 'no');
          if (action.do === 'stale') desk.acknowledge({ type: 'ack', id: 1_000 + action.pick });
          if (action.do === 'wait') await clock.advance(action.time);
          if (action.do === 'lose') lose();
          takeNew();
        }
        // The venue answers whatever is open until nothing more is asked.
        for (let round = 0; round < 40; round++) {
          await clock.advance(20);
          takeNew();
          while (open.length > 0) answer(0, undefined);
        }

        const wanted = records.filter((record) => record.isWanted).map(({ topic }) => topic);
        expect([...venue].toSorted()).toEqual(wanted.toSorted());
        expect(desk.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
