import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, systemClock, VirtualClock } from 'tickwise/core';
import {
  bybit2021,
  type FeedRecorderOptions,
  readLine,
  type RecordedSnapshot,
  recordFeed,
  replayFeed,
  type TappedFrame,
} from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { FeedRecorder } from '../../src/feed/feed-recorder.js';
import { scene, type TestEvent, testProtocol } from './fake-venue.js';
import { Journal } from './journal.js';
import { dataFolder, hasRecordings } from './recordings.js';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-recording-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** A recorder that the test gives its frames. */
function recorder(options: Partial<FeedRecorderOptions> = {}) {
  let listener: (frame: TappedFrame) => void = () => undefined;
  const errors: unknown[] = [];
  const listen = (given: (frame: TappedFrame) => void): Disposable => {
    listener = given;
    return { [Symbol.dispose]: () => void (listener = () => undefined) };
  };
  const clock = new VirtualClock(1_600_000_000_000);
  const recording = new FeedRecorder(listen, {
    folder,
    ioClock: clock,
    onError: (error, { where }) => void errors.push([where, Reflect.get(Object(error) as object, 'code')]),
    ...options,
  });
  const frame = (text: string): void => listener({ dir: 'in', url: 'ws://a', text });
  return { recording, clock, errors, frame, open: () => listener({ dir: 'open', url: 'ws://a', text: '' }) };
}

/** All lines of the folder's files, in the order of these. */
async function recordedTexts(): Promise<string[][]> {
  const files = (await readdir(folder)).toSorted();
  return await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(folder, file));
      const text = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
      return text.trimEnd().split('\n');
    }),
  );
}

describe('a recording of a pool', () => {
  it('holds the opening, what was sent and what was received, and plays back to the same events', async () => {
    await using stage = await scene();
    const { pool, venue, clock } = stage;
    const live = new Journal<TestEvent>();
    const recording = recordFeed(pool, { folder, ioClock: clock, name: 'test' });
    await pool.subscribe('a', (event) => live.add(event));
    for (let value = 0; value < 50; value++) venue.send({ topic: 'a', value });
    venue.send({ odd: 'frame' });
    await live.atLeast(50);
    await stage.flush();

    await recording.close();
    const [lines = []] = await recordedTexts();
    const played: TestEvent[] = [];
    const [file = ''] = await readdir(folder);
    const replay = replayFeed({ files: [join(folder, file)], protocol: testProtocol() });
    replay.subscribe(
      'a',
      (event) => played.push(event),
      () => undefined,
    );
    const report = await replay.play();

    expect(lines.map((line) => readLine(line).dir).slice(0, 3)).toEqual(['open', 'out', 'in']);
    expect(played).toEqual(live.entries);
    expect(report).toMatchObject({ badLines: 0, frames: 53, events: 50, others: 3, malformed: 0, delivered: 50 });
    expect(recording.stats()).toMatchObject({ frames: 55, written: 55, pending: 0, dropped: 0, files: 1, path: null });
    expect(file).toMatch(/^test-1970-01-01T00-16-40-\d{3}Z-1\.ndjson\.gz$/);
  });

  it('goes on over lost connections, and ends with its close alone', async () => {
    await using stage = await scene();
    const { pool, venue, clock, errors } = stage;
    await using recording = recordFeed(pool, { folder, ioClock: clock, compress: 'none' });
    await pool.subscribe('a', () => undefined);
    venue.socket.terminate();
    await errors.atLeast(1);
    await clock.advance(500);
    await venue.requests.atLeast(2);
    await stage.flush();

    await recording.close();
    venue.send({ topic: 'a', value: 1 });
    await stage.flush();

    const [lines = []] = await recordedTexts();
    expect(lines.filter((line) => readLine(line).dir === 'open').length).toBe(2);
    expect(recording.stats().frames).toBe(lines.length);
  });

  it('reports a listener that throws, and goes on', async () => {
    await using stage = await scene();
    using tap = stage.pool.tap(() => {
      throw new Error('listener');
    });
    const values = new Journal<TestEvent>();
    await stage.pool.subscribe('a', (event) => values.add(event));
    stage.venue.send({ topic: 'a', value: 1 });
    await values.atLeast(1);

    expect(tap).toBeDefined();
    expect(stage.errors.entries.every(({ where }) => where === 'handler')).toBe(true);
    expect(stage.errors.entries.length).toBeGreaterThan(2);
  });
});

