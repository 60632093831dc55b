import { ClosedError } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import { accept, ignore, scene } from './fake-venue.js';

const value = (items: number): string => JSON.stringify({ topic: 'a', value: items });

describe('a stream that is begun anew', () => {
  it('is called failed, and asked for again, when the venue ends it and then says nothing', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const statuses: string[] = [];
    await pool.subscribe(
      'a',
      () => undefined,
      ({ type }) => void statuses.push(type),
    );
    venue.answer = (request, socket) => (request.op === 'subscribe' ? ignore() : accept(request, socket));

    pool.renew('a');
    await venue.requests.atLeast(3);
    await clock.advance(60_000);
    await stage.flush();

    expect(statuses.slice(0, 2)).toEqual(['live', 'failed']);
    expect(pool.explain('a').state).not.toBe('live');
    venue.answer = accept;
    for (let turn = 0; turn < 12; turn++) {
      await clock.advance(10_000);
      await stage.flush();
    }
    expect(statuses.at(-1)).toBe('live');
  });

  it('goes on when the venue answers no unsubscribe, and says already subscribed', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const statuses: string[] = [];
    const seen: number[] = [];
    await pool.subscribe(
      'a',
      ({ items }) => void seen.push(...items),
      ({ type }) => void statuses.push(type),
    );
    venue.answer = (request, socket) => {
      if (request.op === 'subscribe') socket.send(JSON.stringify({ ack: request.id, error: 'already subscribed' }));
    };

    pool.renew('a');
    for (let index = 0; index < 10; index++) {
      await clock.advance(10_000);
      await stage.flush();
      venue.send({ topic: 'a', value: index });
      await stage.flush();
    }

    expect(statuses).toEqual(['live']);
    expect(seen).toHaveLength(10);
    expect(venue.requests.entries.map(({ op }) => op)).toEqual([
      'subscribe',
      'unsubscribe',
      'unsubscribe',
      'unsubscribe',
    ]);
  });

  it('is begun anew on the connection that takes over before the old one was asked', async () => {
    await using stage = await scene({ rotateAfter: 100_000 });
    const { pool, venue, clock } = stage;
    await pool.subscribe('a', () => undefined);
    await pool.subscribe('quiet', () => undefined);
    await clock.advance(100_000);
    await venue.connections.atLeast(2);
    await venue.requests.atLeast(3);
    await stage.flush();
    const [old, next] = venue.connections.entries;
    old?.send(value(1));
    next?.send(value(1));
    await stage.flush();

    pool.renew('a');
    old?.terminate();
    for (let turn = 0; turn < 5; turn++) {
      await stage.flush();
      await clock.advance(1_000);
    }
    await stage.flush();

    const asked = venue.requests.entries.map(({ op, args, connection }) => `${connection}: ${op} ${args.join()}`);
    expect(asked.slice(3)).toEqual(['1: unsubscribe a', '1: subscribe a']);
    expect(pool.explain('a').state).toBe('live');
  });

  it('is refused after close', async () => {
    await using stage = await scene();
    await stage.pool.close();

    expect(() => stage.pool.renew('a')).toThrow(ClosedError);
  });
});
