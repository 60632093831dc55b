import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  findRecordings,
  infoOf,
  openRecording,
  resolveRecording,
  topicsOf,
} from '../../../examples/trading-pipeline/recording/index.js';
import { type Line, readLines } from 'tickwise/feed';
import { UserError } from '../../../examples/trading-pipeline/user-error.js';

import {
  binanceLines,
  bybit2021Lines,
  bybitV5Lines,
  coinbaseLines,
  krakenLines,
  line,
  recordingOf,
} from './recordings.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-recordings-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const text = lines.map((entry) => `${entry}\n`).join('');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function linesOf(path: string, maxLineBytes?: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const entry of readLines(path, maxLineBytes)) lines.push(entry);
  return lines;
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : '';
}

describe('the lines of a file', () => {
  test.each(['plain.ndjson', 'packed.ndjson.gz'])('are the same from %s', async (name) => {
    const path = await write(name, ['{"a":1}', '', 'two', '{"ü":"é"}']);

    const lines = await linesOf(path);

    expect(lines.map((entry) => entry.text)).toEqual(['{"a":1}', '', 'two', '{"ü":"é"}']);
    expect(lines.map((entry) => entry.number)).toEqual([1, 2, 3, 4]);
  });

  test('include a last one without an end', async () => {
    const path = join(folder, 'open-end');
    await writeFile(path, 'one\ntwo');

    const lines = await linesOf(path);

    expect(lines.map((entry) => entry.text)).toEqual(['one', 'two']);
  });

  test('come without text beyond the limit, and the next ones are whole', async () => {
    const path = await write('long', ['short', 'x'.repeat(300_000), 'after']);

    const lines = await linesOf(path, 1_000);

    expect(lines.map((entry) => entry.text)).toEqual(['short', undefined, 'after']);
  });

  test('equal a plain split, whatever the text and wherever a chunk ends', async () => {
    const path = join(folder, 'random');
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', '\0'), maxLength: 50 }), {
      maxLength: 30,
    });

    await fc.assert(
      fc.asyncProperty(text, fc.nat(70_000), async (parts, padding) => {
        // The padding moves the lines across the 64 KiB chunks in which files are read.
        const whole = `${'-'.repeat(padding)}\n${parts.join('\n')}`;
        await writeFile(path, whole);

        const lines = await linesOf(path);

        const expected = whole.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.map((entry) => entry.text)).toEqual(expected.map((entry) => Buffer.from(entry).toString('utf8')));
      }),
      { numRuns: 15 },
    );
  });
});

