import { type TopicStatus, VirtualClock } from 'tickwise/core';
import { bybitV5, FeedPool, type FeedPoolOptions, type ProtocolOverrides } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as ws from 'ws';
import { type TestEvent, testProtocol } from './fake-venue.js';
import { MemoryNetwork } from './memory-network.js';
import { NumberedVenue } from './numbered-venue.js';
import { type Cause, HabitualClient, type Habits, PUNISHER, PunishingVenue, type Rules } from './punishing-venue.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Chunks of 10, half a second apart, a ping every 45 s, and 10 s until the next try: what the first bot was set to. */
const OLD_HABITS: Habits = { topicsPerRequest: 10, requestDelay: 500, pingInterval: 45_000, reconnectDelay: 10_000 };

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

const nothing = (): void => undefined;

/** Silent for 20 to 45 s is too long; more than 10 topics in a request or 20 messages in a second is too much. */
function rules(seed: number): Rules {
  const random = randomOf(seed);
  return { idleCutOff: () => 20_000 + 25_000 * random(), topicsPerRequest: 10, messagesPerSecond: 20 };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `publicTrade.COIN${index}USDT`);
}

/** A pool of Bybit spot against the punishing venue. */
function bybitPool(clock: VirtualClock, overrides: ProtocolOverrides = {}): FeedPool {
  const onError = nothing;
  return new FeedPool({
    protocol: bybitV5('spot', overrides),
    url: PUNISHER,
    ioClock: clock,
    onError,
    random: randomOf(7),
  });
}

/** A pool of the test protocol with pings of the WebSocket, at an address of the network. */
function testPool(url: string, clock: VirtualClock, options: Partial<FeedPoolOptions<TestEvent>> = {}) {
  const limits = { connectionsPerWindow: 300, connectionWindow: 5 * MINUTE, topicsPerConnection: 100 };
  const heartbeat = { every: 20_000, timeout: 10_000 };
  const protocol = testProtocol({ limits, heartbeat, resends: () => true, identify: ({ raw }) => JSON.stringify(raw) });
  return new FeedPool<TestEvent>({ protocol, url, ioClock: clock, random: randomOf(3), onError: nothing, ...options });
}

describe('a venue that cuts off who is silent, asks for too much or talks too fast', { timeout: 120_000 }, () => {
  it.each([
    [50, 70, 80],
    [250, 45, 55],
    [386, 40, 50],
  ])(
    'makes a client of the old settings with %d topics connect again about 50 times an hour',
    async (count, ...range) => {
      const [least, most] = range;
      const clock = new VirtualClock();
      const venue = new PunishingVenue(network, clock, rules(count));
      const client = new HabitualClient(network.clientClass(), clock, names(count), OLD_HABITS);

      await clock.advance(8 * HOUR);

      expect(client.reconnects / 8).toBeGreaterThan(least);
      expect(client.reconnects / 8).toBeLessThan(most);
      expect(new Set(venue.cut)).toEqual(new Set(['idle']));
    },
  );

  it.each([50, 250, 386])(
    'keeps the connection of a pool with %d topics for the hour, which gets every value',
    async (count) => {
      const clock = new VirtualClock();
      const venue = new PunishingVenue(network, clock, rules(count));
      const pool = bybitPool(clock);
      const subscribing = Promise.all(names(count).map((topic) => pool.subscribe(topic, nothing)));
      await clock.advance(10_000);
      await subscribing;

      for (let minute = 0; minute < 60; minute++) {
        venue.tick();
        await clock.advance(MINUTE);
      }

      const { reconnectsLastHour, delivered, live, pings } = pool.stats();
      expect(reconnectsLastHour).toBeLessThan(5);
      expect(venue.cut).toEqual([]);
      expect([live, venue.subscribed]).toEqual([count, count]);
      expect(delivered).toBe(venue.sent);
      expect(pings).toBeGreaterThanOrEqual(180);
      await pool.close();
    },
  );

  it.each<[string, Cause, ProtocolOverrides]>([
    ['25 topics in a request', 'arguments', { limits: { topicsPerRequest: 25 } }],
    ['requests without a pace', 'rate', { limits: { pace: 0 } }],
    ['no pings', 'idle', { heartbeat: { every: Infinity } }],
  ])('cuts a pool that is told to send %s', async (_, cause, overrides) => {
    const clock = new VirtualClock();
    const venue = new PunishingVenue(network, clock, rules(1));
    const pool = bybitPool(clock, overrides);
    for (const topic of names(386)) pool.subscribe(topic, nothing).catch(nothing);

    await clock.advance(5 * MINUTE);

    expect(venue.cut).toContain(cause);
    await pool.close();
  });
});

describe('a disconnect from outside every 72 seconds', { timeout: 120_000 }, () => {
  it('loses no tick that the venue sends again, doubles none, and stays within the budget', async () => {
    const clock = new VirtualClock();
    const venue = new NumberedVenue(network, clock, 10);
    const pool = testPool(venue.url, clock);
    const received = new Map<string, number[]>(venue.topics.map((topic) => [topic, []]));
    const gaps: string[] = [];
    for (const topic of venue.topics) {
      const emit = ({ items }: TestEvent): void => void received.get(topic)?.push(...items);
      void pool.subscribe(topic, emit, ({ type }) => void (type === 'gap' && gaps.push(topic)));
    }
    await clock.advance(1_000);

    for (let cut = 0; cut < 50; cut++) {
      await clock.advance(72_000);
      venue.cutAll();
    }
    await clock.advance(10_000);

    const everything = Array.from({ length: venue.last + 1 }, (_, index) => index);
    for (const values of received.values()) expect(values).toEqual(everything);
    const { opened, reconnects, repeated, connectFailures } = pool.stats();
    expect([opened, reconnects, connectFailures]).toEqual([51, 50, 0]);
    expect(repeated).toBeGreaterThan(0);
    expect(gaps.length).toBe(50 * venue.topics.length);
    expect(mostWithin(venue.opened, 5 * MINUTE)).toBeLessThanOrEqual(6);
    await pool.close();
  });
});

