import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { VirtualClock } from 'tickwise/core';
import { describe, expect, test } from 'vitest';

import {
  findRecordings,
  openRecording,
  type Recording,
  resolveRecording,
  topicsOf,
} from '../../../examples/trading-pipeline/recording/index.js';
import type { Speed, VenueServer } from '../../../examples/trading-pipeline/venue/index.js';

import { dataFolder } from './data-folder.js';
import { isMark, TestClient } from './test-client.js';
import { openServer } from './test-server.js';

const folder = dataFolder ?? '';

/** Name, venue, market, symbols, market frames, REST snapshots: as the data's own notes count them. */
const known = [
  ['ws/binance-spot-btc-eth-2024-08-08', 'binance', 'spot', 2, 31_551, 2],
  ['ws/binance-spot-small-2021-10-12', 'binance', 'spot', 4, 265, 4],
  ['ws/binance-usdm-btc-eth-2024-08-08', 'binance', 'usdm', 2, 66_441, 2],
  ['ws/binance-usdm-small-2021-07-22', 'binance', 'usdm', 4, 1_535, 4],
  ['ws/bybit-inverse-2021-04-17', 'bybit-2021', 'inverse', 2, 1_094, 0],
  ['ws/bybit-linear-2021-04-17', 'bybit-2021', 'linear', 8, 3_326, 0],
  ['ws/bybit-v5-orderbook500-xrpusdt-2024-12-01', 'bybit-v5', 'linear', 1, 50, 0],
  ['ws/coinbase-2021-04-17', 'coinbase', 'spot', 10, 9_943, 0],
  ['ws/kraken-book-2021-04-17', 'kraken', 'spot', 10, 4_336, 0],
] as const;

/** One frame, read the slow and obvious way. */
interface PlainFrame {
  readonly t: number;
  readonly text: string;
  readonly message: { readonly topic?: string; readonly stream?: string };
}

/** The market frames of a file, without any of the example's code. */
function plainFrames(name: string): readonly PlainFrame[] {
  const lines = gunzipSync(readFileSync(join(folder, `${name}.ndjson.gz`)))
    .toString('utf8')
    .split('\n');
  return lines.flatMap((line) => {
    const entry = line === '' ? {} : JSON.parse(line);
    if (entry.dir !== 'in' || (entry.msg.topic === undefined && entry.msg.stream === undefined)) return [];
    return [{ t: entry.t, text: line.slice(line.indexOf('"msg":') + 6, -1), message: entry.msg }];
  });
}

/** What a connection must get: its frames, a mark behind all frames before it, the end. */
function expectedTexts(frames: readonly PlainFrame[], topics: ReadonlySet<string>, bar: number): readonly string[] {
  const texts: string[] = [];
  let mark = (Math.floor((frames[0]?.t ?? 0) / bar) + 1) * bar;
  const passMarks = (t: number): void => {
    for (; mark <= t; mark += bar) texts.push(`{"event":"clock","t":${mark}}`);
  };
  for (const { t, text, message } of frames) {
    passMarks(t);
    if (topics.has(message.topic ?? message.stream ?? '')) texts.push(text);
  }
  texts.push(`{"event":"clock","t":${mark}}`, `{"event":"end","t":${mark}}`);
  return texts;
}

async function topicsIn(name: string, symbol: string): Promise<unknown> {
  return topicsOf(await openRecording(await resolveRecording(folder, name)), symbol);
}

async function subscribe(client: TestClient, recording: Recording, topics: readonly string[]): Promise<void> {
  await client.ask(
    recording.venue === 'binance' ? { method: 'SUBSCRIBE', params: topics, id: 1 } : { op: 'subscribe', args: topics },
  );
  client.clear();
}

/** Replays to one connection per set of streams and returns what each got. */
async function play(
  recording: Recording,
  subscriptions: readonly (readonly string[])[],
  speed: Speed = 'max',
): Promise<{ readonly texts: readonly (readonly string[])[]; readonly server: VenueServer }> {
  const clock = new VirtualClock();
  const server = await openServer(recording, { speed, clock });
  const clients = await Promise.all(subscriptions.map(() => TestClient.connect(server.url)));
  for (const [index, client] of clients.entries()) await subscribe(client, recording, subscriptions[index] ?? []);
  server.start();
  if (speed !== 'max') await clock.advance((recording.end - recording.start + 1_000) / speed);
  await Promise.all(clients.map((client) => client.untilEnd()));
  return { texts: clients.map((client) => client.received), server };
}

