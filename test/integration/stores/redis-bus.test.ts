import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { redisBus, type RedisBusOptions } from 'tickwise/stores/redis';
import { MortalRedis, skipWithoutRedis } from './mortal-redis.js';
import { CLIENTS } from './redis-clients.js';

/** For what a busy machine takes its time for. */
const PATIENCE = { timeout: 30_000 };

skipWithoutRedis();

describe.each(CLIENTS)('a Redis bus over $name', ({ make }) => {
  async function setUp(options?: Partial<RedisBusOptions>) {
    const redis = await MortalRedis.start();
    const onError = vi.fn();
    const bus = redisBus({ client: make(redis.url), onError, ...options });
    const onMessage = vi.fn();
    const onGap = vi.fn();
    bus.subscribe(onMessage, onGap);
    await bus.ready();
    return { redis, bus, onMessage, onGap, onError };
  }

  it('tells of a gap when it begins to listen, and not to those who come later', async () => {
    const { bus, onGap } = await setUp();
    await using _ = bus;
    const late = vi.fn();

    bus.subscribe(() => undefined, late);
    await bus.publish('message');

    expect(onGap).toHaveBeenCalledTimes(1);
    expect(late).not.toHaveBeenCalled();
  });

  it('sends what it was given before it is closed, even when it has no connection yet', async () => {
    const { redis, bus, onMessage } = await setUp();
    await using _ = bus;
    const brief = redisBus({ client: make(redis.url) });

    const published = brief.publish('last words');
    await brief.close();
    await published;
    await vi.waitUntil(() => onMessage.mock.calls.length > 0, PATIENCE);

    expect(onMessage.mock.calls).toEqual([['last words']]);
    await expect(brief.publish('late')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('tells of a gap after the server was gone, and delivers again', async () => {
    const { redis, bus, onMessage, onGap } = await setUp();
    await using _ = bus;

    await redis.kill();
    await vi.waitUntil(() => !bus.stats().isListening, PATIENCE);
    await expect(bus.publish('lost')).rejects.toThrow(/Redis/);
    await redis.revive();
    await bus.ready();
    await bus.publish('after');
    await vi.waitUntil(() => onMessage.mock.calls.length > 0, PATIENCE);

    expect(onGap).toHaveBeenCalledTimes(2);
    expect(onMessage.mock.calls).toEqual([['after']]);
  });

  it('tells of a gap when only the subscription was lost', async () => {
    const { redis, bus, onGap } = await setUp();
    await using _ = bus;

    await redis.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await vi.waitUntil(() => onGap.mock.calls.length === 2, PATIENCE);

    expect(bus.stats()).toMatchObject({ gaps: 2, isListening: true });
  });

  it('counts a message that is too large or no text as a gap, and delivers the next', async () => {
    const { redis, bus, onMessage, onGap, onError } = await setUp({ maxMessageBytes: 100, channel: 'c' });
    await using _ = bus;
    const publish = (message: Buffer) => redis.ask((client) => client.publish('c', message));

    await publish(Buffer.alloc(101, 'x'));
    await publish(Buffer.of(0xff, 0xfe, 0x00));
    for (const message of ['', '\0', '{"constructor":1}', '__proto__', '\uFEFFbom'])
      await publish(Buffer.from(message));
    await vi.waitUntil(() => onMessage.mock.calls.length === 5, PATIENCE);

    expect(onMessage.mock.calls.flat()).toEqual(['', '\0', '{"constructor":1}', '__proto__', '\uFEFFbom']);
    expect(onGap).toHaveBeenCalledTimes(3);
    expect(bus.stats()).toMatchObject({ received: 5, refused: 2, gaps: 3, failures: 2 });
    expect(onError.mock.calls.map(([, context]) => context)).toEqual([{ during: 'message' }, { during: 'message' }]);
  });

  it('refuses to send what it would not take', async () => {
    const { bus } = await setUp({ maxMessageBytes: 100 });
    await using _ = bus;

    await expect(bus.publish('x'.repeat(101))).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(bus.publish('\ud800')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('notices a connection that is open and silent', async () => {
    const { redis, bus, onGap } = await setUp({ heartbeat: 300 });
    await using _ = bus;

    const hold = await redis.hold();
    await vi.waitUntil(() => !bus.stats().isListening, PATIENCE);
    hold.release();
    await bus.ready();

    expect(onGap).toHaveBeenCalledTimes(2);
  });

  it('reports a listener that fails, and lets the process live when nobody listens at the port', async () => {
    const { redis, bus, onError } = await setUp();
    await using _ = bus;
    const failure = new Error('from a listener');
    bus.subscribe(
      () => Promise.reject(failure) as unknown as void,
      () => undefined,
    ); // void hides a promise from types

    await bus.publish('message');
    await vi.waitUntil(() => onError.mock.calls.length === 1, PATIENCE);
    await redis.kill();
    await vi.waitUntil(() => onError.mock.calls.length > 4, PATIENCE);

    expect(onError.mock.calls[0]).toEqual([failure, { during: 'listener' }]);
    await expect(once(connect(Number(new URL(redis.url).port), '127.0.0.1'), 'connect')).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});
