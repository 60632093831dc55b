import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { dialIoredis } from '../../src/stores/redis/dial-ioredis.js';
import { dialNodeRedis } from '../../src/stores/redis/dial-node-redis.js';

/** What both packages' clients have, with a record of what was asked of it. */
class FakeClient extends EventEmitter {
  readonly status = 'wait';
  readonly isReady = false;
  readonly options = { keyPrefix: Buffer.from('mine:'), socket: { host: 'redis.example' } };
  readonly overrides: object[] = [];
  readonly connect = vi.fn(async (): Promise<unknown> => undefined);
  readonly callBuffer = vi.fn(async (..._args: readonly unknown[]): Promise<unknown> => 'answer');
  readonly sendCommand = vi.fn(async (..._args: readonly unknown[]): Promise<unknown> => 'answer');
  readonly subscribe = vi.fn(async (..._args: readonly unknown[]): Promise<unknown> => undefined);
  readonly disconnect = vi.fn(async (): Promise<unknown> => undefined);

  duplicate(overrides: object): FakeClient {
    this.overrides.push(overrides);
    return this;
  }
}

describe('a link by ioredis', () => {
  it('neither queues, repeats, reconnects nor resubscribes', () => {
    const client = new FakeClient();

    dialIoredis(client)(() => undefined);

    expect(client.overrides).toEqual([
      expect.objectContaining({
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
        retryStrategy: null,
        autoResubscribe: false,
        lazyConnect: true,
      }),
    ]);
    expect(client.connect).not.toHaveBeenCalled();
  });

  it('sends bytes as a view of the same memory', async () => {
    const client = new FakeClient();
    const link = dialIoredis(client)(() => undefined);

    await link.send(['set', 'key', Uint8Array.of(1, 2, 3).subarray(1)]);

    expect(client.callBuffer.mock.calls).toEqual([['set', 'key', Buffer.of(2, 3)]]);
  });

  it('is lost by an error or by the end of the connection, with the reason that is known', () => {
    const client = new FakeClient();
    const onLost = vi.fn();
    dialIoredis(client)(onLost);
    const reason = new Error('ECONNRESET');

    client.emit('close');
    client.emit('error', reason);
    client.emit('close');

    expect(onLost.mock.calls).toEqual([[new Error('Redis closed the connection')], [reason], [reason]]);
  });

  it('rejects with the reason, not with what the client says besides', async () => {
    const client = new FakeClient();
    const reason = new Error('ECONNREFUSED');
    client.connect.mockImplementation(async () => {
      client.emit('error', reason);
      throw new Error('Connection is closed.');
    });

    await expect(dialIoredis(client)(() => undefined).connect()).rejects.toBe(reason);
  });

  it('passes bytes of messages on and nothing else', async () => {
    const client = new FakeClient();
    const onMessage = vi.fn();

    await dialIoredis(client)(() => undefined).subscribe('channel', onMessage);
    client.emit('messageBuffer', Buffer.from('channel'), Buffer.from('message'));
    client.emit('messageBuffer', Buffer.from('channel'), undefined);

    expect(onMessage.mock.calls).toEqual([[Buffer.from('message')]]);
    expect(client.callBuffer.mock.calls).toEqual([['subscribe', 'channel']]);
  });
});

describe('a link by node-redis', () => {
  it('neither queues nor reconnects, and keeps the other settings of the socket', () => {
    const client = new FakeClient();

    dialNodeRedis(client)(() => undefined);

    expect(client.overrides).toEqual([
      expect.objectContaining({
        disableOfflineQueue: true,
        socket: { host: 'redis.example', reconnectStrategy: false },
      }),
    ]);
  });

  it.each([
    [
      ['get', 'key'],
      ['get', 'mine:key'],
    ],
    [
      ['set', 'key', 'value'],
      ['set', 'mine:key', 'value'],
    ],
    [
      ['eval', 'script', '1', 'key', 'token'],
      ['eval', 'script', '1', 'mine:key', 'token'],
    ],
    [['ping'], ['ping']],
    [
      ['publish', 'channel', 'message'],
      ['publish', 'channel', 'message'],
    ],
  ] as const)('gives the key the client’s own prefix: %s', async (command, expected) => {
    const client = new FakeClient();

    await dialNodeRedis(client)(() => undefined).send(command);

    expect(client.sendCommand.mock.calls[0]?.[0]).toEqual(expected);
  });

  it.each(['error', 'end', 'terminated', 'reconnecting'])('is lost by the event %s', (event) => {
    const client = new FakeClient();
    const onLost = vi.fn();
    dialNodeRedis(client)(onLost);
    const reason = new Error('reset');

    client.emit(event, reason);
    client.emit(event);

    expect(onLost.mock.calls).toEqual([[reason], [new Error(`the connection to Redis: ${event}`)]]);
  });

  it('ends by destroy where there is one, else by disconnect, whatever these say', async () => {
    const old = new FakeClient();
    old.disconnect.mockRejectedValue(new Error('The client is closed'));
    const destroy = vi.fn(() => {
      throw new Error('The client is closed');
    });
    const current = Object.assign(new FakeClient(), { destroy });

    dialNodeRedis(old)(() => undefined).end();
    dialNodeRedis(current)(() => undefined).end();

    expect(old.disconnect).toHaveBeenCalledTimes(1);
    expect(destroy).toHaveBeenCalledTimes(1);
    expect(current.disconnect).not.toHaveBeenCalled();
  });
});