describe('a recording', () => {
  test.each([
    ['bybit-2021', 'linear', bybit2021Lines, ['BTCUSDT', 'ETHUSDT'], 5],
    ['bybit-v5', 'spot', bybitV5Lines.slice(0, 3), ['S0USDT', 'S1USDT'], 2],
    ['binance', 'spot', binanceLines('spot'), ['BTCUSDT'], 3],
    ['binance', 'usdm', binanceLines('usdm'), ['BTCUSDT'], 3],
    ['binance', 'coinm', binanceLines('coinm'), ['BTCUSD_PERP'], 3],
    ['kraken', 'spot', krakenLines, ['ETH/CHF', 'XMR/USD'], 3],
    ['coinbase', 'spot', coinbaseLines, ['NMR-EUR'], 4],
  ] as const)('of %s %s is told by what it holds', (venue, market, lines, symbols, frameCount) => {
    const recording = recordingOf(lines);

    expect(recording).toMatchObject({ venue, market, symbols, frameCount, malformed: 0, kind: 'recorded' });
  });

  test.each([
    ['wss://fstream.binance.com/stream', 'usdm'],
    ['wss://dstream.binance.com/stream', 'coinm'],
    ['wss://stream.binance.com:9443/stream', 'spot'],
  ])('takes the market from the address %s before anything else', (url, market) => {
    const recording = recordingOf([`{"t":1,"dir":"open","url":"${url}"}`, ...binanceLines('spot')]);

    expect(recording.market).toBe(market);
  });

  test.each([
    ['BTCUSD', 'inverse'],
    ['BTCUSDM21', 'inverse'],
    ['BTCUSDT', 'linear'],
    ['BTCPERP', 'linear'],
  ])('without an address takes the market of Bybit from the contract %s', (symbol, market) => {
    const recording = recordingOf([line(1, { topic: `orderBookL2_25.${symbol}`, type: 'snapshot', data: [] })]);

    expect(recording.market).toBe(market);
  });

  test('keeps the text of every frame byte for byte', () => {
    const text =
      '{ "stream":"a@depth" ,\t"data":{"e":"depthUpdate","s":"A","n":1.50,"id":17843232920108168701,"é":"\\u00e9"}}';

    const recording = recordingOf([`{"t":5,"dir":"in","msg":${text}}`]);

    expect(recording.frames[0]?.text).toBe(text);
  });

  test('knows streams that were subscribed to and stayed silent', () => {
    const url = 'wss://stream.binance.com/stream?streams=nknusdt@depth@100ms/nknusdt@trade';
    const lines = [`{"t":1,"dir":"open","url":"${url}"}`, ...binanceLines('spot')];

    const recording = recordingOf(lines);

    expect(recording.symbols).toEqual(['BTCUSDT', 'NKNUSDT']);
    expect(topicsOf(recording, 'NKNUSDT')).toEqual({ book: 'nknusdt@depth@100ms', trade: 'nknusdt@trade' });
  });

  test('names the busiest stream of each kind of a symbol', () => {
    const topics = ['orderBookL2_25.A', 'orderBook_200.100ms.A', 'orderBook_200.100ms.A', 'trade.A'];
    const lines = topics.map((topic) => line(1, { topic, data: [] }));

    const recording = recordingOf(lines);

    expect(topicsOf(recording, 'A')).toEqual({ book: 'orderBook_200.100ms.A', trade: 'trade.A' });
    expect(topicsOf(recording, 'constructor')).toEqual({});
  });

  test('counts and reports malformed lines and reads on', () => {
    const wrong = [
      'no json',
      '[1]',
      '{"dir":"in","msg":{}}',
      '{"t":"1","dir":"in","msg":{}}',
      '{"t":-1,"dir":"in","msg":{}}',
      '{"t":1,"dir":"sideways","msg":{}}',
      '{"t":1,"dir":"open"}',
      '{"t":1,"dir":"out"}',
      '{"t":1,"dir":"in"}',
      '{"t":1,"dir":"in","msg":{"stream":"a@depth","data":{}},"late":1}',
      '{"t":1,"dir":"in","msg":{"what":"is this"}}',
      '{"t":1,"dir":"in","msg":{"topic":"trade.BTCUSDT","data":[]}}',
      '{"t":1,"dir":"in","msg":{"stream":"a@depth","data":{"e":"depth',
    ];

    const recording = recordingOf([...binanceLines('usdm'), ...wrong, ...binanceLines('usdm', 2_000)]);

    expect(recording.frameCount).toBe(6);
    expect(recording.malformed).toBe(wrong.length);
    expect(recording.malformedLines).toHaveLength(5);
    expect(recording.malformedLines[0]).toEqual({ line: 5, reason: 'the line is no JSON' });
  });

  test('counts a line beyond the limit as malformed', async () => {
    const lines = [...binanceLines('usdm'), `{"t":1,"dir":"in","msg":"${'x'.repeat(5 * 1024 * 1024)}"}`];
    const path = await write('huge-line.ndjson.gz', lines);

    const recording = await openRecording(path);

    expect(recording.malformedLines).toEqual([{ line: 5, reason: 'the line is too long' }]);
    expect(recording.frameCount).toBe(3);
  });

  test('keeps frames in place whose time goes back, at the time reached', () => {
    const lines = [...binanceLines('usdm', 2_000), ...binanceLines('usdm', 1_000).slice(0, 1)];

    const recording = recordingOf(lines);

    expect(recording.frames.map((frame) => frame.t)).toEqual([2_000, 2_002, 2_250, 2_250]);
    expect(recording.reversals).toBe(1);
    expect(recording.malformed).toBe(0);
  });

  test('leaves out frames that lie more than a day ahead', () => {
    const lines = [1_000, 100_000_000, 2_000, 86_000_000].flatMap((t) => binanceLines('usdm', t).slice(0, 1));

    const recording = recordingOf(lines);

    expect(recording.frames.map((frame) => frame.t)).toEqual([1_000, 2_000, 86_000_000]);
    expect(recording.malformedLines).toEqual([{ line: 2, reason: '"t" is more than a day after the frame before' }]);
  });

  test('survives names that objects have by themselves', () => {
    const lines = ['__proto__@depth', 'constructor@depth'].map((stream) =>
      line(1, { stream, data: { e: 'depthUpdate', pu: 1, s: stream.split('@')[0] } }),
    );

    const recording = recordingOf(lines);

    expect(recording.symbols).toEqual(['__proto__', 'constructor']);
    expect(topicsOf(recording, '__proto__')).toEqual({ book: '__proto__@depth' });
  });

  test('reads the REST snapshots beside it, but prefers its own', async () => {
    const body = '{"lastUpdateId":7,"bids":[],"asks":[]}';
    const rest = ['NKNUSDT', 'BTCUSDT'].map(
      (symbol) => `{"t":1,"url":"https://x/depth?symbol=${symbol}","body":${body}}`,
    );
    const path = await write('with-rest.ndjson', binanceLines('spot'));
    await write('with-rest.rest.ndjson.gz', [...rest, 'broken']);

    const { snapshots } = await openRecording(path);

    expect(snapshots.get('NKNUSDT')).toEqual({ t: 1, symbol: 'NKNUSDT', text: body });
    expect(snapshots.get('BTCUSDT')?.text).toContain('"lastUpdateId":2');
  });

  test('is the same with other line ends and empty lines', async () => {
    const plain = await openRecording(await write('ends.ndjson', binanceLines('usdm')));

    const other = await openRecording(
      await write(
        'ends.ndjson',
        binanceLines('usdm').flatMap((entry) => [`${entry}\r`, '']),
      ),
    );

    expect(other).toEqual(plain);
  });

  test('gives its facts without frames, fit for JSON', () => {
    const recording = recordingOf(krakenLines);

    const info = infoOf(recording);

    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
    expect(info).not.toHaveProperty('frames');
  });
});

