import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { FailureReporter } from '../../src/core/failures.js';
import { RedisConnection, type RedisErrorContext } from '../../src/stores/redis/connection.js';
import { FakeLink } from './fake-redis.js';

function setUp() {
  const ioClock = new VirtualClock();
  const links: FakeLink[] = [];
  const onError = vi.fn<(error: unknown, context: RedisErrorContext) => void>();
  const onUp = vi.fn();
  const connection = new RedisConnection({
    owner: 'test',
    dial(lose) {
      const link = new FakeLink(lose);
      links.push(link);
      return link;
    },
    maxPending: 2,
    heartbeat: 1_000,
    ioClock,
    reporter: new FailureReporter('test', onError),
    onUp,
  });
  const newest = (): FakeLink => {
    const link = links.at(-1);
    if (link === undefined) throw new Error('nothing was dialled');
    return link;
  };
  const connect = async (): Promise<FakeLink> => {
    newest().connected.resolve(undefined);
    await connection.ready();
    return newest();
  };
  return { ioClock, links, onError, onUp, connection, newest, connect };
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const waiting = Symbol('waiting');
  return (await Promise.race([promise.catch(() => undefined), Promise.resolve(waiting)])) !== waiting;
}

describe('a connection to Redis', () => {
  it('keeps commands for the first connection, in their order', async () => {
    const { connection, connect, onUp } = setUp();
    const answers = [connection.send(['set', 'a', '1']), connection.send(['get', 'a'])];

    const link = await connect();
    await vi.waitFor(() => expect(link.sent).toHaveLength(2));
    for (const { answer } of link.sent) answer.resolve('answer');

    expect(link.sent.map(({ command }) => command)).toEqual([
      ['set', 'a', '1'],
      ['get', 'a'],
    ]);
    expect(await Promise.all(answers)).toEqual(['answer', 'answer']);
    expect(connection).toMatchObject({ isUp: true, connections: 1, pending: 0 });
    expect(onUp).toHaveBeenCalledTimes(1);
  });

  it('refuses more of them than maxPending', async () => {
    const { connection } = setUp();
    const early = [connection.send(['get', 'a']), connection.send(['get', 'b'])];

    await expect(connection.send(['get', 'c'])).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(connection.pending).toBe(2);

    connection.close();
    for (const answer of early) await expect(answer).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(connection.pending).toBe(0);
  });

  it('fails them when the first connection fails, and lands none of them later', async () => {
    const { connection, newest, connect, ioClock, onError } = setUp();
    const cause = new Error('ECONNREFUSED');
    const early = Promise.allSettled([connection.send(['set', 'a', '1']), connection.send(['get', 'a'])]);

    newest().connected.reject(cause);
    const ends = await early;
    await expect(connection.send(['get', 'b'])).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    await ioClock.advance(50);
    const link = await connect();
    await ioClock.advance(0);

    for (const end of ends) expect(end).toMatchObject({ reason: { code: 'ERR_CIRCUIT_OPEN', cause } });
    expect(link.sent).toEqual([]);
    expect(onError.mock.calls).toEqual([[cause, { during: 'connection' }]]);
  });

  it('sends nothing over a first connection that is there after it was closed', async () => {
    const { connection, newest, ioClock } = setUp();
    const early = Promise.allSettled([connection.send(['set', 'a', '1'])]);

    connection.close();
    newest().connected.resolve(undefined);
    await ioClock.advance(0);

    expect(await early).toMatchObject([{ reason: { code: 'ERR_CLOSED' } }]);
    expect(newest()).toMatchObject({ isEnded: true, sent: [] });
  });

  it('is idle once all has an answer, that included which is sent because of one', async () => {
    const { connection, connect, ioClock } = setUp();
    const link = await connect();
    const timers = ioClock.pendingTimers;
    const sendBoth = async (): Promise<void> => {
      await connection.send(['get', 'a']);
      await connection.send(['get', 'b']);
    };
    const both = sendBoth();

    const idle = connection.idle();
    link.sent[0]?.answer.resolve('a');
    await vi.waitFor(() => expect(link.sent).toHaveLength(2));
    expect(await isSettled(idle)).toBe(false);
    link.sent[1]?.answer.resolve('b');

    await Promise.all([idle, both]);
    expect(ioClock.pendingTimers).toBe(timers);
  });

  it('waits two heartbeats at most for a first connection, or for who never stops sending', async () => {
    const { connection, connect, ioClock } = setUp();
    const early = connection.send(['get', 'early']);
    const first = connection.idle();
    await ioClock.advance(1_999);
    expect(await isSettled(first)).toBe(false);
    await ioClock.advance(1);
    await first;

    const link = await connect();
    const rounds = 60;
    const sendAgain = async (): Promise<void> => {
      for (let round = 0; round < rounds; round++) await connection.send(['get', 'busy']);
    };
    const answerAll = (): void => {
      for (const { answer } of link.sent.splice(0)) answer.resolve('answer');
    };
    const busy = [early, sendAgain()];
    const second = connection.idle();
    for (let time = 0; time < 2_000; time += 50) {
      expect(await isSettled(second)).toBe(false);
      answerAll();
      await ioClock.advance(50);
    }
    await second;
    for (let round = 0; round < rounds; round++) {
      answerAll();
      await ioClock.advance(0);
    }

    expect(await Promise.all(busy)).toEqual(['answer', undefined]);
  });

  it('passes answers and errors on', async () => {
    const { connection, connect } = setUp();
    const link = await connect();
    const failure = new Error('WRONGTYPE');

    const [first, second] = [connection.send(['get', 'a']), connection.send(['get', 'b'])];
    link.sent[1]?.answer.reject(failure);
    link.sent[0]?.answer.resolve('answer');

    expect(await first).toBe('answer');
    await expect(second).rejects.toBe(failure);
    expect(connection.pending).toBe(0);
  });

  it('refuses more commands than maxPending until one is answered', async () => {
    const { connection, connect } = setUp();
    const link = await connect();

    const first = connection.send(['get', 'a']);
    const second = connection.send(['get', 'b']);
    await expect(connection.send(['get', 'c'])).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    link.sent[0]?.answer.resolve(null);
    await first;
    void connection.send(['get', 'd']);

    expect(link.sent.map(({ command }) => command[1])).toEqual(['a', 'b', 'd']);
    expect(await isSettled(second)).toBe(false);
  });

  it('fails what is under way when it is lost, and takes a new link, never the old one', async () => {
    const { connection, connect, links, ioClock, onError } = setUp();
    const old = await connect();
    const cause = new Error('reset');

    const underWay = connection.send(['set', 'a', 'x']);
    old.lose(cause);
    old.lose(new Error('told again'));
    await expect(underWay).rejects.toMatchObject({
      message: expect.stringMatching(/lost; whether the command was done is not known/),
      cause,
    });
    await ioClock.advance(50);
    const link = await connect();
    old.lose(new Error('told late'));
    void connection.send(['get', 'b']);

    expect(old.isEnded).toBe(true);
    expect(links).toHaveLength(2);
    expect(link.sent.map(({ command }) => command)).toEqual([['get', 'b']]);
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ cause }), { during: 'connection' }]]);
  });

  it('waits longer and longer for a server that is not there, and 2 s at most', async () => {
    const { links, newest, ioClock } = setUp();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const times: number[] = [];

    for (let failure = 0; failure < 9; failure++) {
      times.push(ioClock.now());
      newest().connected.reject(new Error('ECONNREFUSED'));
      const { length } = links;
      for (let waited = 0; links.length === length && waited < 500; waited++) await ioClock.advance(10);
    }

    const waits = times.slice(1).map((time, index) => time - (times[index] ?? NaN));
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });

  it('gives up a link that does not connect in 10 s', async () => {
    const { links, ioClock, onError, connection } = setUp();

    await ioClock.advance(9_999);
    const before = links.length;
    await ioClock.advance(2_000);

    expect(before).toBe(1);
    expect(links.length).toBe(2);
    expect(links[0]?.isEnded).toBe(true);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(connection.isUp).toBe(false);
  });

  it('takes no harm from a link that connects after it was given up', async () => {
    const { links, ioClock, connection } = setUp();
    await ioClock.advance(10_000);

    links[0]?.connected.resolve(undefined);
    await ioClock.advance(0);

    expect(connection.isUp).toBe(false);
  });

  it('pings while nothing else happens, and leaves a link that does not answer', async () => {
    const { ioClock, connection, connect, onError } = setUp();
    const link = await connect();

    await ioClock.advance(1_000);
    link.sent[0]?.answer.resolve('PONG');
    await ioClock.advance(1_000);
    const underWay = connection.send(['get', 'a']);
    await ioClock.advance(999);
    const isLostBefore = await isSettled(underWay);
    const lost = Promise.allSettled([underWay]);
    await ioClock.advance(1);

    expect(link.sent.map(({ command }) => command[0])).toEqual(['ping', 'ping', 'get']);
    expect(isLostBefore).toBe(false);
    expect(await lost).toMatchObject([{ reason: { message: expect.stringMatching(/lost/) } }]);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ cause: { code: 'ERR_TIMEOUT' } });
  });

  it('leaves a link whose ping fails', async () => {
    const { ioClock, connect } = setUp();
    const link = await connect();

    await ioClock.advance(1_000);
    link.sent[0]?.answer.reject(new Error('NOAUTH'));
    await ioClock.advance(0);

    expect(link.isEnded).toBe(true);
  });

  it('fails everything when it is closed, and dials no more', async () => {
    const { ioClock, connection, connect, links } = setUp();
    const link = await connect();
    const underWay = Promise.allSettled([connection.send(['get', 'a'])]);

    connection.close();
    connection.close();
    link.lose(new Error('its own end'));
    await ioClock.advance(60_000);

    expect(await underWay).toMatchObject([{ reason: { code: 'ERR_CLOSED' } }]);
    await expect(connection.send(['get', 'a'])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(connection.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(links).toHaveLength(1);
    expect(ioClock.pendingTimers).toBe(0);
  });

  it('rejects who waits for it when it is closed first', async () => {
    const { connection } = setUp();
    const ready = connection.ready();

    connection.close();

    await expect(ready).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('tries again when a client cannot even be made', async () => {
    const ioClock = new VirtualClock();
    const onError = vi.fn();
    const dial = vi.fn(() => {
      throw new Error('no client');
    });
    const reporter = new FailureReporter<RedisErrorContext>('test', onError);

    const connection = new RedisConnection({ owner: 'test', dial, maxPending: 1, heartbeat: 1, ioClock, reporter });
    await ioClock.advance(100);
    connection.close();

    expect(dial.mock.calls.length).toBeGreaterThan(1);
    expect(onError).toHaveBeenCalledTimes(dial.mock.calls.length);
  });
});
