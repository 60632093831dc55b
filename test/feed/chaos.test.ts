import * as fc from 'fast-check';
import { type EndTopic, type TopicStatus, VirtualClock } from 'tickwise/core';
import { FeedPool } from 'tickwise/feed';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as ws from 'ws';
import { ChaosVenue, type Mood } from './chaos-venue.js';
import { readTestFrame, type TestEvent, testProtocol } from './fake-venue.js';
import { MemoryNetwork } from './memory-network.js';

let network = new MemoryNetwork();

vi.mock('ws', async (importOriginal) => {
  const original = await importOriginal<typeof ws>();
  return {
    ...original,
    get WebSocket() {
      return network.clientClass(original.WebSocket);
    },
  };
});

beforeEach(() => {
  network = new MemoryNetwork();
});

const TOPICS = ['a', 'b', 'c', 'd', 'e'];

type Step =
  | { readonly do: 'start' | 'end' | 'publish' | 'dislike'; readonly topic: string }
  | { readonly do: 'mood'; readonly mood: Mood }
  | { readonly do: 'cut'; readonly index: number }
  | { readonly do: 'announce' }
  | { readonly do: 'wait'; readonly time: number };

const topic = fc.constantFrom(...TOPICS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'end' as const), topic }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), topic }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dislike' as const), topic }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('mood' as const),
      mood: fc.constantFrom<Mood>('well', 'well', 'deaf', 'mute', 'picky'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), index: fc.constantFrom(0, -1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('announce' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(0, 1, 60, 400, 9_000, 31_000) }),
  },
);

/** One subscription and what it was told. */
interface Told {
  readonly topic: string;
  readonly values: number[];
  readonly statuses: TopicStatus['type'][];
  end: EndTopic | undefined;
  isOver: boolean;
}

function poolOf(venue: ChaosVenue, clock: VirtualClock, topicsPerConnection: number): FeedPool<TestEvent> {
  const isEnding = (message: unknown): boolean =>
    typeof message === 'object' && message !== null && 'ending' in message;
  return new FeedPool<TestEvent>({
    protocol: testProtocol({
      limits: { topicsPerConnection, pace: 20 },
      heartbeat: { every: 20_000, timeout: 10_000 },
      read: (message) => (isEnding(message) ? { type: 'ending' } : readTestFrame(message)),
    }),
    url: venue.url,
    ioClock: clock,
    rotateAfter: 90_000,
    random: () => 0.5,
    onError: () => undefined,
  });
}

function start(pool: FeedPool<TestEvent>, name: string): Told {
  const told: Told = { topic: name, values: [], statuses: [], end: undefined, isOver: false };
  pool
    .subscribe(
      name,
      ({ items }) => void told.values.push(...items),
      ({ type }) => void told.statuses.push(type),
    )
    .then(
      (end) => (told.end = end),
      () => (told.isOver = true),
    );
  return told;
}

/** Ends the first subscription of a topic that can be ended. */
async function endOne(all: readonly Told[], name: string): Promise<void> {
  const told = all.find((each) => each.topic === name && each.end !== undefined && !each.isOver);
  if (told === undefined) return;
  told.isOver = true;
  await told.end?.();
}

async function act(action: Step, venue: ChaosVenue, pool: FeedPool<TestEvent>, all: Told[]): Promise<void> {
  if (action.do === 'start') all.push(start(pool, action.topic));
  if (action.do === 'end') await endOne(all, action.topic);
  if (action.do === 'publish') venue.publish(action.topic);
  if (action.do === 'dislike') venue.disliked = action.topic;
  if (action.do === 'mood') venue.mood = action.mood;
  if (action.do === 'cut') venue.cut(action.index);
  if (action.do === 'announce') venue.announceEnd();
}

describe('a pool over WebSockets to a venue in any mood', { timeout: 120_000 }, () => {
  it('ends with every topic that is wanted live, once, and no value out of order or doubled on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(2, Infinity), async (steps, room) => {
        network = new MemoryNetwork();
        const clock = new VirtualClock(1_000_000);
        const venue = new ChaosVenue(network, clock);
        const pool = poolOf(venue, clock, room);
        const all: Told[] = [];

        for (const action of steps) {
          await act(action, venue, pool, all);
          await clock.advance(action.do === 'wait' ? action.time : 0);
        }
        venue.mood = 'well';
        await clock.advance(300_000);
        const last = new Map(TOPICS.map((name) => [name, venue.publish(name)]));
        await clock.advance(30_000);

        const living = all.filter(({ isOver }) => !isOver);
        for (const told of living) {
          expect([told.topic, told.end === undefined, told.statuses.at(-1)]).toEqual([told.topic, false, 'live']);
          expect(told.values.at(-1)).toBe(last.get(told.topic));
        }
        for (const { values } of all)
          expect(values).toEqual([...new Set(values)].toSorted((one, other) => one - other));
        const wanted = new Set(living.map((told) => told.topic));
        expect(pool.stats()).toMatchObject({ topics: wanted.size, live: wanted.size, malformed: 0, handlerErrors: 0 });
        await pool.close();
      }),
      { numRuns: 120 },
    );
  });
});
