import { Redis } from 'ioredis';
import { createClient, createClientPool, createCluster } from 'redis';
import { describe, expect, it } from 'vitest';
import { diskStore } from 'tickwise/stores/disk';
import { redisBus, redisStore } from 'tickwise/stores/redis';
import { idleClient } from './fake-redis.js';
import { temporaryFolder } from './temporary-folder.js';

/** A number's neighbours that are no whole number above 0. */
const NO_COUNTS = [0, -1, 1.5, NaN, Infinity, '1', null];

describe('redisStore and redisBus', () => {
  it.each([
    ['nothing', undefined],
    ['a URL', 'redis://localhost'],
    ['a function', () => undefined],
    ['an empty object', {}],
    ['an unrelated object', new Map()],
    ['half an ioredis client', { status: 'ready', duplicate: () => undefined }],
  ])('refuse %s as a client and say what they expect', (_title, client) => {
    for (const make of [redisStore, redisBus]) {
      expect(() => make({ client } as never)).toThrow(/client must be a client of ioredis/); // not what the type allows
    }
  });

  it('refuse clients to several servers, which send commands again by themselves', async () => {
    const cluster = new Redis.Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    const others = [createCluster({ rootNodes: [] }), createClientPool({})];

    for (const client of [cluster, ...others]) {
      expect(() => redisStore({ client } as never)).toThrow(/not a cluster or a pool/); // not what the type allows
    }
    cluster.disconnect();
  });

  it.each(['maxPending', 'heartbeat', 'maxValueBytes'])('refuse wrong numbers as %s', (name) => {
    const wrong = name === 'heartbeat' ? [0, -1, NaN, Infinity, '1'] : NO_COUNTS;
    for (const value of wrong) {
      expect(() => redisStore({ client: idleClient(), [name]: value })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(name) }),
      );
    }
  });

  it.each([
    ['prefix', 1],
    ['onError', 'log'],
    ['ioClock', {}],
    ['unknown', 1],
  ])('refuse a wrong %s', (name, value) => {
    const options = { client: idleClient(), [name]: value };
    expect(() => redisStore(options)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(name) }),
    );
  });

  it('refuse a channel that is none, and listeners that are no functions', async () => {
    expect(() => redisBus({ client: idleClient(), channel: '' })).toThrow(/channel must be a text/);
    await using bus = redisBus({ client: idleClient() });

    expect(() => bus.subscribe(() => undefined, undefined as never)).toThrow(/two functions, got undefined/); // no function
  });

  it('take clients of both packages without connecting them', async () => {
    const clients = [new Redis({ lazyConnect: true, port: 1 }), createClient({ url: 'redis://127.0.0.1:1' })];

    for (const client of clients) {
      await using store = redisStore({ client, onError: () => undefined });
      await expect(store.get('key')).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    }

    expect(clients[0]).toMatchObject({ status: 'wait' });
    expect(clients[1]).toMatchObject({ isOpen: false });
  });
});

describe('diskStore', () => {
  it.each<readonly [name: string, value: unknown]>([
    ['folder', ''],
    ['folder', 1],
    ['folder', 'a\0b'],
    ['durability', 'none'],
    ['clock', {}],
    ['onError', 1],
    ['unknown', 1],
    ['maxBytes', 32_767],
    ['maxEntries', 7],
    ['maxEntries', 1_000_001],
    ['maxValueBytes', 2 ** 27 + 1],
    ...['maxBytes', 'maxEntries', 'maxValueBytes', 'maxPending'].flatMap((name) =>
      NO_COUNTS.map((value): [string, unknown] => [name, value]),
    ),
  ])('refuses %s: %s', (name, value) => {
    expect(() => diskStore({ folder: '/nowhere', [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(name) }),
    );
  });

  it('refuses wrong arguments without touching the disk', async () => {
    const store = diskStore({ folder: await temporaryFolder() });
    await using _ = store;
    const wrong = [
      () => store.get(1 as never), // no text
      () => store.get('\ud800'),
      () => store.get('x'.repeat(65_537)),
      () => store.delete(undefined as never), // no text
      () => store.set('key', 'text' as never, 1), // no bytes
      () => store.set('key', new Uint8Array(2 ** 24 + 1), 1),
      ...[0, -1, NaN, -Infinity, '1', undefined].map((ttl) => () => store.set('key', Uint8Array.of(1), ttl as never)), // some are no number
      ...[0, -1, NaN, Infinity].map((ttl) => () => store.acquireLease('key', 'token', ttl)),
      () => store.acquireLease('key', '', 1),
      () => store.acquireLease('key', 'x'.repeat(1_025), 1),
      () => store.releaseLease('key', 1 as never), // no text
    ];

    for (const call of wrong) await expect(call()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });

    expect(store.stats()).toMatchObject({ reads: 0, writes: 0, deletes: 0, leases: 0 });
  });
});