describe('the files of a recording', () => {
  it.each(['none', 'gzip'] as const)('begin anew by size and by age, packed by %s', async (compress) => {
    const { recording, clock, frame } = recorder({ compress, maxBytes: 60, maxAge: 10_000, flushInterval: 100 });
    const wait = async (ms: number): Promise<void> => {
      await clock.advance(ms);
      await recording.flush();
    };

    frame('1');
    await wait(100);
    frame('2');
    await wait(100);
    frame('3');
    await wait(100);
    await wait(10_000);
    frame('4');
    await wait(100);
    await recording.close();

    const texts = await recordedTexts();
    expect(texts.map((lines) => lines.map((line) => readLine(line).text))).toEqual([['1', '2'], ['3'], ['4']]);
    expect(recording.stats()).toMatchObject({ files: 3, written: 4 });
  });

  it('can be read to the last flush when the process dies, packed or not', async () => {
    for (const compress of ['none', 'gzip'] as const) {
      const { recording, frame } = recorder({ compress, name: compress });
      for (let i = 0; i < 1_000; i++) frame(`{"topic":"a","value":${i}}`);
      await recording.flush();
      const { path } = recording.stats();

      // Nothing was closed: this is what a crash leaves.
      const values: number[] = [];
      const replay = replayFeed({ files: [path ?? ''], protocol: testProtocol() });
      replay.subscribe(
        'a',
        ({ items }) => void values.push(...items),
        () => undefined,
      );
      const report = await replay.play();

      expect(values.length).toBe(1_000);
      expect(report.badLines).toBe(0);
      await recording.close();
    }
  });

  it.each(['none', 'gzip'] as const)('with a torn last line lose that line only, packed by %s', async (compress) => {
    const { recording, frame } = recorder({ compress });
    for (let i = 0; i < 2_000; i++) frame(`{"topic":"a","value":${i},"x":"${Math.sin(i)}"}`);
    await recording.flush();
    const { path } = recording.stats();
    await recording.close();
    const { length } = await readFile(path ?? '');
    await truncate(path ?? '', length - 40);

    const values: number[] = [];
    const errors: unknown[] = [];
    const replay = replayFeed({
      files: [path ?? ''],
      protocol: testProtocol(),
      onError: (error, { where }) => void errors.push([where, error]),
    });
    replay.subscribe(
      'a',
      ({ items }) => void values.push(...items),
      () => undefined,
    );
    const report = await replay.play();

    expect(values.length).toBeGreaterThan(1_900);
    expect(values).toEqual(values.map((_, index) => index));
    expect(report.badLines).toBeLessThanOrEqual(1);
    expect(errors.length).toBe(report.badLines);
  });

  it('drops and counts frames when the disk does not keep up, and says so once', async () => {
    const { recording, errors, frame } = recorder({ maxPendingBytes: 200 });

    for (let i = 0; i < 100; i++) frame(`{"topic":"a","value":${i}}`);
    const { dropped, pending } = recording.stats();
    await recording.close();

    expect(dropped + pending).toBe(100);
    expect(pending).toBeGreaterThan(1);
    expect(errors).toEqual([['overflow', 'ERR_OVERFLOW']]);
    expect(recording.stats()).toMatchObject({ written: pending, dropped, pending: 0 });
  });

  it('that cannot be written are reported, their lines counted, and others tried', async () => {
    const { recording, errors, frame, clock } = recorder({ compress: 'none' });
    const time = new Date(clock.wallTime()).toISOString().replaceAll(/[:.]/g, '-');
    await writeFile(join(folder, `recording-${time}-1.ndjson`), 'there already');

    frame('1');
    await recording.flush();
    frame('2');
    await recording.flush();
    await recording.close();

    expect(errors).toEqual([['write', 'EEXIST']]);
    expect(recording.stats()).toMatchObject({ frames: 2, failed: 1, written: 1, pending: 0 });
  });

  it.each<[string, object]>([
    ['folder must be a path', { folder: '' }],
    ['name must be letters', { name: '../evil' }],
    ['name must be letters', { name: '' }],
    ['compress must be one of', { compress: 'zip' }],
    ['maxBytes must be a whole number', { maxBytes: 0 }],
    ['unknown option', { path: 'x' }],
  ])('are refused: %s', (message, wrong) => {
    expect(() => recorder(wrong)).toThrow(ConfigError);
    expect(() => recorder(wrong)).toThrow(message);
  });
});