describe('a venue that accepts and stays silent', { timeout: 120_000 }, () => {
  const SILENT = 'ws://silent.test';

  it('is found out in ping interval and timeout, is tried within the budget over one connection, and is live once it speaks', async () => {
    const clock = new VirtualClock();
    const venue = new NumberedVenue(network, clock, 3);
    const pool = testPool(venue.url, clock);
    const statuses: TopicStatus[] = [];
    pool.subscribe('t0', nothing, (status) => statuses.push(status)).catch(nothing);
    await clock.advance(100);
    venue.isSilent = true;
    await clock.advance(29_899);
    const connections = [pool.stats().connections];
    await clock.advance(1);
    connections.push(pool.stats().connections);

    await clock.advance(HOUR);
    const attempts = [...venue.opened];
    const whileSilent = pool.explain('t0').state;
    venue.isSilent = false;
    await clock.advance(2 * MINUTE);

    expect(connections).toEqual([1, 0]);
    expect(venue.mostOpen).toBe(1);
    expect(mostWithin(attempts, 5 * MINUTE)).toBeLessThanOrEqual(12);
    expect(attempts.length).toBeGreaterThan(60);
    expect(whileSilent).not.toBe('live');
    expect(statuses.map(({ type }) => type).slice(0, 2)).toEqual(['live', 'failed']);
    expect(statuses.at(-2)?.type).toBe('gap');
    expect(statuses.at(-1)?.type).toBe('live');
    expect(pool.explain('t0').state).toBe('live');
    await pool.close();
  });

  it('from the start keeps a hub trying, one connection at a time, until it speaks', async () => {
    const clock = new VirtualClock();
    const venue = new NumberedVenue(network, clock, 3);
    venue.isSilent = true;
    const pool = testPool(venue.url, clock);
    const hub = new SubscriptionHub({ source: pool, ioClock: clock, random: randomOf(5), onError: nothing });
    const values: unknown[] = [];
    for (const topic of venue.topics) hub.subscribe(topic, (event) => values.push(event));

    await clock.advance(HOUR);
    const attempts = [...venue.opened];
    venue.isSilent = false;
    await clock.advance(2 * MINUTE);

    expect(venue.mostOpen).toBe(1);
    expect(mostWithin(attempts, 5 * MINUTE)).toBeLessThanOrEqual(12);
    expect(pool.stats()).toMatchObject({ live: 3, connections: 1 });
    expect(values.length).toBeGreaterThan(0);
    await hub.close();
    await pool.close();
  });

  it('that never finishes the handshake counts as one that cannot be reached', async () => {
    const clock = new VirtualClock();
    network.listenMute(SILENT);
    const dials: number[] = [];
    network.onDial = () => dials.push(clock.now());
    const pool = testPool(SILENT, clock, { connectTimeout: 5_000 });
    pool.subscribe('a', nothing).catch(nothing);

    await clock.advance(HOUR);

    expect(pool.stats().connections).toBe(0);
    expect(dials.length - pool.stats().connectFailures).toBeLessThanOrEqual(1);
    expect(mostWithin(dials, 5 * MINUTE)).toBeLessThanOrEqual(25);
    expect(dials.length).toBeGreaterThan(100);
    await pool.close();
  });
});

describe('a venue that refuses connections for ten minutes', { timeout: 120_000 }, () => {
  it('is tried within the budget over all sockets, and by two pools never at the same time', async () => {
    const clock = new VirtualClock();
    const dials = new Map<string, number[]>();
    network.onDial = (host) => dials.set(host, [...(dials.get(host) ?? []), clock.now()]);
    const limits = { connectionsPerWindow: 300, connectionWindow: 5 * MINUTE, topicsPerConnection: 1 };
    const protocol = testProtocol({ limits });
    const pools: FeedPool<TestEvent>[] = [];
    for (const seed of [1, 2]) {
      const pool = new FeedPool<TestEvent>({
        protocol,
        url: `ws://refuser-${seed}.test`,
        ioClock: clock,
        random: randomOf(seed),
        maxConnections: 20,
        onError: nothing,
      });
      pools.push(pool);
      for (let topic = 0; topic < 20; topic++) pool.subscribe(`t${topic}`, nothing).catch(nothing);
      // Of two imports at the same time only one would get the mock.
      await clock.advance(0);
    }

    await clock.advance(10 * MINUTE);

    const [first = [], second = []] = ['refuser-1.test', 'refuser-2.test'].map((host) => dials.get(host));
    for (const times of [first, second]) {
      expect(mostWithin(times, 5 * MINUTE)).toBe(300);
      expect(times.length).toBeLessThanOrEqual(600);
    }
    const later = new Set(first.filter((time) => time > 0));
    expect(second.filter((time) => later.has(time))).toEqual([]);
    await Promise.all(pools.map((pool) => pool.close()));
  });
});

/** Most of some times within any stretch. */
function mostWithin(times: readonly number[], stretch: number): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + stretch).length));
}

/** A small seeded generator. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
