import { VirtualClock } from 'tickwise/core';
import { binance, bybitV5, type FeedEvent, FeedPool, type FeedProtocol } from 'tickwise/feed';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as ws from 'ws';
import { MemoryNetwork } from './memory-network.js';

const VENUE = 'ws://venue.test';
const HOUR = 3_600_000;

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

/** What one connection of a client did. */
interface Visit {
  readonly socket: ws.WebSocket;
  readonly openedAt: number;
  /** Topics asked for. */
  readonly topics: string[];
  /** Topics of each request. */
  readonly requests: number[];
  /** Bytes of each request. */
  readonly bytes: number[];
  /** When anything was received from it: requests, pings and pongs. */
  readonly inbound: number[];
}

/** A venue that takes everything, pings every 20 s from 100 ms on, and cuts a connection after `lifetime`. */
function startVenue(clock: VirtualClock, list: 'args' | 'params', lifetime = Infinity): Visit[] {
  const visits: Visit[] = [];
  network.listen(VENUE).on('connection', (socket) => {
    const visit: Visit = { socket, openedAt: clock.now(), topics: [], requests: [], bytes: [], inbound: [] };
    visits.push(visit);
    const pingLater = (delay: number): void => {
      const timer = clock.setTimeout(() => {
        socket.ping(String(clock.now()));
        pingLater(20_000);
      }, delay);
      socket.on('close', () => timer.cancel());
    };
    pingLater(100);
    if (lifetime !== Infinity) clock.setTimeout(() => socket.terminate(), lifetime);
    for (const event of ['ping', 'pong']) socket.on(event, () => visit.inbound.push(clock.now()));
    socket.on('message', (data: Buffer) => {
      visit.inbound.push(clock.now());
      const frame = JSON.parse(data.toString()) as Record<string, unknown>;
      const topics = frame[list] as string[] | undefined;
      const { id, req_id, op } = frame;
      socket.send(
        JSON.stringify(list === 'params' ? { result: null, id } : { success: true, ret_msg: '', op, req_id }),
      );
      if (topics === undefined) return;
      visit.topics.push(...topics);
      visit.requests.push(topics.length);
      visit.bytes.push(data.length);
    });
  });
  return visits;
}

/** Subscribes to everything, and plays two minutes. */
async function subscribeAll(
  protocol: FeedProtocol,
  topics: readonly string[],
  list: 'args' | 'params',
): Promise<Visit[]> {
  const clock = new VirtualClock();
  const visits = startVenue(clock, list);
  const pool = new FeedPool({ protocol, url: VENUE, ioClock: clock });
  const subscribing = Promise.all(topics.map((topic) => pool.subscribe(topic, nothing)));
  await clock.advance(120_000);
  await subscribing;
  expect(visits.flatMap((visit) => visit.topics).toSorted()).toEqual(topics.toSorted());
  await pool.close();
  return visits;
}

/** Most of some times within any second. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length));
}

describe('1,100 topics and two minutes of pings', { timeout: 60_000 }, () => {
  const coins = (pattern: string): string[] =>
    Array.from({ length: 1_100 }, (_, index) => pattern.replace('*', `${index}`));

  it('of Bybit spot stay within 10 topics a request, 21,000 characters a connection and the pace', async () => {
    const topics = coins('orderbook.50.COIN*USDT');

    const visits = await subscribeAll(bybitV5('spot'), topics, 'args');

    expect(Math.max(...visits.flatMap((visit) => visit.requests))).toBe(10);
    expect(visits.length).toBe(Math.ceil(JSON.stringify(topics).length / 21_000));
    for (const { topics: own, inbound } of visits) {
      expect(JSON.stringify(own).length).toBeLessThanOrEqual(21_000);
      // One each 50 ms, and the answer to a ping.
      expect(mostInASecond(inbound)).toBeLessThanOrEqual(20 + 1);
    }
  });

  it.each([
    ['fit on one connection', 't.A*'],
    ['need the fewest that hold them', 'orderbook.50.SOMECOIN*USDT'],
  ])('of Bybit linear %s, with one request for each', async (_name, pattern) => {
    const topics = coins(pattern);

    const visits = await subscribeAll(bybitV5('linear'), topics, 'args');

    expect(visits.length).toBe(Math.ceil(JSON.stringify(topics).length / 21_000));
    expect(visits.flatMap((visit) => visit.requests).length).toBe(visits.length);
    for (const { topics: own } of visits) expect(JSON.stringify(own).length).toBeLessThanOrEqual(21_000);
  });

  it('of Binance go over 2 connections, with 5 messages a second at most, pings and pongs included', async () => {
    const visits = await subscribeAll(binance('spot'), coins('coin*usdt@depth@100ms'), 'params');

    expect(visits.map(({ topics }) => topics.length)).toEqual([1_024, 76]);
    for (const { bytes, inbound } of visits) {
      expect(Math.max(...bytes)).toBeLessThanOrEqual(4_096);
      expect(mostInASecond(inbound)).toBeLessThanOrEqual(5);
      expect(inbound.length).toBeGreaterThan(10);
    }
  });
});

describe('a venue that cuts every connection after 24 hours', { timeout: 120_000 }, () => {
  it('never cuts a pool, which changes over before and gets 100,000 numbered trades once each', async () => {
    const clock = new VirtualClock();
    const visits = startVenue(clock, 'params', 24 * HOUR);
    const pool = new FeedPool({ protocol: binance('spot'), url: VENUE, ioClock: clock, random: () => 0.5 });
    const topics = Array.from({ length: 10 }, (_, index) => `coin${index}@trade`);
    const received = new Map<string, string[]>(topics.map((topic) => [topic, []]));
    const statuses: string[] = [];
    const emit = ({ topic, items, kind }: FeedEvent): void => {
      if (kind === 'trade') received.get(topic)?.push(...items.map(({ id }) => id ?? ''));
    };
    for (const topic of topics) void pool.subscribe(topic, emit, ({ type }) => void statuses.push(type));
    await clock.advance(1_000);
    let firstOfNext = 0;
    let oldAtThat: number | undefined;
    visits[0]?.socket.on('close', () => (oldAtThat = firstOfNext));

    for (let number = 0; number < 10_000; number++) {
      for (const topic of topics) {
        const data = { e: 'trade', E: number, s: 'X', t: number, p: '1', q: '1', T: number, m: false };
        for (const visit of visits) {
          if (!visit.topics.includes(topic)) continue;
          visit.socket.send(JSON.stringify({ stream: topic, data }));
          if (visit === visits[1]) firstOfNext++;
        }
      }
      await clock.advance(10_000);
    }

    const everything = Array.from({ length: 10_000 }, (_, number) => String(number));
    for (const ids of received.values()) expect(ids).toEqual(everything);
    expect(visits.length).toBe(2);
    expect((visits[1]?.openedAt ?? Infinity) < 24 * HOUR).toBe(true);
    // The old one went only after each topic had come on the new one.
    expect(oldAtThat).toBeGreaterThanOrEqual(topics.length);
    expect(statuses).toEqual(topics.map(() => 'live'));
    expect(pool.stats()).toMatchObject({ rotations: 1, rotationFailures: 0, gaps: 0, errors: 0 });
    await pool.close();
  });
});
