import { VirtualClock } from 'tickwise/core';
import { describe, expect, test } from 'vitest';

import { UserError } from '../../../examples/trading-pipeline/user-error.js';

import { binanceLines, bybit2021Lines, line, recordingOf } from './recordings.js';
import { isMark, TestClient } from './test-client.js';
import { openServer } from './test-server.js';

const bybit = recordingOf(bybit2021Lines);
const [snapshotText, tradeText, , deltaText, lastTradeText] = bybit.frames.map((frame) => frame.text);

function subscribe(...args: readonly string[]): unknown {
  return { op: 'subscribe', args };
}

describe('the replay', () => {
  test('sends nothing before the start and everything subscribed to after it, with a mark at every bar', async () => {
    const server = await openServer(bybit);
    const client = await TestClient.connect(server.url);
    await client.ask(subscribe('orderBookL2_25.BTCUSDT', 'trade.BTCUSDT'));
    const beforeStart = client.received.slice(1);
    client.clear();

    server.start();
    await client.untilEnd();

    expect(beforeStart).toEqual([]);
    // The frames are at 1010, 1020.5, 1150 and 1300 ms; a mark at B stands before a frame at B.
    expect(client.received).toEqual([
      snapshotText,
      tradeText,
      '{"event":"clock","t":1100}',
      deltaText,
      '{"event":"clock","t":1200}',
      '{"event":"clock","t":1300}',
      lastTradeText,
      '{"event":"clock","t":1400}',
      '{"event":"end","t":1400}',
    ]);
    expect(server.progress()).toBe(1);
  });

  test('gives every connection every mark, also one without a subscription', async () => {
    const server = await openServer(bybit);
    const [idle, busy] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    await busy.ask(subscribe('trade.BTCUSDT'));

    server.start();
    await Promise.all([idle.untilEnd(), busy.untilEnd()]);

    expect(idle.received.filter(isMark)).toEqual(busy.received.filter(isMark));
    expect(idle.received).toHaveLength(5);
  });

  test('sends frames at the end of a bar of any length before the last mark', async () => {
    for (const bar of [1, 7, 100, 150, 1_000, 10_000]) {
      const server = await openServer(bybit, { bar });
      const client = await TestClient.connect(server.url);
      await client.ask(subscribe('trade.BTCUSDT'));

      server.start();
      await client.untilEnd();

      const last = (Math.floor(1_300 / bar) + 1) * bar;
      expect(client.received.at(-1)).toBe(`{"event":"end","t":${last}}`);
      expect(client.received.filter((text) => !isMark(text)).slice(1)).toEqual([tradeText, lastTradeText]);
      expect(server.counts().marksSent).toBe(last / bar - Math.floor(1_010 / bar));
    }
  });

  test('does not begin twice', async () => {
    const server = await openServer(bybit);
    const client = await TestClient.connect(server.url);
    await client.ask(subscribe('trade.BTCUSDT'));

    server.start();
    server.start();
    await client.untilEnd();
    server.start();

    expect(server.counts().framesSent).toBe(2);
  });

  test('stops a stream that the client has left', async () => {
    const clock = new VirtualClock();
    const server = await openServer(bybit, { speed: 1, clock });
    const client = await TestClient.connect(server.url);
    await client.ask(subscribe('orderBookL2_25.BTCUSDT', 'trade.BTCUSDT'));
    server.start();
    await clock.advance(20);
    await client.until(() => client.received.includes(tradeText ?? ''));

    const reply = await client.ask({ op: 'unsubscribe', args: ['trade.BTCUSDT'] });
    await clock.advance(1_000);
    await client.untilEnd();

    expect(reply).toContain('"success":true');
    expect(client.received).toContain(deltaText);
    expect(client.received).not.toContain(lastTradeText);
  });

  test('gives a late subscriber what lies ahead of the furthest connection', async () => {
    const clock = new VirtualClock();
    const server = await openServer(bybit, { speed: 1, clock });
    const [first, late] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    await first.ask(subscribe('trade.BTCUSDT'));
    server.start();
    await clock.advance(120);
    await first.until(() => first.received.includes('{"event":"clock","t":1100}'));
    const newcomer = await TestClient.connect(server.url);

    await late.ask(subscribe('orderBookL2_25.BTCUSDT'));
    await newcomer.ask(subscribe('orderBookL2_25.BTCUSDT'));
    await clock.advance(1_000);
    await Promise.all([first, late, newcomer].map((client) => client.untilEnd()));

    expect(late.received).not.toContain(snapshotText);
    expect(late.received).toContain(deltaText);
    expect(newcomer.received.slice(1)).toEqual([
      deltaText,
      '{"event":"clock","t":1200}',
      '{"event":"clock","t":1300}',
      '{"event":"clock","t":1400}',
      '{"event":"end","t":1400}',
    ]);
  });

  test('ends at once for who subscribes when everything has been played', async () => {
    const server = await openServer(bybit);
    const first = await TestClient.connect(server.url);
    await first.ask(subscribe('trade.BTCUSDT'));
    server.start();
    await first.untilEnd();

    const late = await TestClient.connect(server.url);
    await late.ask(subscribe('trade.BTCUSDT'));
    await late.untilEnd();

    expect(late.received.slice(1)).toEqual(['{"event":"end","t":1400}']);
  });

  test('keeps to the pace: a frame is sent when its time has come, not before', async () => {
    const clock = new VirtualClock();
    const server = await openServer(bybit, { speed: 2, clock });
    const client = await TestClient.connect(server.url);
    await client.ask(subscribe('orderBookL2_25.BTCUSDT', 'trade.BTCUSDT'));
    server.start();

    const sent: number[] = [];
    for (const duration of [0, 5, 0.25, 39.75, 25, 200]) {
      await clock.advance(duration);
      sent.push(server.counts().framesSent + server.counts().marksSent);
    }
    await client.untilEnd();

    // Twice real time from 1010 ms: 1020, 1020.5, 1100 and 1150 ms of the recording, then the rest.
    expect(sent).toEqual([1, 1, 2, 3, 4, 8]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('waits for a client that does not read, and loses nothing', async () => {
    const filler = 'x'.repeat(20_000);
    const lines = Array.from({ length: 1_000 }, (_, index) =>
      line(1_000 + index, { topic: 'orderBookL2_25.BTCUSDT', data: [index, filler] }),
    );
    const server = await openServer(recordingOf(lines));
    const [slow, quick] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    for (const client of [slow, quick]) await client.ask(subscribe('orderBookL2_25.BTCUSDT'));
    slow.webSocket.pause();

    server.start();
    await quick.untilEnd();
    const sentWhileWaiting = server.counts().framesSent;
    slow.webSocket.resume();
    await slow.untilEnd();

    expect(sentWhileWaiting).toBeLessThan(2_000);
    expect(slow.received.slice(1)).toEqual(quick.received.slice(1));
    expect(server.counts().framesSent).toBe(2_000);
  });

  test('goes on for the others when a client leaves in the middle', async () => {
    const clock = new VirtualClock();
    const server = await openServer(bybit, { speed: 1, clock });
    const [leaver, stayer] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    for (const client of [leaver, stayer]) await client.ask(subscribe('trade.BTCUSDT'));
    server.start();
    await clock.advance(50);

    leaver.webSocket.terminate();
    await leaver.untilClosed();
    await clock.advance(1_000);
    await stayer.untilEnd();

    expect(stayer.received.filter((text) => !isMark(text)).slice(1)).toEqual([tradeText, lastTradeText]);
  });

  test('knows only the chosen symbols, over the same time', async () => {
    const server = await openServer(bybit, { symbols: ['ETHUSDT'] });
    const client = await TestClient.connect(server.url);

    const refused = await client.ask(subscribe('trade.BTCUSDT'));
    await client.ask(subscribe('orderBookL2_25.ETHUSDT'));
    server.start();
    await client.untilEnd();

    expect(refused).toContain('handler not found');
    expect(server.counts()).toMatchObject({ framesSent: 1, marksSent: 4, refused: 1, topicsSubscribed: 1 });
  });

  test.each([
    [{ symbols: ['XRPUSDT'] }, 'sample has no symbol XRPUSDT; it has BTCUSDT, ETHUSDT'],
    [{ bar: 0 }, 'a bar is a whole number of milliseconds, not 0'],
    [{ bar: 1.5 }, /not 1\.5$/],
    [{ bar: Number.NaN }, /not NaN$/],
    [{ speed: 0 }, 'the speed is "max" or a number above 0, not 0'],
    [{ speed: Number.NaN }, /not NaN$/],
    [{ speed: Infinity }, /not Infinity$/],
  ])('refuses %j in one sentence', async (options, message) => {
    const opening = openServer(bybit, options);

    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(message);
  });

  test('refuses bars that would make too many marks', async () => {
    const recording = recordingOf([...binanceLines('usdm', 1), ...binanceLines('usdm', 72_000_000)]);

    await expect(openServer(recording, { bar: 1 })).rejects.toThrow(
      'sample lasts 20.0 hours, too long for bars of 1 ms',
    );
    expect((await openServer(recording, { bar: 1_000 })).progress()).toBe(0);
  });
});

describe('the counts', () => {
  test('are what the clients did, seen from outside', async () => {
    const server = await openServer(bybit);
    const [a, b] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    await a.ask(subscribe('trade.BTCUSDT', 'orderBookL2_25.BTCUSDT'));
    await a.ask(subscribe('trade.BTCUSDT'));
    await b.ask(subscribe('trade.BTCUSDT'));
    await b.ask(subscribe('trade.NONE'));
    await b.ask({ op: 'unsubscribe', args: ['trade.BTCUSDT'] });
    await b.ask({ op: 'ping' });

    server.start();
    await Promise.all([a.untilEnd(), b.untilEnd()]);

    const texts = [snapshotText, tradeText, deltaText, lastTradeText];
    expect(server.counts()).toEqual({
      connections: 2,
      subscribeRequests: 4,
      topicsSubscribed: 3,
      unsubscribeRequests: 1,
      restRequests: 0,
      framesSent: 4,
      bytesSent: texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0),
      marksSent: 8,
      refused: 1,
      cuts: 0,
      framesWithheld: 0,
      framesRepeated: 0,
      tradesRepeated: 0,
      restRefused: 0,
      waitsGivenUp: 0,
    });
  });

  test('begin anew with a new run, on the same port, with the same frames', async () => {
    const server = await openServer(bybit);
    const play = async (): Promise<readonly string[]> => {
      const client = await TestClient.connect(server.url);
      await client.ask(subscribe('trade.BTCUSDT'));
      client.clear();
      server.start();
      await client.untilEnd();
      return client.received;
    };
    const first = await play();
    const old = await TestClient.connect(server.url);
    const { port } = server;

    await server.reset();
    await old.untilClosed();
    const zero = server.counts();
    const progress = server.progress();
    const second = await play();

    expect(server.port).toBe(port);
    expect(Object.values(zero).every((count) => count === 0)).toBe(true);
    expect(progress).toBe(0);
    expect(second).toEqual(first);
    expect(server.counts().connections).toBe(1);
  });
});
