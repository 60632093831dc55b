import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectPostgres, shownUrl } from '../../../examples/trading-pipeline/database/postgres.js';
import { openDatabase } from '../../../examples/trading-pipeline/demo/version-database.js';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import { renderReport } from '../../../examples/trading-pipeline/report/table.js';
import { freePort } from '../../integration/servers/free-port.js';
import { usePostgres } from '../../integration/servers/use-postgres.js';
import { sampleReport } from '../report/sample-report.js';
import { playFaults } from './play-faults.js';

const MINUTE = 60_000;
/** Without the one that needs a server of reasoning texts. */
const KINDS = FAULT_KINDS.filter((kind) => kind !== 'reasoning-down');

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

  it('all faults together: one table, and no row of tickwise lost or doubled', { timeout: 3 * MINUTE }, async () => {
    const { report, faults } = await playFaults(KINDS, { database: server().url, seed: 2 });

    expect(report.lines.map(({ kind }) => kind)).toEqual(faults.map(({ kind }) => kind));
    expect(report.optimised).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
    expect(report.naive.booksLost).toBe(0);
    const text = renderReport({ ...sampleReport(), faults: report });
    for (const kind of KINDS) expect(text).toContain(`${kind} at `);
    expect(text).toContain('lost no row, doubled none, and gave up no book');
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
