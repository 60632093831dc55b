import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesise } from '../../examples/trading-pipeline/synthetic/index.js';

const MINUTE = 60_000;
/** Bytes that a database log with a few rows is larger than. */
const EMPTY_LOG = 4_096;
const MAIN = 'build/examples/trading-pipeline/main.js';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-cli-'));
  // Builds what the demo needs, and shows the help.
  await start(['scripts/run.mjs', 'demo', '--help']).outcome;
}, 2 * MINUTE);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the demo', () => {
  it('explains itself with --help', { timeout: MINUTE }, async () => {
    const { code, stdout } = await demo('--help');

    expect(code).toBe(0);
    for (const option of [
      '--data',
      '--recording',
      '--bars',
      '--seconds',
      '--symbols',
      '--models',
      '--mode',
      '--speed',
      '--bar',
      '--json',
    ]) {
      expect(stdout).toContain(option);
    }
  });

  it('prints one JSON object that shows equal results', { timeout: MINUTE }, async () => {
    const { code, stdout } = await demo('--json', '--seconds', '30', '--symbols', '2', '--models', '2');

    const report = JSON.parse(stdout);

    expect(code).toBe(0);
    expect(report.input).toMatchObject({
      kind: 'synthetic',
      symbols: ['BTCUSDT', 'ETHUSDT'],
      models: ['ppo', 'genetic'],
    });
    for (const kind of ['signals', 'decisions', 'books', 'rows']) {
      expect(report[kind].total).toBeGreaterThan(0);
      expect(report[kind].equal).toBe(report[kind].total);
    }
    expect(report.naive.connections).toBe(4);
    expect(report.optimised.connections).toBe(1);
    expect(report.ratios.framesParsed).toBeCloseTo(2, 1);
  });

  it('prints a table that names the source and every promise', { timeout: MINUTE }, async () => {
    const { stdout } = await demo('--seconds', '30', '--symbols', '1', '--models', '1');

    expect(stdout).toContain('synthetic session');
    for (const line of ['database statements', 'CPU', 'peak memory', 'Same results']) expect(stdout).toContain(line);
    expect(stdout).toContain('NOT MET');
  });

  it('counts what differs in mode tolerant, and what was asked and told', { timeout: MINUTE }, async () => {
    const args = ['--json', '--seconds', '30', '--symbols', '1', '--mode', 'tolerant', '--services'];
    const { code, stdout } = await demo(...args, '--ttl-scale', '0.1');

    const report = JSON.parse(stdout);

    expect(code).toBe(0);
    expect(report.input.mode).toBe('tolerant');
    expect(report.signals.total).toBe(report.naive.signals);
    expect(report.differences.map(({ cache }: { cache: string }) => cache)).toContain('regime');
    for (const version of ['naive', 'optimised']) {
      expect(report.services[version]).toMatchObject({ lost: 0, doubled: 0 });
      expect(report.services[version].alerts).toBeGreaterThan(0);
    }
  });

  it('replays a recording and counts its malformed lines', { timeout: MINUTE }, async () => {
    const lines = [...synthesise({ seed: 2, duration: 30_000, symbols: ['BTCUSDT'] })];
    lines.splice(100, 0, 'not json', '{"t":1,"dir":"in","msg":');
    await writeFile(join(folder, 'damaged.ndjson'), `${lines.join('\n')}\n`);

    const { code, stdout, stderr } = await demo('--data', folder, '--recording', 'damaged', '--json', '--models', '1');

    expect(code).toBe(0);
    expect(JSON.parse(stdout).input.malformed).toBe(2);
    expect(stderr).toContain('2 malformed lines left out, the first is line 101');
  });

  it.each([
    ['an unknown option', ['--colour'], '--colour'],
    ['an unknown mode', ['--mode', 'loose'], 'loose'],
    ['a speed that is none', ['--speed', 'fast'], 'max'],
    ['a scale of 0', ['--ttl-scale', '0'], 'above 0'],
    ['a bar of length 0', ['--bar', '0'], 'whole number'],
    ['an unknown model', ['--models', 'lstm'], 'lstm'],
    ['an unknown symbol', ['--symbols', 'BTCUSDT,§'], '§'],
    ['an unknown fault', ['--faults', 'earthquake'], 'earthquake'],
    ['a killed database without a server', ['--faults', 'kill-database'], '--database postgres://'],
    ['a database that is no address', ['--database', 'rows.db'], 'postgres://user@host'],
    ['a database that does not answer', ['--database', 'postgres://a:secret@127.0.0.1:1/x'], '127.0.0.1:1/x: '],
    ['a cache that is no address', ['--cache', 'memory'], 'redis://user:password@host:6379'],
    ['a cache that does not answer', ['--cache', 'redis://a:secret@127.0.0.1:1'], 'redis://127.0.0.1:1: connect ECONN'],
    ['a stray argument', ['fast'], 'too many arguments'],
    ['a data folder that is not there', ['--data', '/nowhere'], '/nowhere'],
    ['a recording that is not there', ['--recording', 'nothing'], 'nothing'],
    ['bars that are not there', ['--bars', '/nowhere/bars.csv.gz'], '/nowhere/bars.csv.gz'],
    ['a synthetic session of a day', ['--seconds', '86400'], '7200000 ms'],
  ])('answers %s with one sentence and fails', { timeout: MINUTE }, async (_, args, mention) => {
    const { code, stdout, stderr } = await demo(...args);

    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(mention);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toContain('    at ');
  });

  it('answers a file that is no recording with one sentence', { timeout: MINUTE }, async () => {
    await writeFile(join(folder, 'shopping.ndjson'), 'milk\nbread\n');

    const { code, stderr } = await demo('--recording', join(folder, 'shopping.ndjson'));

    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('shopping');
  });

  it('says that nothing is proven when the models never have enough bars', { timeout: MINUTE }, async () => {
    const { code, stdout } = await demo('--seconds', '30', '--symbols', '1', '--models', '1', '--bar', '60000');

    expect(code).toBe(1);
    expect(stdout).toContain('NOTHING PROVEN');
    expect(stdout).not.toContain('DIFFER');
  });

  it('adds the ratios to the totals of several recordings', { timeout: MINUTE }, async () => {
    const data = await mkdtemp(join(folder, 'several-'));
    for (const seed of [1, 2]) {
      const lines = [...synthesise({ seed, duration: 30_000, symbols: ['BTCUSDT'] })];
      await writeFile(join(data, `session-${seed}.ndjson`), `${lines.join('\n')}\n`);
    }

    const { stdout } = await demo('--data', data, '--recording', 'all', '--json', '--models', '2');

    const report = JSON.parse(stdout);
    expect(report.runs).toHaveLength(2);
    expect(report.ratios.connections).toBe(2);
  });

  // Finds the venue's process in /proc.
  it.runIf(process.platform === 'linux')(
    'ends with one sentence when the venue dies',
    { timeout: MINUTE },
    async () => {
      const { child, outcome } = start([MAIN, '--seconds', '300', '--symbols', '1', '--speed', '5']);
      await childOf(child, 'naive-process');

      process.kill(await childOf(child, 'venue-process'), 'SIGKILL');
      const { code, stderr } = await outcome;

      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain('venue');
    },
  );

  it('stores what it has and closes the database on Ctrl-C', { timeout: MINUTE }, async () => {
    const args = ['--seconds', '120', '--symbols', '1', '--speed', '10', '--keep', folder];
    const { child, outcome } = start([MAIN, ...args]);
    await rowsAppear(join(folder, 'synthetic-1'));

    child.kill('SIGINT');
    const { code, stderr } = await outcome;

    expect(code).toBe(130);
    expect(stderr).toContain('Stopped');
    const instance = await DuckDBInstance.create(join(folder, 'synthetic-1', 'naive.duckdb'));
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM books');
    connection.closeSync();
    instance.closeSync();
    expect(reader.getRows()[0]?.[0]).toBeGreaterThan(0);
  });
});