describe('what cannot be replayed', () => {
  test('is one sentence for a missing file and for a folder', async () => {
    const missing = await reasonOf(openRecording(join(folder, 'nothing.ndjson')));
    const isFolder = await reasonOf(openRecording(folder));

    expect(missing).toBe(`cannot read ${join(folder, 'nothing.ndjson')}: there is no such file`);
    expect(isFolder).toBe(`cannot read ${folder}: it is a folder`);
  });

  test.each([
    ['empty', [], 'empty holds no market data'],
    ['nonsense', ['a', 'b'], /nonsense holds no frame that can be replayed \(2 malformed lines, the first is line 1/],
    [
      'okx',
      ['{"t":1,"dir":"open","url":"wss://ws.okx.com:8443/ws"}', line(2, { arg: { channel: 'books' }, data: [] })],
      'okx comes from ws.okx.com; Bybit, Binance, Kraken and Coinbase can be replayed',
    ],
    [
      'no-book',
      [line(1, { topic: 'trade.BTCUSDT', data: [] })],
      'no-book holds no order-book stream, which the pipeline needs',
    ],
  ])('is one sentence for %s', async (name, lines, expected) => {
    const path = await write(`${name}.ndjson`, lines);

    const reason = await reasonOf(openRecording(path));

    expect(reason).toMatch(expected);
    expect(reason).not.toContain('\n');
  });

  test('is one sentence for a file that is cut off before its first frame ends', async () => {
    const path = join(folder, 'cut.ndjson.gz');
    await writeFile(path, gzipSync(binanceLines('usdm').join('\n')).subarray(0, 60));

    const reason = await reasonOf(openRecording(path));

    expect(reason).toBe('cut holds no market data');
  });
});

describe('a folder of recordings', () => {
  let data = '';

  beforeAll(async () => {
    data = await mkdtemp(join(folder, 'data-'));
    await writeFile(join(data, 'kraken.ndjson'), krakenLines.join('\n'));
    await writeFile(join(data, 'broken.ndjson'), 'nothing');
    await writeFile(join(data, 'notes.txt'), krakenLines.join('\n'));
    const inner = await mkdtemp(join(data, 'ws'));
    await writeFile(join(inner, 'usdm.ndjson.gz'), gzipSync(binanceLines('usdm').join('\n')));
    await writeFile(join(inner, 'usdm.rest.ndjson'), binanceLines('usdm').join('\n'));
  });

  test('lists what can be replayed, subfolders included, and nothing else', async () => {
    const found = await findRecordings(data);

    expect(found.map((file) => file.name)).toEqual(['kraken', expect.stringMatching(/^ws\w+\/usdm$/)]);
    for (const file of found) expect((await openRecording(file.path)).name).toBe(file.name.split('/').at(-1));
  });

  test.each(['kraken', 'kraken.ndjson', 'usdm', 'usdm.ndjson', 'usdm.ndjson.gz'])('has %s by name', async (name) => {
    const path = await resolveRecording(data, name);

    expect(path).toMatch(name.startsWith('usdm') ? /usdm\.ndjson\.gz$/ : /kraken\.ndjson$/);
  });

  test('gives every listed name its file back', async () => {
    for (const file of await findRecordings(data)) expect(await resolveRecording(data, file.name)).toBe(file.path);
  });

  test('takes a path to any file, with and without a folder', async () => {
    const path = join(data, 'kraken.ndjson');

    expect(await resolveRecording(data, path)).toBe(path);
    expect(await resolveRecording(undefined, path)).toBe(path);
  });

  test('says in one sentence what there is instead', async () => {
    const inFolder = await reasonOf(resolveRecording(data, 'nope'));
    const without = await reasonOf(resolveRecording(undefined, 'nope'));
    const missing = await reasonOf(findRecordings(join(data, 'nope')));

    expect(inFolder).toMatch(/^there is no recording "nope" in .*; it has kraken, ws\w+\/usdm$/);
    expect(without).toBe('there is no recording "nope" and no data folder; name one with --data');
    expect(missing).toBe(`cannot read the data folder ${join(data, 'nope')}`);
  });
});
