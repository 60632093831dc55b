import { once } from 'node:events';
import { connect } from 'node:net';

import { VirtualClock } from 'tickwise/core';
import { describe, expect, test } from 'vitest';

import { binanceLines, bybit2021Lines, coinbaseLines, krakenLines, recordingOf } from './recordings.js';
import { isMark, TestClient } from './test-client.js';
import { openServer } from './test-server.js';

const bybit = recordingOf(bybit2021Lines);

describe('the venue', () => {
  test('of Binance takes streams from the address, wrapped or raw', async () => {
    const recording = recordingOf(binanceLines('usdm'));
    const server = await openServer(recording);
    const wrapped = await TestClient.connect(`${server.url}/stream?streams=btcusdt@trade/no@trade`);
    const raw = await TestClient.connect(`${server.url}/ws/btcusdt@trade`);

    server.start();
    await Promise.all([wrapped.untilEnd(), raw.untilEnd()]);

    const text = recording.frames.at(-1)?.text ?? '';
    expect(wrapped.received).toContain(text);
    expect(raw.received).toContain(JSON.stringify(JSON.parse(text).data));
    expect(server.counts()).toMatchObject({ topicsSubscribed: 2, subscribeRequests: 0, framesSent: 2 });
  });

  test.each([
    ['spot', '/api/v3/depth'],
    ['usdm', '/fapi/v1/depth'],
    ['coinm', '/dapi/v1/depth'],
  ] as const)('of Binance %s offers the recorded snapshots at %s', async (market, path) => {
    const recording = recordingOf(binanceLines(market));
    const symbol = recording.symbols[0] ?? '';
    const server = await openServer(recording);
    const get = async (query: string): Promise<readonly [number, string]> => {
      const response = await fetch(`${server.restUrl}${query}`);
      return [response.status, await response.text()];
    };

    const [whole, cut, unknown, missing, wrongLimit, elsewhere] = await Promise.all(
      [
        `${path}?symbol=${symbol}`,
        `${path}?symbol=${symbol}&limit=1`,
        `${path}?symbol=NONE`,
        path,
        `${path}?symbol=${symbol}&limit=-1`,
        `/api/v9/depth?symbol=${symbol}`,
      ].map(get),
    );

    expect(whole).toEqual([200, recording.snapshots.get(symbol)?.text]);
    expect(cut).toEqual([200, '{"lastUpdateId":2,"bids":[["10.0","1"]],"asks":[["11.0","1"]]}']);
    expect(unknown).toEqual([400, '{"code":-1121,"msg":"Invalid symbol."}']);
    expect(missing?.[0]).toBe(400);
    expect(wrongLimit?.[0]).toBe(400);
    expect(elsewhere?.[0]).toBe(404);
    expect(server.counts().restRequests).toBe(6);
  });

  test.each([
    ['spot', 5],
    ['usdm', 10],
  ] as const)('of Binance %s closes a connection that sends more than %i frames in a second', async (market, limit) => {
    const ioClock = new VirtualClock();
    const server = await openServer(recordingOf(binanceLines(market)), { ioClock });
    const client = await TestClient.connect(server.url);
    const request = { method: 'LIST_SUBSCRIPTIONS', id: 1 };
    for (let sent = 0; sent < limit; sent += 1) await client.ask(request);
    await ioClock.advance(1_000);
    for (let sent = 0; sent < limit - 1; sent += 1) await client.ask(request);
    client.webSocket.ping();
    await once(client.webSocket, 'pong');

    client.send(request);
    await client.untilClosed();

    expect(client.closeCode).toBe(1008);
    expect(client.closeReason).toBe('Too many requests');
    expect(client.received).toHaveLength(2 * limit - 1);
    expect(server.counts().refused).toBe(1);
  });

  test('answers WebSocket pings, sends its own, and drops who does not answer them', async () => {
    const ioClock = new VirtualClock();
    const server = await openServer(bybit, { ioClock });
    const [alive, dead] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    // Who does not read sees no ping to answer.
    dead.webSocket.pause();

    alive.webSocket.ping('hello');
    const [echo] = await once(alive.webSocket, 'pong');
    for (let sent = 0; sent < 3; sent += 1) {
      const pinged = once(alive.webSocket, 'ping');
      await ioClock.advance(20_000);
      await pinged;
      // A question and its answer make sure that the pong has arrived.
      await alive.ask({ op: 'ping' });
    }
    dead.webSocket.resume();
    await dead.untilClosed();

    expect(String(echo)).toBe('hello');
    expect(dead.closeCode).toBe(1006);
    expect(alive.webSocket.readyState).toBe(alive.webSocket.OPEN);
  });

  test('closes a connection that sends an oversized frame', async () => {
    const server = await openServer(bybit);
    const client = await TestClient.connect(server.url);

    client.send('x'.repeat(64 * 1024 + 1));
    await client.untilClosed();

    expect(client.closeCode).toBe(1009);
    expect(server.counts().refused).toBe(1);
  });

  test('drops a client that asks and asks and does not read', async () => {
    const server = await openServer(bybit);
    const [greedy, other] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    greedy.webSocket.pause();

    for (let sent = 0; sent < 600; sent += 1) greedy.send({ op: 'ping', args: ['x'.repeat(60_000)] });
    while (server.counts().refused === 0) await other.ask({ op: 'ping' });
    greedy.webSocket.resume();
    await greedy.untilClosed();

    expect(greedy.closeCode).toBe(1006);
    expect(greedy.received.length).toBeLessThan(600);
  });

  test('outlives clients that speak nonsense', async () => {
    const server = await openServer(bybit);
    const garbage = connect(server.port, '127.0.0.1').on('error', () => undefined);
    garbage.write('\0\0\0 not http\r\n\r\n');
    garbage.resume();
    await once(garbage, 'close');
    const client = await TestClient.connect(`${server.url}//%%%?x=%`);
    client.webSocket.send(Buffer.from([1, 2, 3]));

    const reply = await client.ask('{"op":"subscribe","args":["__proto__","constructor"]}');

    expect(reply).toContain('handler not found,topic:__proto__');
  });

  test('of Kraken greets, and sends heartbeats to who has a subscription', async () => {
    const recording = recordingOf(krakenLines);
    const server = await openServer(recording);
    const [busy, idle] = [await TestClient.connect(server.url), await TestClient.connect(server.url)];
    for (const client of [busy, idle]) await client.until(() => client.received.length === 1);
    const subscription = { name: 'book', depth: 1000 };
    const status = await busy.ask({ event: 'subscribe', pair: ['ETH/CHF'], subscription });

    server.start();
    await Promise.all([busy.untilEnd(), idle.untilEnd()]);

    expect(busy.received[0]).toContain('systemStatus');
    expect(status).toContain('"status":"subscribed"');
    expect(busy.received.slice(2, 5)).toEqual(recording.frames.map((frame) => frame.text));
    expect(idle.received.slice(1).every(isMark)).toBe(true);
    expect(server.counts().topicsSubscribed).toBe(1);
  });

  test('of Coinbase sends the channels of a product', async () => {
    const recording = recordingOf(coinbaseLines);
    const server = await openServer(recording);
    const client = await TestClient.connect(server.url);
    await client.ask({ type: 'subscribe', product_ids: ['NMR-EUR'], channels: ['level2', 'matches'] });

    server.start();
    await client.untilEnd();

    const texts = recording.frames.slice(0, 3).map((frame) => frame.text);
    expect(client.received.slice(1).filter((text) => !isMark(text))).toEqual(texts);
  });

  test('closes twice and frees its port', async () => {
    const server = await openServer(bybit);
    const client = await TestClient.connect(server.url);

    await Promise.all([server.close(), server.close()]);
    await client.untilClosed();

    await expect(fetch(server.restUrl)).rejects.toThrow('fetch failed');
  });
});
