import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from 'tickwise/core';
import { bybitV5, type FeedEvent, type FeedReplayReport, replayFeed } from 'tickwise/feed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { recordVerb } from '../../src/cli/record.js';
import { runCli } from '../../src/cli/run-cli.js';
import { VENUES } from '../../src/cli/venues.js';
import { Journal } from '../feed/journal.js';
import { bundleProgram } from '../program.js';

const MINUTE = 60_000;
const TRADES = 'publicTrade.BTCUSDT';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-record-'));
});

afterEach(() => rm(folder, { recursive: true }));

interface Venue extends AsyncDisposable {
  readonly url: string;
  readonly requests: Journal<{ readonly op: string; readonly args: readonly string[] }>;
  /** Sends trades with ids from 1, and resolves when the client has read them: it answers a ping after the last. */
  trade(count: number): Promise<void>;
}

/** A venue that speaks Bybit's language and refuses symbols of which it has none. */
async function startVenue(known = 'BTCUSDT', refusal = 'Invalid symbol'): Promise<Venue> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const requests: Venue['requests'] = new Journal();
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as { op: string; args: string[]; req_id: string };
      const isKnown = request.op === 'ping' || request.args.every((topic) => topic.endsWith(known));
      const ret_msg = isKnown ? '' : refusal;
      socket.send(JSON.stringify({ success: isKnown, ret_msg, op: request.op, req_id: request.req_id }));
      requests.add(request);
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    requests,
    async trade(count) {
      const socket = sockets.at(-1);
      for (let id = 1; id <= count; id++) {
        const row = { T: id, s: 'BTCUSDT', S: 'Buy', v: '1', p: '2', i: String(id) };
        socket?.send(JSON.stringify({ topic: TRADES, type: 'snapshot', ts: id, data: [row] }));
      }
      const answered = new Promise((resolve) => socket?.once('pong', resolve));
      socket?.ping();
      await answered;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs the verb on a virtual clock. */
function start(...args: string[]) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 5));
  const [out, err]: [string[], string[]] = [[], []];
  const progress = new Journal<string>();
  let stop: () => void = () => undefined;
  const code = recordVerb(clock).run(args, {
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
    progress: progress.add,
    onInterrupt(callback) {
      stop = callback;
      return { [Symbol.dispose]: () => (stop = () => undefined) };
    },
  });
  return { clock, out, err, progress, code, interrupt: () => stop() };
}

async function replay(): Promise<{ ids: string[]; report: FeedReplayReport }> {
  const files = (await readdir(folder)).map((file) => join(folder, file));
  const player = replayFeed({
    files,
    protocol: bybitV5('linear'),
    onError: (error) => expect.unreachable(String(error)),
  });
  const ids: string[] = [];
  const take = (event: FeedEvent): void => {
    if (event.kind === 'trade') ids.push(...event.items.map(({ id }) => id ?? ''));
  };
  player.subscribe(TRADES, take, () => undefined);
  return { ids, report: await player.play() };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));