// Finds the bot's process in /proc.
it.runIf(process.platform === 'linux')(
  'a second Ctrl-C ends a bot that hangs, and leaves nothing behind',
  { timeout: MINUTE },
  async () => {
    const temporary = await mkdtemp(join(folder, 'temporary-'));
    const args = [MAIN, '--seconds', '300', '--symbols', '1', '--speed', '5'];
    const { child, outcome } = start(args, { env: { TMPDIR: temporary } });
    process.kill(await childOf(child, 'naive-process'), 'SIGSTOP');

    child.kill('SIGINT');
    child.kill('SIGTERM'); // two of one kind may arrive as one
    const { code, stderr } = await outcome;

    expect(code).toBe(130);
    expect(stderr).toBe('Stopped at once. Rows that a bot had not written yet are lost.\n');
    expect(await readdir(temporary)).toEqual([]);
  },
);

describe('the demo with --dashboard', () => {
  it('serves a page that shows the running bot, until Ctrl-C', { timeout: MINUTE }, async () => {
    const args = ['--dashboard', '0', '--seconds', '60', '--symbols', '2', '--models', '2', '--speed', 'max'];
    const { child, outcome } = start([MAIN, ...args]);
    const url = await urlOf(child);
    const page = await fetch(url);
    const program = await fetch(`${url}dashboard.js`);
    const events = await textUntil(`${url}events`, 'event: end');

    child.kill('SIGINT');
    const { code, stderr } = await outcome;

    expect(await page.text()).toContain('/dashboard.js');
    expect(await program.text()).toContain('EventSource');
    const updates = [...events.matchAll(/^event: update\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
    expect(updates.at(-1).figures.calls.saved).toBeGreaterThan(0);
    expect(updates.at(-1).figures.statements.saved).toBeGreaterThan(0);
    expect(updates.at(-1).ticks.at(-1).prices).toEqual([expect.any(Number), expect.any(Number)]);
    expect([code, stderr]).toEqual([130, '']);
  });

  // Finds the venue's process in /proc.
  it.runIf(process.platform === 'linux').each([
    ['all of it, as from a terminal', 'SIGINT', -1],
    ['the demo alone', 'SIGTERM', 1],
  ] as const)('ends at once when a signal reaches %s before the bot is there', { timeout: MINUTE }, async (...args) => {
    const [, signal, whom] = args;
    const session = ['--dashboard', '0', '--seconds', '7200', '--symbols', '1', '--speed', '1'];
    const { child, outcome } = start([MAIN, ...session], { detached: true });
    await childOf(child, 'venue-process');

    process.kill(whom * (child.pid ?? expect.fail('the demo has no process')), signal);
    const { code, stderr } = await outcome;

    expect([code, stderr]).toEqual([130, '']);
  });

  it('refuses what only a comparison has', { timeout: MINUTE }, async () => {
    const { code, stdout, stderr } = await demo('--dashboard', '0', '--json', '--faults', 'gap');

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('--dashboard shows one version and compares nothing: leave out --faults, --json\n');
  });

  it('refuses a port that is none', { timeout: MINUTE }, async () => {
    const { code, stderr } = await demo('--dashboard', '70000');

    expect(code).not.toBe(0);
    expect(stderr).toContain('65535');
  });
});

async function urlOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const data of child.stdout ?? []) {
    text += String(data);
    const url = /http:\S+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('the dashboard did not say where it is');
}

/** Reads an endless answer until it holds a text. */
async function textUntil(url: string, end: string): Promise<string> {
  const { body } = await fetch(url);
  let text = '';
  for await (const part of body ?? []) {
    text += Buffer.from(part).toString();
    if (text.includes(end)) break;
  }
  return text;
}

function demo(...args: readonly string[]): Promise<Outcome> {
  return start([MAIN, ...args]).outcome;
}

function start(
  args: readonly string[],
  { detached = false, env: own }: Pick<SpawnOptions, 'detached' | 'env'> = {},
): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  const env = { ...process.env, ...own };
  delete env['TICKWISE_DATA'];
  const child = spawn(process.execPath, args, { env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const outcome = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })); // as documented
  return { child, outcome };
}

/** Waits until the naive version has stored rows: the log of its database grows beyond that of empty tables. */
async function rowsAppear(target: string): Promise<void> {
  const log = join(target, 'naive.duckdb.wal');
  while (((await stat(log).catch(() => undefined))?.size ?? 0) < EMPTY_LOG) {
    // A process of its own, so that this one does not spin.
    await new Promise((resolve) => execFile('true', resolve));
  }
}

/** Waits for a process that the demo has started, and returns its id. */
async function childOf({ pid }: ChildProcess, program: string): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    for (const id of children.split(' ').filter((text) => text !== '')) {
      const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(program)) return Number(id);
    }
  }
}
