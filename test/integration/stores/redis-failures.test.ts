import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it, vi } from 'vitest';
import { redisStore, type RedisStoreOptions } from 'tickwise/stores/redis';
import { MortalRedis, skipWithoutRedis } from './mortal-redis.js';
import { CLIENTS } from './redis-clients.js';

const LONG = 600_000;

skipWithoutRedis();

describe('a Redis store over a client with a key prefix', () => {
  it.each([
    ['ioredis', (url: string) => new Redis(url, { lazyConnect: true, keyPrefix: 'mine:' })],
    ['node-redis', (url: string) => createClient({ url, keyPrefix: 'mine:' })],
  ])('keeps to that prefix (%s)', async (_name, makeClient) => {
    const redis = await MortalRedis.start();
    await using store = redisStore({ client: makeClient(redis.url) });
    await store.ready();

    await store.set('a', Uint8Array.of(1), LONG);
    await store.set('b', Uint8Array.of(2), LONG);
    await store.acquireLease('a', 'token', LONG);
    await store.acquireLease('b', 'token', LONG);
    await store.releaseLease('b', 'token');
    await store.delete('b');

    expect(await store.get('a')).toEqual(Buffer.of(1));
    expect((await redis.ask((client) => client.keys('*'))).toSorted()).toEqual(['mine:l:a', 'mine:v:a']);
  });
});

describe.each(CLIENTS)('a Redis store over $name', ({ make }) => {
  async function setUp(options?: Partial<RedisStoreOptions>) {
    const redis = await MortalRedis.start();
    const onError = vi.fn();
    const store = redisStore({ client: make(redis.url), onError, ...options });
    await store.ready();
    return { redis, store, onError };
  }

  it('refuses operations while the server is gone, lands none of them later, and works again', async () => {
    const { redis, store, onError } = await setUp();
    await using _ = store;
    await store.set('before', Uint8Array.of(1), LONG);

    // Under way when the server dies, and asked for while it is gone.
    await redis.hold();
    const underWay = Array.from({ length: 200 }, (_unused, index) =>
      store.set(`late ${index}`, Uint8Array.of(2), LONG),
    );
    const ends = Promise.allSettled(underWay);
    await redis.kill();
    const endings = await ends;
    const refused = await Promise.allSettled([
      store.get('before'),
      store.set('late', Uint8Array.of(2), LONG),
      store.delete('before'),
      store.acquireLease('late', 'token', LONG),
      store.releaseLease('late', 'token'),
    ]);
    await redis.revive();
    await store.ready();

    expect(new Set(endings.map(({ status }) => status))).toEqual(new Set(['rejected']));
    for (const end of refused) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CIRCUIT_OPEN' } });
    expect(await redis.ask((client) => client.keys('*'))).toEqual([]);
    await store.set('after', Uint8Array.of(3), LONG);
    expect(await store.get('after')).toEqual(Buffer.of(3));
    expect(store.stats()).toMatchObject({ failures: 205, pending: 0, isConnected: true, connections: 2 });
    expect(onError.mock.calls[0]?.[1]).toEqual({ during: 'connection' });
  });

  it('bounds what waits for a server that is silent, and leaves its connection', async () => {
    const { redis, store } = await setUp({ maxPending: 3, heartbeat: 300 });
    await using _ = store;
    const hold = await redis.hold();

    const waiting = [1, 2, 3].map((index) => store.get(`key ${index}`));
    const overflow = store.get('one too many');
    const ends = await Promise.allSettled([overflow, ...waiting]);
    hold.release();
    await store.ready();

    expect(ends[0]).toMatchObject({ reason: { code: 'ERR_OVERFLOW' } });
    for (const end of ends.slice(1))
      expect(end).toMatchObject({ reason: { message: expect.stringMatching(/connection to Redis was lost/) } });
    expect(await store.get('key')).toBeUndefined();
  });

  it('passes on what the server answers to a command it does not take', async () => {
    const { redis, store } = await setUp();
    await using _ = store;
    await redis.ask((client) => client.lpush('v:list', 'item'));

    await expect(store.get('list')).rejects.toThrow('WRONGTYPE');
    expect(await store.get('other')).toBeUndefined();
  });

  it('keeps values with the expiry and under the name it says', async () => {
    const { redis, store } = await setUp({ prefix: 'bot:' });
    await using _ = store;

    await store.set('limited', Uint8Array.of(0, 255), 60_000.2);
    await store.set('for ever', Uint8Array.of(1), Infinity);
    await store.acquireLease('limited', 'token', 90_000);

    const kept = await redis.ask(async (client) => ({
      names: (await client.keys('*')).toSorted(),
      bytes: await client.getBuffer('bot:v:limited'),
      limited: await client.pttl('bot:v:limited'),
      forEver: await client.pttl('bot:v:for ever'),
      lease: await client.pttl('bot:l:limited'),
    }));
    expect(kept).toMatchObject({
      names: ['bot:l:limited', 'bot:v:for ever', 'bot:v:limited'],
      bytes: Buffer.of(0, 255),
      forEver: -1,
    });
    expect(kept.limited).toBeGreaterThan(0);
    expect(kept.limited).toBeLessThanOrEqual(60_001);
    expect(kept.lease).toBeGreaterThan(kept.limited);
  });

  it('refuses values over maxValueBytes, and does not return those of others', async () => {
    const { redis, store } = await setUp({ maxValueBytes: 10 });
    await using _ = store;

    await store.set('full', new Uint8Array(10), LONG);
    await expect(store.set('over', new Uint8Array(11), LONG)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await redis.ask((client) => client.set('v:foreign', 'x'.repeat(11)));

    expect((await store.get('full'))?.byteLength).toBe(10);
    expect(await store.get('foreign')).toBeUndefined();
    expect(store.stats()).toMatchObject({ reads: 2, hits: 1, misses: 1, oversized: 1, writes: 1 });
  });

  it('uses the password and the database of the client, and says what the server has against them', async () => {
    const redis = await MortalRedis.start();
    await redis.ask((client) => client.config('SET', 'requirepass', 'secret'));
    const urlWith = (login: string): string => `${redis.url.replace('//', `//:${login}@`)}/2`;
    const onError = vi.fn();
    await using store = redisStore({ client: make(urlWith('secret')) });
    await using stranger = redisStore({ client: make(urlWith('wrong')), onError });

    await store.set('key', Uint8Array.of(1), LONG);
    const refusal: unknown = await stranger.get('key').catch((error: unknown) => error);

    const client = new Redis(urlWith('secret'));
    expect(await client.getBuffer('v:key')).toEqual(Buffer.of(1));
    client.disconnect();
    const reason: unknown = expect.objectContaining({ message: expect.stringContaining('WRONGPASS') });
    expect(refusal).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(refusal instanceof Error && refusal.cause).toEqual(reason);
    expect(onError).toHaveBeenCalledWith(reason, { during: 'connection' });
  });

  it('answers all that was under way when it is closed, over a first connection too', async () => {
    const redis = await MortalRedis.start();
    const store = redisStore({ client: make(redis.url) });

    const written = Array.from({ length: 100 }, (_, index) => store.set(`key ${index}`, Uint8Array.of(1), LONG));
    await store.close();

    await Promise.all(written);
    expect(await redis.ask((client) => client.dbsize())).toBe(100);
  });

  it('leaves the client it was given alone', async () => {
    const redis = await MortalRedis.start();
    const client = make(redis.url);
    const before = 'status' in client ? client.status : client.isReady;

    const store = redisStore({ client });
    await store.ready();
    await store.close();

    expect('status' in client ? client.status : client.isReady).toBe(before);
    await expect(store.get('key')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
