import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NO_REASON } from '../../../examples/trading-pipeline/bot/question.js';
import { connectPostgres, shownUrl } from '../../../examples/trading-pipeline/database/postgres.js';
import { openDatabase, type Version } from '../../../examples/trading-pipeline/demo/version-database.js';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import type { FaultReport } from '../../../examples/trading-pipeline/report/fault-report.js';
import { keyOf } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { renderReport } from '../../../examples/trading-pipeline/report/table.js';
import { freePort } from '../../integration/servers/free-port.js';
import { usePostgres } from '../../integration/servers/use-postgres.js';
import { sampleReport } from '../report/sample-report.js';
import { type PlayedFaults, playFaults } from './play-faults.js';

const MINUTE = 60_000;

describe('with a Postgres', () => {
  const server = usePostgres();

  it('a killed database costs the usual way rows, and tickwise none', { timeout: 3 * MINUTE }, async () => {
    const { report } = await playFaults(['kill-database'], { database: server().url });

    expect(report.optimised).toMatchObject({ rowsLost: 0, rowsDoubled: 0 });
    expect(report.naive.rowsLost).toBeGreaterThan(0);
    expect(report.naive.rowsDoubled).toBeGreaterThan(0);
    expect(report.naive.failures).toBeGreaterThan(0);
    expect(report.optimised.failures).toBeGreaterThan(0);
  });

  it('all eight faults: one table, and no row of tickwise lost or doubled', { timeout: 4 * MINUTE }, async () => {
    const counted: Partial<Record<Version, Counted>> = {};
    const played = await playFaults(FAULT_KINDS, {
      database: server().url,
      services: true,
      seed: 2,
      inspect: async (version, database) => void (counted[version] = await countOutside(server().pool, database)),
    });
    const { report, faults, optimised, naive } = played;

    const { signals, decisions, bookRows } = optimised.result;
    expect(counted.optimised?.doubled).toEqual([]);
    expect(counted.optimised?.keys).toEqual(
      [...signals, ...decisions, ...bookRows].map((row) => keyOf(row)).toSorted(),
    );
    expect(counted.naive?.doubled.length).toBe(report.naive.rowsDoubled);
    expect(report.naive.rowsLost).toBeGreaterThan(0);
    expect(report.naive.rowsDoubled).toBeGreaterThan(0);
    expect(report.optimised).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
    expect(faults.map(({ kind }) => kind).toSorted()).toEqual(FAULT_KINDS.toSorted());
    expectServed(played);
    for (const { asked } of [naive, optimised]) expect(asked?.completions.refused).toBeGreaterThan(0);
    expectTable(renderReport({ ...sampleReport(), faults: report }), report);
  });

  it('the schema of a version goes when it is closed', { timeout: MINUTE }, async () => {
    const { url, pool } = server();
    const schemas = async (): Promise<number> => {
      const text = "SELECT 1 FROM information_schema.schemata WHERE schema_name LIKE 'tickwise_naive_%'";
      return (await pool.query(text)).rows.length;
    };
    const folder = await mkdtemp(join(tmpdir(), 'tickwise-faults-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));

    const before = await schemas();
    const database = await openDatabase('naive', { database: url, keep: undefined }, folder, []);
    const during = await schemas();
    await database.close();

    expect(during).toBe(before + 1);
    expect(await schemas()).toBe(before);
  });
});

describe('a Postgres that cannot be reached', () => {
  it('is named in one sentence, without the password', async () => {
    const url = `postgres://trader:secret-word@127.0.0.1:${await freePort()}/rows?application_name=hidden`;

    const failure = await connectPostgres(url).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(Error);
    const { message } = failure as Error;
    expect(message).toMatch(/^cannot use the database at postgres:\/\/127\.0\.0\.1:\d+\/rows: .*ECONNREFUSED/);
    expect(message).not.toContain('secret-word');
    expect(message).not.toContain('\n');
    expect(shownUrl(url)).not.toMatch(/trader|secret-word|hidden/);
  });
});

describe('with a DuckDB', () => {
  it('a slow database loses and doubles nothing', { timeout: 2 * MINUTE }, async () => {
    const { report } = await playFaults(['slow-database'], { models: '1' });

    for (const version of [report.naive, report.optimised]) {
      expect(version).toMatchObject({ rowsLost: 0, rowsDoubled: 0, signalsMissing: 0, signalsOnWrongPrice: 0 });
    }
  });
});

/** What somebody else finds in a database. */
interface Counted {
  /** Names of all rows, each once, sorted. */
  readonly keys: readonly string[];
  /** Names of those that are there more than once. */
  readonly doubled: readonly string[];
}

/** Counts the rows of a version's schema over a connection that no bot knows of. */
async function countOutside(pool: Pool, database: string): Promise<Counted> {
  const schema = /search_path=(\w+)/.exec(decodeURIComponent(database))?.[1] ?? expect.fail(`no schema in ${database}`);
  const names = { signals: 'ts, symbol, model', decisions: 'ts, symbol', books: 'ts, symbol' };
  const counted = await Promise.all(
    Object.entries(names).map(([table, columns]) =>
      pool.query<{ times: string }>(`SELECT ${columns}, count(*) AS times FROM ${schema}.${table} GROUP BY ${columns}`),
    ),
  );
  const rows = counted.flatMap((result) => result.rows);
  return {
    keys: rows.map(keyOf).toSorted(),
    doubled: rows.filter(({ times }) => Number(times) > 1).map(keyOf),
  };
}

/** Demands that each alert came once, and that tickwise says which trades nobody explained. */
function expectServed({ naive, optimised, report }: PlayedFaults): void {
  for (const { result, asked } of [naive, optimised]) {
    const sent = asked?.sent.flatMap(({ text }) => text.split('\n\n')) ?? [];
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.toSorted()).toEqual(result.told?.alerts.toSorted());
  }
  const unexplained = optimised.result.told?.reasons.filter(({ text }) => text === NO_REASON) ?? [];
  expect(report.optimised.unexplained).toBe(unexplained.length);
  expect(unexplained.length).toBeGreaterThan(0);
}

/** Demands a line for each fault and version with rows lost and doubled, the delay, and for how long it said stale. */
function expectTable(text: string, { lines }: FaultReport): void {
  const cells = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
  for (const kind of FAULT_KINDS) {
    const own = cells.filter(([, name = '']) => name.startsWith(`${kind} at `));
    expect(own.map(([, , version]) => version)).toEqual(['usual way', 'tickwise']);
    for (const [, , , lost, doubled, delayed, stale] of own) {
      expect([lost, doubled].join()).toMatch(/^[\d,]+$/);
      expect([delayed, stale].join()).toMatch(/^[\d.]+ s,[\d.]+ s$/);
    }
  }
  const stale = lines.filter(({ optimised }) => optimised.staleMs > 0).map(({ kind }) => kind);
  expect(stale).toEqual(expect.arrayContaining(['disconnect', 'silence', 'gap', '429']));
  expect(text).toContain('lost no row, doubled none, and gave up no book');
}
