import { describe, expect, it, vi } from 'vitest';
import * as fc from 'fast-check';
import type { Incoming } from 'tickwise/feed';
import { readTestFrame, scene, type TestEvent } from './fake-venue.js';
import { Journal } from './journal.js';

const nothing = (): void => undefined;

describe('a malformed frame', () => {
  it.each([
    ['no JSON', '{"topic":"a","value":'],
    ['empty text', ''],
    ['JSON that the protocol cannot read', 'null'],
  ])('is counted, reported with its start, and harms nobody: %s', async (_name, text) => {
    await using stage = await scene();
    const { pool, venue, errors } = stage;
    const events = new Journal<TestEvent>();
    await pool.subscribe('a', events.add);

    venue.socket.send(text);
    venue.send({ topic: 'a', value: 1 });
    await events.atLeast(1);

    expect(errors.entries).toMatchObject([{ where: 'frame' }]);
    expect(pool.stats()).toMatchObject({ malformed: 1, events: 1, connections: 1 });
  });

  it('is one whose text is no UTF-8, though its JSON would be read', async () => {
    await using stage = await scene();
    const { pool, venue, errors } = stage;
    const events = new Journal<TestEvent>();
    await pool.subscribe('a', events.add);

    venue.socket.send(Buffer.from('{"topic":"a","value":1,"note":"\xff"}', 'latin1'), { binary: false });
    venue.socket.send('{"topic":"a","value":2,"note":"é€😀"}');
    await events.atLeast(1);

    expect(errors.entries).toMatchObject([{ where: 'frame', error: { code: 'ERR_CORRUPT_DATA' } }]);
    expect(events.entries).toMatchObject([{ raw: { value: 2, note: 'é€😀' } }]);
    expect(pool.stats()).toMatchObject({ malformed: 1, events: 1, connections: 1, opened: 1 });
  });

  it('of a protocol that answers with nothing or nonsense is one too', async () => {
    const answers: unknown[] = [undefined, null, { type: 'nonsense' }, 7];
    await using stage = await scene(
      {},
      {
        read: (message) => {
          const frame = message as { odd?: number };
          // The wrong types on purpose: protocols written without a compiler return them.
          return frame.odd === undefined ? readTestFrame(message) : (answers[frame.odd] as never);
        },
      },
    );
    const { pool, venue, errors } = stage;
    await pool.subscribe('a', nothing);

    for (let odd = 0; odd < answers.length; odd++) venue.send({ odd });
    await errors.atLeast(answers.length);

    expect(pool.stats()).toMatchObject({ malformed: answers.length, connections: 1 });
  });

  it('is reported with its first 200 characters only', async () => {
    const excerpts = new Journal<string | undefined>();
    await using stage = await scene({ onError: (_error, { frame }) => excerpts.add(frame) });
    await stage.pool.subscribe('a', nothing);

    stage.venue.socket.send('x'.repeat(10_000));

    expect((await excerpts.atLeast(1))[0]).toBe('x'.repeat(200));
  });

  it('becomes a process warning without onError', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using stage = await scene({ onError: undefined });
    await stage.pool.subscribe('a', nothing);

    stage.venue.socket.send('oops');
    await stage.flush();

    expect(warn).toHaveBeenCalledWith(expect.stringContaining('FeedPool'), 'TickwiseWarning');
  });
});

describe('an unknown frame', () => {
  it('is counted and handed to onUnknown', async () => {
    await using stage = await scene();
    const { pool, venue, unknown } = stage;
    await pool.subscribe('a', nothing);

    venue.send({ maintenance: 'soon' });
    await stage.flush();

    expect(unknown).toEqual([{ maintenance: 'soon' }]);
    // The flush of the test is an unknown frame as well.
    expect(pool.stats()).toMatchObject({ unknown: 2, malformed: 0 });
  });

  it('harms nobody when onUnknown throws', async () => {
    const failure = new Error('onUnknown failed');
    const events = new Journal<TestEvent>();
    await using stage = await scene({
      onUnknown: () => {
        throw failure;
      },
    });
    await stage.pool.subscribe('a', events.add);

    stage.venue.send({ maintenance: 'soon' });
    stage.venue.send({ topic: 'a', value: 1 });
    await events.atLeast(1);

    expect(stage.errors.entries).toMatchObject([{ error: failure, where: 'handler' }]);
  });
});

