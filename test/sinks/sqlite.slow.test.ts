import { join } from 'node:path';
import { BatchWriter } from 'tickwise/batch';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { sqliteSink, type SqliteSinkOptions } from 'tickwise/sinks/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFile } from '../../src/sinks/sqlite/open-file.js';
import { temporaryFolder } from '../stores/temporary-folder.js';
import { type Adapter, ADAPTERS, query } from './sqlite-adapters.js';

interface Row {
  readonly n: number;
  readonly symbol: string;
  readonly price: number | string;
}

const COLUMNS = { n: 'INTEGER', symbol: 'TEXT', price: 'REAL' } as const;

/** An open database in a folder of its own, closed after the test. */
async function openDatabase({ open }: Adapter) {
  const path = join(await temporaryFolder(), 'test.db');
  const database = open(path);
  onTestFinished(() => void database.close());
  return { path, database };
}

async function bench(
  adapter: Adapter,
  bad: number | string,
  options: Partial<SqliteSinkOptions>,
): Promise<SinkBench<Row>> {
  const { database } = await openDatabase(adapter);
  database.exec(
    'CREATE TABLE trades (n INTEGER UNIQUE, symbol TEXT NOT NULL, price REAL CHECK (price > 0), row_id TEXT UNIQUE)',
  );
  return {
    open: () => sqliteSink<Row>({ database, table: 'trades', columns: COLUMNS, ...options }),
    row: (n) => ({ n, symbol: `S'${n}"`, price: n + 0.1 }),
    badRow: (n) => ({ n, symbol: 'bad', price: bad }),
    stored: async () => query(database, 'SELECT n FROM trades ORDER BY rowid').map(({ n }) => Number(n)),
  };
}

it('tests at least one adapter', () => {
  expect(ADAPTERS.map(({ name }) => name)).toContain('node-sqlite3-wasm');
});

describe.each(ADAPTERS)('a SQLite sink over $name', (adapter) => {
  describe.each<{ readonly kind: string; readonly bad: number | string; readonly options: Partial<SqliteSinkOptions> }>(
    [
      { kind: 'rows that a CHECK refuses', bad: -1, options: {} },
      { kind: 'rows that do not fit', bad: 'sixty thousand', options: {} },
      { kind: 'identities', bad: -1, options: { idColumn: 'row_id' } },
      { kind: 'conflicts left out', bad: -1, options: { onConflict: 'ignore' } },
      { kind: 'conflicts updated', bad: -1, options: { onConflict: 'update', key: ['n'] } },
    ],
  )('and $kind', ({ bad, options }) => {
    it.each(sinkContract)('$title', async ({ run }) => {
      await expect(run(() => bench(adapter, bad, options))).resolves.toBeUndefined();
    });
  });

  it('keeps every value bit for bit', async () => {
    const { database } = await openDatabase(adapter);
    const columns = { real: 'REAL', whole: 'INTEGER', text: 'TEXT', bytes: 'BLOB' } as const;
    const sink = sqliteSink({ database, table: 'values', columns, createTable: true });
    const rows = [
      { real: 0.1 + 0.2, whole: 2n ** 63n - 1n, text: "'; DROP TABLE values; --", bytes: Uint8Array.of(0, 255) },
      { real: Infinity, whole: -(2n ** 63n), text: 'é\n💹', bytes: new Uint8Array() },
      { real: Number.MIN_VALUE, whole: true, text: '', bytes: new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4) },
      { real: null, whole: undefined, text: null, bytes: null },
    ];

    await expect(sink.write(rows)).resolves.toEqual({ rejected: [] });

    const found = query(
      database,
      'SELECT real, CAST(whole AS TEXT) AS whole, text, bytes FROM "values" ORDER BY rowid',
    );
    expect(found.map(({ real, whole, text }) => [real, whole, text])).toEqual([
      [0.1 + 0.2, '9223372036854775807', "'; DROP TABLE values; --"],
      [Infinity, '-9223372036854775808', 'é\n💹'],
      [Number.MIN_VALUE, '1', ''],
      [null, null, null],
    ]);
    expect(found.slice(0, 3).map(({ bytes }) => Array.from(bytes as Uint8Array))).toEqual([[0, 255], [], [1, 2, 3]]);
  });

  it('refuses what SQLite would store as something else', async () => {
    const { database } = await openDatabase(adapter);
    const columns = { real: 'REAL', whole: 'INTEGER', text: 'TEXT', bytes: 'BLOB' } as const;
    const sink = sqliteSink<object>({ database, table: 'strict', columns, createTable: true });
    const bad = [
      { real: NaN },
      { real: '1' },
      { real: 1n },
      { whole: 1.5 },
      { whole: 2 ** 53 },
      { whole: 2n ** 63n },
      { text: 1 },
      { text: '\ud800' },
      { text: 'a\0b' },
      { bytes: 'text' },
      { real: new Date(0) },
    ];

    const { rejected } = await sink.write([...bad, { real: 1 }]);

    expect(rejected.map(({ index }) => index)).toEqual(bad.map((_, index) => index));
    expect(rejected[0]?.error).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: "column 'real' (REAL) takes a number that is not NaN or null, got NaN",
    });
    expect(query(database, 'SELECT count(*) AS n FROM strict')).toEqual([{ n: 1 }]);
  });

  it('reports null in NOT NULL and a taken key, and stores nothing when a trigger ends the transaction', async () => {
    const { database } = await openDatabase(adapter);
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, price REAL NOT NULL)');
    const sink = sqliteSink<object>({ database, table: 't', columns: { n: 'INTEGER', price: 'REAL' } });

    const { rejected } = await sink.write([
      { n: 1, price: 1 },
      { n: 1, price: 2 },
      { n: 2, price: null },
      { n: 3, price: 3 },
    ]);
    database.exec(`CREATE TRIGGER stop BEFORE INSERT ON t WHEN NEW.n = 12
      BEGIN SELECT RAISE(ROLLBACK, 'constraint failed by the trigger'); END`);
    const refused = sink.write([10, 11, 12, 13].map((n) => ({ n, price: n })));

    await expect(refused).rejects.toThrow('constraint failed by the trigger');
    expect(rejected.map(({ index }) => index)).toEqual([1, 2]);
    expect(query(database, 'SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('tells rows left out from rows stored', async () => {
    const { database } = await openDatabase(adapter);
    const options = { database, table: 't', columns: { n: 'INTEGER' }, createTable: true, idColumn: 'id' } as const;
    const sink = sqliteSink<{ n: number }>(options);

    await sink.write([{ n: 1 }, { n: 2 }], { ids: ['a', 'b'] });
    await sink.write([{ n: 2 }, { n: 3 }], { ids: ['b', 'c'] });
    const withoutIds = sink.write([{ n: 1 }]);

    await expect(withoutIds).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(sink.stats()).toMatchObject({ transactions: 2, rows: 3, skipped: 1, rejected: 0, failures: 1 });
  });

  it('says which table or column is missing, and looks again', async () => {
    const { database } = await openDatabase(adapter);
    const sink = sqliteSink<{ n: number; m: number }>({ database, table: 't', columns: { n: 'INTEGER', m: 'REAL' } });

    await expect(sink.open()).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining("'t'") });
    database.exec('CREATE TABLE t (n INTEGER)');
    await expect(sink.open()).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining("'m'") });
    database.exec('ALTER TABLE t ADD COLUMN m REAL');

    await expect(sink.write([{ n: 1, m: 2 }])).resolves.toEqual({ rejected: [] });
  });

  it('waits for another writer, and loses nothing', async () => {
    const { path, database } = await openDatabase(adapter);
    database.exec('CREATE TABLE t (n INTEGER)');
    // node-sqlite3-wasm locks a file by a folder beside it, from the first write on.
    const other = adapter.open(path);
    other.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (0)');
    let tell: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => (tell = resolve));
    const sink = sqliteSink<{ n: number }>({ database, table: 't', columns: { n: 'INTEGER' } });
    const writer = new BatchWriter({ sink, retry: { attempts: 1, minDelay: 1, maxDelay: 1 }, onError: () => tell() });
    writer.add({ n: 1 });
    const flushed = writer.flush();

    await failed;
    other.exec('COMMIT');
    other.close();
    await flushed;

    expect(query(database, 'SELECT n FROM t ORDER BY n')).toEqual([{ n: 0 }, { n: 1 }]);
    expect(writer.stats()).toMatchObject({ written: 1, deadLettered: 0 });
  });
});

