import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import { makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { openDatabase } from '../../../examples/trading-pipeline/demo/version-database.js';
import type { Fault } from '../../../examples/trading-pipeline/faults/fault.js';
import { runOptimised } from '../../../examples/trading-pipeline/optimised/run.js';
import { keyOf, openRows } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { VenueServer } from '../../../examples/trading-pipeline/venue/index.js';
import { modelProgram } from '../../examples/pipeline/model-program.js';
import { usePostgres } from '../servers/use-postgres.js';

const MINUTE = 60_000;
const MAIN = 'build/examples/trading-pipeline/main.js';
const STRUCK: Fault = { kind: 'kill-database', from: 0, to: Infinity, symbol: '' };
/** Milliseconds of market time at which the database goes and the bot is stopped: signals have come for seconds then. */
const DOWN_AFTER = 33_000;
const STOPPED_AFTER = 35_000;

const server = usePostgres();

it.each([0, 2])(
  'a bot that is stopped while its database is away stores every row that it has decided (%i workers)',
  { timeout: 2 * MINUTE },
  async (count) => {
    const recording = synthesiseRecording({ seed: 5, duration: 60_000, symbols: ['BTCUSDT', 'ETHUSDT'] });
    const folder = await mkdtemp(join(tmpdir(), 'tickwise-stopped-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const common = makeJob(recording, { ...readCommandLine([], {}), models: '2' });
    const database = await openDatabase('optimised', { database: server().url, keep: undefined }, folder, [STRUCK]);
    onTestFinished(() => database.close());
    const venue = await VenueServer.listen({ recording, bar: common.bar, speed: 'max' });
    onTestFinished(() => venue.close());
    const { address, journal = '' } = database;
    const workers = count === 0 ? undefined : { count, program: await modelProgram(folder) };
    const job: BotJob = { ...common, port: venue.port, database: address, journal, workers, result: '' };
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    let storedThen: Promise<string[]> | undefined;
    const { signals, decisions, bookRows } = await runOptimised(job, {
      ready: () => venue.start(),
      reached: (at) => {
        if (at === common.start + DOWN_AFTER) database.proxy?.become('down');
        if (at !== common.start + STOPPED_AFTER) return;
        storedThen = keysIn(database.readable).finally(() => {
          stop();
          database.proxy?.become('up');
        });
      },
      stopped,
    });

    const decided = [...signals, ...decisions, ...bookRows].map(keyOf).toSorted();
    const before = (await storedThen) ?? expect.fail('it was not stopped');
    expect(before.length).toBeGreaterThan(100);
    expect(before.length).toBeLessThan(decided.length - 40);
    expect(signals.at(-1)?.ts).toBeLessThan(recording.end);
    expect(await keysIn(database.readable)).toEqual(decided);
  },
);

it('Ctrl-C in the demo loses nothing that was decided, and says so', { timeout: 3 * MINUTE }, async () => {
  const { url, pool } = server();
  // Builds what the demo needs.
  await once(spawn(process.execPath, ['scripts/run.mjs', 'demo', '--help'], { stdio: 'ignore' }), 'close');
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-ctrl-c-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const args = ['--symbols', '2', '--models', '2', '--speed', '15', '--database', url, '--keep', folder];
  // A group of its own, all of which gets the signal, as from a terminal.
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const closed = once(child, 'close');

  const optimised = await schemaWithRows(pool, 'optimised');
  if (child.pid === undefined) expect.fail('the demo has no process');
  process.kill(-child.pid, 'SIGINT');
  const [code] = (await closed) as [number | null]; // the event's documented arguments

  const naive = await schemaWithRows(pool, 'naive');
  onTestFinished(async () => void (await pool.query(`DROP SCHEMA ${naive} CASCADE; DROP SCHEMA ${optimised} CASCADE`)));
  expect(code).toBe(130);
  expect(stdout).toBe('');
  expect(stderr).toContain('Stopped. Rows written so far are stored.');
  expect(stderr).not.toContain('    at ');
  for (const table of ['signals', 'decisions']) {
    const [whole, part] = [await keysOf(pool, naive, table), await keysOf(pool, optimised, table)];
    expect(part.length).toBeGreaterThan(0);
    expect(part.length).toBeLessThan(whole.length);
    // Everything up to the last boundary that was decided, with no hole and nothing twice.
    expect(part).toEqual(whole.slice(0, part.length));
  }
});

async function keysIn(database: string): Promise<string[]> {
  const rows = await openRows(database);
  const tables = await Promise.all((['signals', 'decisions', 'books'] as const).map((table) => rows.read(table)));
  return tables.flat().map(keyOf).toSorted();
}

/** Waits for a version's schema with signals in it, and answers its name. */
async function schemaWithRows(pool: Pool, version: string): Promise<string> {
  for (;;) {
    const text = `SELECT schemaname AS name FROM pg_tables WHERE tablename = 'signals' AND schemaname LIKE $1`;
    const { rows } = await pool.query<{ name: string }>(text, [`tickwise\\_${version}\\_%`]);
    for (const { name } of rows) {
      const { rowCount } = await pool.query(`SELECT 1 FROM ${name}.signals LIMIT 1`);
      if (rowCount === 1) return name;
    }
  }
}

/** Names of the rows of a table in the order of their boundaries. */
async function keysOf(pool: Pool, schema: string, table: string): Promise<string[]> {
  const order = table === 'signals' ? 'ts, symbol, model' : 'ts, symbol';
  const { rows } = await pool.query<object>(`SELECT ${order} FROM ${schema}.${table} ORDER BY ${order}`);
  return rows.map(keyOf);
}
