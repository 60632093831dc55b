import * as fc from 'fast-check';
import { coinbase, type FeedEvent } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';
import { RepeatFilter } from '../../src/feed/repeat-filter.js';
import { scene, type Scene, type TestEvent } from './fake-venue.js';
import { Journal } from './journal.js';

const event = (value: number): TestEvent => ({
  kind: 'test',
  topic: 'a',
  symbol: 'a',
  ts: 0,
  items: [value],
  raw: value,
});

/** A filter of events of the test protocol, and how many repeats it has told of. */
function filter(identify = ({ items }: { items: readonly unknown[] }): number => Number(items[0])) {
  const told = { repeats: 0 };
  return { told, subject: new RepeatFilter<TestEvent>(identify, () => void told.repeats++) };
}

describe('a repeat filter', () => {
  it('agrees with a list of the last 1,024 different events', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_500 }), { maxLength: 3_000 }), (values) => {
        const { subject, told } = filter();
        const last: number[] = [];
        let repeats = 0;

        for (const value of values) {
          const isKnown = last.includes(value);
          expect(subject.isRepeat(event(value))).toBe(isKnown);
          if (isKnown) repeats++;
          else last.push(value);
          if (last.length > 1_024) last.shift();
        }

        expect(told.repeats).toBe(repeats);
      }),
      { numRuns: 20 },
    );
  });

  it('takes over what another one knows, as older than its own', () => {
    const [older, newer] = [filter().subject, filter().subject];
    for (let value = 0; value < 1_000; value++) older.isRepeat(event(value));
    for (let value = 1_000; value < 1_100; value++) newer.isRepeat(event(value));

    newer.adopt(older);

    expect([75, 76, 999, 1_099, 1_100].map((value) => newer.has(event(value)))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('holds an event that the protocol cannot identify for new', () => {
    const { subject, told } = filter(() => {
      throw new Error('no id');
    });

    expect([subject.isRepeat(event(1)), subject.isRepeat(event(1)), subject.has(event(1))]).toEqual([
      false,
      false,
      false,
    ]);
    expect(told.repeats).toBe(0);
  });
});

/** Cuts the newest connection at the venue's side and waits until the pool has noticed. */
async function lose({ venue, errors }: Scene): Promise<void> {
  const count = errors.entries.length + 1;
  venue.socket.terminate();
  await errors.atLeast(count);
}

describe('a reconnect with 300 topics to a venue that sends the last events again', () => {
  it('asks for what is wanted then, in paced chunks, and delivers no event twice', async () => {
    await using stage = await scene({ pace: 50 }, { limits: { topicsPerRequest: 100 }, resends: () => true });
    const { pool, venue, clock } = stage;
    const received = new Map<string, number[]>();
    const watch = (topic: string): Promise<() => void | Promise<void>> => {
      const values: number[] = [];
      received.set(topic, values);
      return pool.subscribe(topic, ({ items }) => void values.push(...items));
    };
    const topics = Array.from({ length: 300 }, (_, index) => `t${index}`);
    const subscribing = Promise.all(topics.map(watch));
    for (let request = 1; request <= 3; request++) {
      await venue.requests.atLeast(request);
      await clock.advance(50);
    }
    const ends = await subscribing;
    for (const topic of topics) for (const value of [1, 2, 3]) venue.send({ topic, value });
    await stage.flush();
    venue.requests.entries.length = 0;

    await lose(stage);
    for (const end of ends.slice(0, 20)) await end();
    const late = watch('late');
    venue.answer = ({ id, args }, socket) => {
      socket.send(JSON.stringify({ ack: id }));
      // The last two again, and the two that were missed.
      for (const topic of args) for (const value of [2, 3, 4, 5]) socket.send(JSON.stringify({ topic, value }));
    };
    await clock.advance(250);
    for (let request = 1; request <= 3; request++) {
      await venue.requests.atLeast(request);
      await clock.advance(50);
    }
    await late;
    await stage.flush();

    const [first, second, third] = venue.requests.entries;
    expect(venue.subscribed().toSorted()).toEqual([...topics.slice(20), 'late'].toSorted());
    expect([first, second, third].map((request) => request?.args.length)).toEqual([100, 100, 81]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(50);
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(50);
    for (const topic of topics.slice(20)) expect(received.get(topic)).toEqual([1, 2, 3, 4, 5]);
    expect(received.get('t0')).toEqual([1, 2, 3]);
    expect(received.get('late')).toEqual([2, 3, 4, 5]);
    expect(pool.stats()).toMatchObject({ repeated: 560, gaps: 280, live: 281 });
  });

  it('delivers them twice when the protocol does not say that the venue does so', async () => {
    await using stage = await scene();
    const values = new Journal<number>();
    await stage.pool.subscribe('a', ({ items }) => items.forEach((item) => values.add(item)));

    for (const value of [1, 1]) stage.venue.send({ topic: 'a', value });
    await values.atLeast(2);

    expect(values.entries).toEqual([1, 1]);
    expect(stage.pool.stats().repeated).toBe(0);
  });

  it('keeps what was delivered over a rotation, topics included that are silent meanwhile', async () => {
    await using stage = await scene({ rotateAfter: 100_000 }, { resends: () => true });
    const { pool, venue, clock } = stage;
    const values = new Journal<number>();
    await pool.subscribe('a', ({ items }) => items.forEach((item) => values.add(item)));
    for (const value of [1, 2]) venue.send({ topic: 'a', value });
    await values.atLeast(2);
    venue.answer = ({ id }, socket) => {
      socket.send(JSON.stringify({ ack: id }));
      for (const value of [1, 2]) socket.send(JSON.stringify({ topic: 'a', value }));
    };

    await clock.advance(100_000);
    await venue.requests.atLeast(2);
    await stage.flush();
    await clock.advance(10_000);
    await venue.closes.atLeast(1);
    for (const value of [2, 3]) venue.send({ topic: 'a', value });
    await values.atLeast(3);

    expect(values.entries).toEqual([1, 2, 3]);
    expect(pool.stats()).toMatchObject({ rotations: 1, gaps: 0 });
  });
});

describe('Coinbase', () => {
  it('sends the last trade again with another name, which is the same trade', () => {
    const protocol = coinbase();
    const frame = {
      product_id: 'BTC-USD',
      trade_id: 7,
      price: '1',
      size: '2',
      side: 'buy',
      time: '2021-04-17T16:43:36.8Z',
    };
    const read = (type: string): FeedEvent => {
      const incoming = protocol.read({ ...frame, type });
      if (incoming.type !== 'event') throw new Error('no event');
      return incoming.event;
    };

    expect(protocol.identify(read('last_match'))).toBe(protocol.identify(read('match')));
    expect([protocol.resends('matches:BTC-USD'), protocol.resends('level2:BTC-USD')]).toEqual([true, false]);
  });
});