describe('a hostile frame', () => {
  it('larger than maxPayload ends the connection, which is opened again', async () => {
    await using stage = await scene({ maxPayload: 1_000 });
    const { pool, venue, clock, errors } = stage;
    await pool.subscribe('a', nothing);

    venue.send({ topic: 'a', value: 'x'.repeat(2_000) });
    await errors.atLeast(1);
    await clock.advance(250);
    await venue.requests.atLeast(2);
    await stage.flush();

    expect(errors.entries).toMatchObject([
      { where: 'connection', error: { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' } },
    ]);
    expect(pool.stats()).toMatchObject({ opened: 2, connections: 1, live: 1 });
  });

  it.each([
    ['bytes that are no text', Buffer.from([0, 0xff, 0xfe, 1, 2, 3]), 'malformed'],
    ['JSON as a binary message', Buffer.from('{"topic":"a","value":1}'), 'events'],
    ['a list of 100,000 lists', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)), 'unknown'],
    ['an object of 100,000 objects that is not closed', Buffer.from('{"a":'.repeat(100_000)), 'malformed'],
  ])('is counted and harms nobody: %s', async (_name, bytes, counter) => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);
    await stage.flush();
    const before = Reflect.get(pool.stats(), counter) as number;

    venue.socket.send(bytes, { binary: true });
    await stage.flush();
    const { frames, parsed, malformed, connections, ...rest } = pool.stats();

    // Deep nesting may be too deep for the parser of a later Node; the flush is an unknown frame too.
    const after = counter === 'unknown' ? rest.unknown + malformed : (Reflect.get(pool.stats(), counter) as number);
    expect(after - before).toBe(counter === 'unknown' ? 2 : 1);
    expect([frames, connections]).toEqual([parsed + malformed, 1]);
  });

  it('does not change the prototype of anything', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);

    venue.socket.send('{"topic":"__proto__","value":1,"__proto__":{"polluted":true}}');
    venue.socket.send('{"ack":1,"constructor":{"prototype":{"polluted":true}}}');
    await stage.flush();

    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(pool.stats()).toMatchObject({ stray: 1 });
  });

  it('of any text leaves the counters adding up and the connection open', async () => {
    await using stage = await scene({ onError: nothing });
    const { pool, venue } = stage;
    await pool.subscribe('a', nothing);
    const frame = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('[]', '{"topic":7}', '{"ack":"x"}', '{"answer":null}'),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 5 }), async (texts) => {
        for (const text of texts) venue.socket.send(text);
        await stage.flush();

        const stats = pool.stats();
        expect(stats.frames).toBe(stats.parsed + stats.malformed);
        expect(stats.parsed).toBe(stats.events + stats.acks + stats.rejected + stats.alive + stats.unknown);
      }),
      { numRuns: 40 },
    );
    expect(pool.stats()).toMatchObject({ opened: 1, connections: 1 });
  });
});

describe('a protocol that breaks its promises', () => {
  it.each([
    ['an event that is none', { type: 'event' }, 'frame', 1],
    ['topics that are no list', { type: 'ack', topics: 5 }, 'protocol', 0],
    ['a reply that is no text', { type: 'ping', reply: { op: 'pong' } }, 'protocol', 0],
  ])('with %s is reported and harms no neighbour', async (_, incoming, where, malformed) => {
    const read = (message: unknown): Incoming<TestEvent> =>
      JSON.stringify(message) === '{"odd":true}' ? (incoming as never) : readTestFrame(message); // As untyped code may.
    await using stage = await scene({}, { read });
    const { pool, venue, errors } = stage;
    const events = new Journal<TestEvent>();
    await pool.subscribe('a', events.add);

    venue.send({ odd: true });
    venue.send({ topic: 'a', value: 1 });
    await events.atLeast(1);

    expect(errors.entries.map((entry) => entry.where)).toEqual([where]);
    expect(pool.stats()).toMatchObject({ malformed, events: 1, connections: 1 });
  });
});

describe('pausing', () => {
  it('holds the frames back until reading goes on', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    const events = new Journal<TestEvent>();
    await pool.subscribe('a', events.add);

    pool.pause();
    for (let value = 0; value < 5; value++) venue.send({ topic: 'a', value });
    await roundTrip(stage);
    const whilePaused = [events.entries.length, pool.stats().paused];
    pool.resume();
    await events.atLeast(5);

    expect(whilePaused).toEqual([0, true]);
    expect(events.entries.map((event) => event.items[0])).toEqual([0, 1, 2, 3, 4]);
    expect(pool.stats().paused).toBe(false);
  });

  it('is no sign of a dead connection, however long, and delays no answer beyond its deadline', async () => {
    await using stage = await scene({ ackTimeout: 5_000 }, { heartbeat: { every: 20_000, timeout: 10_000 } });
    const { pool, clock, errors } = stage;
    await pool.subscribe('a', nothing);

    pool.pause();
    const subscribing = pool.subscribe('b', nothing);
    await clock.advance(300_000);
    pool.resume();
    await subscribing;

    expect(errors.entries).toEqual([]);
    expect(pool.stats()).toMatchObject({ opened: 1, live: 2, requestTimeouts: 0 });
  });

  it('holds for connections opened meanwhile', async () => {
    await using stage = await scene();
    const { pool, venue } = stage;
    let isSettled = false;

    pool.pause();
    const subscribing = pool.subscribe('a', nothing).then(() => (isSettled = true));
    await venue.requests.atLeast(1);
    await roundTrip(stage);
    const whilePaused = isSettled;
    pool.resume();
    await subscribing;

    expect(whilePaused).toBe(false);
  });
});

/** Waits for a ping over another connection to the same venue, after which the earlier frames have arrived. */
async function roundTrip({ venue }: { venue: { url: string } }): Promise<void> {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(venue.url);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.ping();
  await new Promise((resolve) => socket.once('pong', resolve));
  socket.terminate();
}