describe.skipIf(dataFolder === undefined)('on the recordings', { timeout: 30_000 }, () => {
  test('finds those that can be replayed and no other', async () => {
    const found = await findRecordings(folder);

    expect(found.map((file) => file.name)).toEqual(known.map(([name]) => name));
  });

  test.each(known)('reads all of %s', async (name, venue, market, symbols, frames, snapshots) => {
    const recording = await openRecording(await resolveRecording(folder, name));

    expect(recording).toMatchObject({
      venue,
      market,
      frameCount: frames,
      malformed: 0,
      reversals: 0,
      kind: 'recorded',
    });
    expect(recording.symbols).toHaveLength(symbols);
    expect(recording.snapshots.size).toBe(snapshots);
    for (const symbol of recording.symbols) expect(topicsOf(recording, symbol).book).toBeDefined();
  });

  test.each([
    ['okx-2022-05-13', 'okx-2022-05-13 comes from ws.okx.com'],
    ['deribit-options-2021-07-22', 'deribit-options-2021-07-22 comes from www.deribit.com'],
    ['kraken-ticker-2021-04-17', 'kraken-ticker-2021-04-17 holds no order-book stream'],
    ['kraken-trade-2021-04-17', 'kraken-trade-2021-04-17 holds no order-book stream'],
  ])('says in one sentence why %s cannot be replayed', async (name, message) => {
    const path = await resolveRecording(folder, name);

    await expect(openRecording(path)).rejects.toThrow(message);
  });

  test('names the streams of a symbol as a client subscribes to them', async () => {
    expect(await topicsIn('bybit-linear-2021-04-17', 'ETHUSDT')).toEqual({
      book: 'orderBookL2_25.ETHUSDT',
      trade: 'trade.ETHUSDT',
    });
    expect(await topicsIn('binance-usdm-small-2021-07-22', 'SUSHIUSDT')).toEqual({
      book: 'sushiusdt@depth@100ms',
      trade: 'sushiusdt@aggTrade',
      quote: 'sushiusdt@bookTicker',
    });
    expect(await topicsIn('kraken-book-2021-04-17', 'ETH/CHF')).toEqual({
      book: 'book-1000:ETH/CHF',
      trade: 'trade:ETH/CHF',
      quote: 'ticker:ETH/CHF',
    });
    expect(await topicsIn('coinbase-2021-04-17', 'NMR-EUR')).toEqual({
      book: 'level2:NMR-EUR',
      trade: 'matches:NMR-EUR',
      quote: 'ticker:NMR-EUR',
    });
  });

  test.each(['ws/bybit-linear-2021-04-17', 'ws/binance-usdm-btc-eth-2024-08-08'])(
    'delivers every frame of %s byte for byte, in order, the marks in their places, to two connections',
    async (name) => {
      const recording = await openRecording(await resolveRecording(folder, name));
      const frames = plainFrames(name);
      const all = [...recording.topics.keys()];
      const some = all.filter((_, index) => index % 2 === 0);

      const { texts, server } = await play(recording, [all, some]);

      const expected = [all, some].map((topics) => expectedTexts(frames, new Set(topics), 100));
      // Compared as arrays of text without a diff: a failure would print megabytes.
      for (const [index, got] of texts.entries()) {
        expect(got.length).toBe(expected[index]?.length);
        expect(got.findIndex((text, at) => text !== expected[index]?.[at])).toBe(-1);
      }
      const sent = texts.flat().filter((text) => !isMark(text));
      expect(server.counts()).toMatchObject({
        connections: 2,
        subscribeRequests: 2,
        topicsSubscribed: all.length + some.length,
        framesSent: sent.length,
        bytesSent: sent.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
        refused: 0,
      });
      expect(sent.length).toBeGreaterThan(frames.length);
    },
  );

  test('offers the recorded REST snapshots byte for byte', async () => {
    const name = 'ws/binance-usdm-btc-eth-2024-08-08';
    const recording = await openRecording(await resolveRecording(folder, name));
    const { server } = await play(recording, []);
    const text = gunzipSync(readFileSync(join(folder, `${name}.ndjson.gz`))).toString('utf8');
    const line = text.split('\n').find((entry) => entry.includes('"for":"ETHUSDT"')) ?? '';

    const response = await fetch(`${server.restUrl}/fapi/v1/depth?symbol=ETHUSDT&limit=1000`);

    expect(await response.text()).toBe(line.slice(line.indexOf('"msg":') + 6, -1));
  });

  test('gives the same at full speed and at 20 times real time', async () => {
    const recording = await openRecording(await resolveRecording(folder, 'bybit-linear-2021-04-17'));
    const subscriptions = [
      ['orderBookL2_25.ETHUSDT', 'trade.ETHUSDT'],
      ['trade.ADAUSDT', 'orderBookL2_25.LTCUSDT', 'trade.ETHUSDT'],
      [...recording.topics.keys()],
    ];

    const [atFullSpeed, paced] = [await play(recording, subscriptions), await play(recording, subscriptions, 20)];

    expect(paced.texts).toEqual(atFullSpeed.texts);
    expect(paced.server.counts()).toEqual(atFullSpeed.server.counts());
  });
});