describe('tickwise record', () => {
  it('records for the minutes asked for, shows how it goes, and says what it wrote', async () => {
    await using venue = await startVenue();
    const session = start('bybit:linear', 'BTCUSDT', '--minutes', '2', '--out', folder, '--url', venue.url);
    await venue.requests.atLeast(1);
    await venue.trade(500);

    await session.clock.advance(1_000);
    const shown = session.progress.last;
    await session.clock.advance(2 * MINUTE - 1_000);
    const code = await session.code;
    const { ids, report } = await replay();

    expect(venue.requests.entries[0]?.args).toEqual([TRADES, 'tickers.BTCUSDT', 'orderbook.50.BTCUSDT']);
    expect(shown).toMatch(/^bybit:linear: 502 frames, 3 of 3 streams, \d+ of 120 s$/);
    expect(code).toBe(0);
    expect(session.out[0]).toMatch(/^5\d\d frames of 120\.0 s written to .*bybit-linear-2026-01-05T.*-1\.ndjson\.gz$/);
    expect(session.out[1]).toContain(`protocol: bybitV5('linear') })`);
    expect(session.progress.last).toBe('');
    expect(ids).toEqual(numbers(500));
    expect(report).toMatchObject({ badLines: 0, malformed: 0, events: 500 });
    expect(session.clock.pendingTimers).toBe(0);
    expect(session.err).toEqual([]);
  });

  it('closes the file whole on Ctrl-C and says how many frames are in it', async () => {
    await using venue = await startVenue();
    const session = start('bybit:linear', 'BTCUSDT', '--out', folder, '--url', venue.url, '--plain');
    await venue.requests.atLeast(1);
    await venue.trade(100);
    await session.clock.advance(1_000);

    session.interrupt();
    const code = await session.code;
    const { ids, report } = await replay();

    expect(code).toBe(0);
    expect(session.out[0]).toMatch(/^102 frames of .* written to .*\.ndjson$/);
    expect(ids).toEqual(numbers(100));
    expect(report).toMatchObject({ badLines: 0, lines: 103 });
    expect(session.clock.pendingTimers).toBe(0);
  });

  it('records streams by their own name, without a symbol', async () => {
    await using venue = await startVenue();
    const session = start(
      'bybit:linear',
      '--topic',
      'kline.1.BTCUSDT',
      '--topic',
      TRADES,
      '--out',
      folder,
      '--url',
      venue.url,
    );

    const [request] = await venue.requests.atLeast(1);
    session.interrupt();
    await session.code;

    expect(request?.args).toEqual(['kline.1.BTCUSDT', TRADES]);
  });

  it('says in one sentence that the venue cannot be reached', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo; // A listening TCP server has such an address.
    await new Promise((resolve) => closed.close(resolve));

    const { code, err, out } = start('bybit:linear', 'BTCUSDT', '--out', folder, '--url', `ws://127.0.0.1:${port}`);

    expect(await code).toBe(1);
    expect(err).toEqual([
      expect.stringMatching(/^tickwise record: bybit:linear: cannot be reached: connect ECONNREFUSED/),
    ]);
    expect(out).toEqual([]);
  });

  it('says which stream the venue refused', async () => {
    await using venue = await startVenue();

    const { code, err, clock } = start('bybit:linear', 'NOSUCH', '--out', folder, '--url', venue.url);
    // Half of the request by itself, after the pace, and then a single stream.
    for (let request = 1; request <= 3; request++) {
      await venue.requests.atLeast(request);
      await clock.advance(50);
    }

    expect(await code).toBe(1);
    expect(err[0]).toMatch(/^tickwise record: bybit:linear: \S+NOSUCH: .*Invalid symbol$/);
  });

  it('writes no control characters of a venue to the terminal', async () => {
    await using venue = await startVenue('BTCUSDT', '\u001B]0;owned\u0007\u001B[2J\r\n\u009B31m\u202Eno');

    const { code, err } = start('bybit:linear', '--topic', 'tickers.NOSUCH', '--out', folder, '--url', venue.url);

    expect(await code).toBe(1);
    expect(err).toHaveLength(1);
    expect(err[0]).toContain('owned');
    expect(err[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('says that the folder cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');

    const { code, err } = start('bybit:linear', 'BTCUSDT', '--out', join(folder, 'file'), '--url', 'ws://127.0.0.1:1');

    expect(await code).toBe(1);
    expect(err).toEqual([expect.stringContaining('cannot be written')]);
  });
});

describe('tickwise record, called wrongly', () => {
  it.each([
    ['no venue', [], 'name a venue and a symbol, such as: tickwise record bybit:linear BTCUSDT'],
    ['an unknown venue', ['nyse', 'IBM'], `there is no venue 'nyse'; there are bybit:spot, bybit:linear`],
    ['a name of every object', ['__proto__', 'IBM'], `there is no venue '__proto__'`],
    ['no symbol', ['binance:spot'], 'name a symbol of binance:spot, such as btcusdt'],
    ['no time', ['kraken', 'XBT/USD', '--minutes', '0'], '--minutes must be a number above 0 and up to 10080, got 0'],
    ['a time that is none', ['kraken', 'XBT/USD', '--minutes', 'soon'], 'got soon'],
    ['another kind of address', ['okx', 'BTC-USDT', '--url', 'http://x'], '--url must start with ws: or wss:'],
    ['no folder', ['okx', 'BTC-USDT', '--out', ''], '--out must name a folder'],
    ['an unknown option', ['okx', 'BTC-USDT', '--fast'], '--fast'],
  ])('says so with exit code 2: %s', async (_, args, message) => {
    const err: string[] = [];

    const code = await runCli(['record', ...args], { print: () => undefined, complain: (line) => err.push(line) });

    expect(code).toBe(2);
    expect(err.join('\n')).toContain(message);
    expect(err.join('\n')).toContain('Try: tickwise record --help');
  });

  it('explains itself with every venue', async () => {
    const out: string[] = [];

    const code = await runCli(['record', '--help'], { print: (line) => out.push(line), complain: () => undefined });

    expect(code).toBe(0);
    for (const [name, { example }] of VENUES) expect(out.join('\n')).toMatch(new RegExp(`${name} +${example}`));
  });

  it.each([...VENUES])('has streams that the protocol knows: %s', (_name, { protocol, topics, example }) => {
    const { refuse } = protocol();

    expect(topics(example).map((topic) => [topic, refuse(topic)])).toEqual(
      topics(example).map((topic) => [topic, undefined]),
    );
    expect(new Set(topics(example)).size).toBe(3);
  });
});

describe('the command as a process', () => {
  it('ends on SIGINT with a whole file', async () => {
    await using venue = await startVenue();
    const outfile = await bundleProgram('src/cli/main.ts');
    const args = ['record', 'bybit:linear', 'BTCUSDT', '--out', folder, '--url', venue.url];
    const child: ChildProcess = spawn(process.execPath, [outfile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
    await venue.requests.atLeast(1);

    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null]; // as documented
    const { report } = await replay();

    expect(output).toMatch(/^\d frames of \d\.\d s written to /);
    expect(code).toBe(0);
    expect(report.badLines).toBe(0);
  });
});