describe('a replay', () => {
  const write = async (...lines: string[]): Promise<string> => {
    const path = join(folder, 'by-hand.ndjson');
    await writeFile(path, `${lines.join('\n')}\n`);
    return path;
  };
  const line = (t: number, value: number): string => `{"t":${t},"dir":"in","msg":{"topic":"a","value":${value}}}`;

  it('moves the clock that it drives to the time of each frame', async () => {
    const clock = new VirtualClock(1_000);
    const path = await write(line(1_000, 1), line(61_000, 2), line(60_000, 3));
    const times: number[] = [];
    const replay = replayFeed({ files: [path], protocol: testProtocol(), drive: clock });
    replay.subscribe(
      'a',
      () => times.push(clock.wallTime()),
      () => undefined,
    );
    let fired = 0;
    clock.setTimeout(() => fired++, 30_000);

    await replay.play();

    expect(times).toEqual([1_000, 61_000, 61_000]);
    expect(fired).toBe(1);
  });

  it('keeps to a speed by the clock it is given', async () => {
    const clock = new VirtualClock();
    const path = await write(line(5_000, 1), line(6_000, 2), line(9_000, 3));
    const times = new Journal<number>();
    const replay = replayFeed({ files: [path], protocol: testProtocol(), speed: 2, ioClock: clock });
    replay.subscribe(
      'a',
      () => times.add(clock.now()),
      () => undefined,
    );

    const playing = replay.play();
    for (const count of [1, 2, 3]) {
      while (times.entries.length < count) {
        await clock.advance(100);
        await new Promise(setImmediate);
      }
    }
    await playing;

    expect(times.entries[1]).toBeGreaterThanOrEqual(500 + (times.entries[0] ?? NaN));
    expect(times.entries[2]).toBeGreaterThanOrEqual(2_000 + (times.entries[0] ?? NaN));
  });

  it('ends when its signal says so, with its reason, and tells its subscribers', async () => {
    const path = await write(line(0, 1), line(1e9, 2));
    const controller = new AbortController();
    const statuses: string[] = [];
    const replay = replayFeed({ files: [path], protocol: testProtocol(), speed: 1, ioClock: new VirtualClock() });
    replay.subscribe(
      'a',
      () => controller.abort(new Error('enough')),
      ({ type }) => statuses.push(type),
    );

    await expect(replay.play({ signal: controller.signal })).rejects.toThrow('enough');
    expect(statuses).toEqual(['live', 'closed']);
  });

  it('counts lines and frames that are not understood, and goes on', async () => {
    const path = await write(
      'torn',
      line(1, 1),
      '{"t":2,"dir":"in","msg":{"topic":5,"pong":1}}',
      'x'.repeat(100),
      line(3, 2),
    );
    const errors: unknown[] = [];
    const replay = replayFeed({
      files: [path],
      protocol: testProtocol({
        read: (message) => {
          const { topic, value } = message as { topic: string; value: number };
          if (typeof topic !== 'string') throw new Error('odd');
          return { type: 'event', event: { kind: 'test', topic, symbol: '', ts: 0, items: [value], raw: message } };
        },
      }),
      onError: (_error, { where, line: number }) => void errors.push([where, number]),
    });
    const values: number[] = [];
    replay.subscribe(
      'a',
      ({ items }) => void values.push(...items),
      () => undefined,
    );

    const report = await replay.play();

    expect(values).toEqual([1, 2]);
    expect(report).toMatchObject({ lines: 5, badLines: 2, frames: 3, events: 2, malformed: 1 });
    expect(errors).toEqual([
      ['line', 1],
      ['frame', 3],
      ['line', 4],
    ]);
  });

  it('is played once', async () => {
    const replay = replayFeed({ files: [await write(line(1, 1))], protocol: testProtocol() });
    await replay.play();

    await expect(replay.play()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('rejects with the error of the file system', async () => {
    const replay = replayFeed({ files: [join(folder, 'missing')], protocol: testProtocol() });

    await expect(replay.play()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops giving to who has ended', async () => {
    const replay = replayFeed({ files: [await write(line(1, 1), line(2, 2))], protocol: testProtocol() });
    const values: number[] = [];
    const end = replay.subscribe(
      'a',
      ({ items }) => {
        values.push(...items);
        void end();
      },
      () => undefined,
    );

    await replay.play();

    expect(values).toEqual([1]);
  });

  it.each<[string, object]>([
    ['files must be paths', { files: [] }],
    ['speed must be a number', { speed: 0 }],
    ['drive must be a VirtualClock', { drive: systemClock }],
    ['protocol must be a protocol', { protocol: {} }],
  ])('refuses: %s', (message, wrong) => {
    const make = () => replayFeed({ files: ['a'], protocol: testProtocol(), ...wrong });

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});

describe.skipIf(!hasRecordings)('a replay of a real recording', () => {
  it('feeds a hub with every frame of its topics, and gives the snapshots in their places', async () => {
    const clock = new VirtualClock(Date.UTC(2021, 3, 17));
    const replay = replayFeed({
      files: [`${dataFolder}/ws/bybit-linear-2021-04-17.ndjson.gz`],
      protocol: bybit2021('linear'),
      drive: clock,
    });
    await using hub = new SubscriptionHub({ source: replay, clock });
    const counts = { book: 0, trade: 0 };
    hub.subscribe('orderBookL2_25.ETHUSDT', () => void counts.book++);
    hub.subscribe('trade.ETHUSDT', () => void counts.trade++);
    await clock.advance(0);

    const report = await replay.play();

    expect(report).toMatchObject({ lines: 3_359, badLines: 0, frames: 3_342, malformed: 0 });
    expect(counts.book).toBeGreaterThan(100);
    expect(counts.book + counts.trade).toBe(report.delivered);
    expect(clock.wallTime()).toBe(report.t);
  });

  it('gives the snapshots that were fetched beside the stream', async () => {
    const snapshots: RecordedSnapshot[] = [];
    const replay = replayFeed({
      files: [`${dataFolder}/ws/binance-spot-btc-eth-2024-08-08.ndjson.gz`],
      protocol: testProtocol(),
      onSnapshot: (snapshot) => void snapshots.push(snapshot),
    });

    const report = await replay.play();

    expect(snapshots.map(({ symbol }) => symbol)).toEqual(['ETHUSDT', 'BTCUSDT']);
    expect(report).toMatchObject({ lines: 31_553, snapshots: 2, frames: 31_551 });
  });
});