describe('a SQLite sink with a path', () => {
  it('opens the file, stores, and lets others read and write it afterwards', async () => {
    const path = join(await temporaryFolder(), 'own.db');
    const options = { path, table: 't', columns: { n: 'INTEGER' }, createTable: true, durability: 'normal' } as const;
    const sink = sqliteSink<{ n: number }>(options);

    await sink.write([{ n: 1 }, { n: 2 }]);
    await sink.close();
    await sink.close();

    const database = await openFile(path);
    expect(query(database, 'SELECT n FROM t')).toEqual([{ n: 1 }, { n: 2 }]);
    database.close();
    expect(sink.stats().journalMode).toMatch(/wal|delete/);
    await expect(sink.write([{ n: 3 }])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('says what to install when there is nothing to open a file with', async () => {
    const drivers = ['one', 'two'].map((name) => ({ name, load: () => Promise.reject(new Error(`no ${name}`)) }));

    await expect(openFile('x.db', drivers)).rejects.toMatchObject({
      code: 'ERR_PEER_MISSING',
      message: expect.stringContaining('npm install node-sqlite3-wasm'),
    });
  });

  it('fails with the reason when the file cannot be opened', async () => {
    const sink = sqliteSink({
      path: join(await temporaryFolder(), 'none', 'x.db'),
      table: 't',
      columns: { n: 'REAL' },
    });

    await expect(sink.open()).rejects.toBeInstanceOf(Error);
  });
});

describe('sqliteSink', () => {
  const columns = { n: 'INTEGER' } as const;
  const database = { exec: () => undefined, prepare: () => ({}), close: () => undefined };

  it.each<readonly [string, object, string]>([
    ['neither path nor database', {}, 'exactly one of path and database'],
    ['both', { path: 'x', database }, 'exactly one of path and database'],
    ['a database that is none', { database: {} }, 'database must be an open database'],
    ['durability of a database', { database, durability: 'full' }, 'durability goes together with path'],
    ['update without key', { path: 'x', onConflict: 'update' }, "'update' needs key"],
    ['key without onConflict', { path: 'x', key: ['n'] }, 'key goes together'],
    ['identities and conflicts', { path: 'x', onConflict: 'ignore', idColumn: 'id' }, 'exclude each other'],
    ['identities in a written column', { path: 'x', idColumn: 'n' }, 'must not be one of columns'],
    ['an unknown type', { path: 'x', columns: { n: 'DATE' } }, 'columns.n must be one of'],
    ['two spellings of a column', { path: 'x', columns: { n: 'REAL', N: 'REAL' } }, 'twice'],
    ['no columns', { path: 'x', columns: {} }, 'columns must be'],
    ['an unknown option', { path: 'x', batchSize: 5 }, 'unknown option'],
  ])('refuses %s', (_, options, message) => {
    expect(() => sqliteSink({ table: 't', columns, ...options })).toThrow(message);
  });
});
