import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { BatchWriter } from 'tickwise/batch';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { ArgumentError, ConfigError } from 'tickwise/core';
import { type DuckDbColumnType, duckdbSink, type DuckDbSinkOptions } from 'tickwise/sinks/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Row {
  readonly n: number;
  readonly price: number | string;
}

const columns: Readonly<Record<string, DuckDbColumnType>> = { n: 'INTEGER', price: 'DOUBLE' };

let instance: DuckDBInstance;
let connection: DuckDBConnection;
let tables = 0;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function valuesOf(sql: string): Promise<unknown[]> {
  return (await connection.runAndReadAll(sql)).getRows().map(([value]) => value);
}

function newSink(options: Partial<DuckDbSinkOptions> = {}) {
  const table = `identity_${tables++}`;
  const sink = duckdbSink<Row>({ connection, table, columns, idColumn: 'id', createTable: true, ...options });
  return { table, sink };
}

function rows(from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, index) => ({ n: from + index, price: from + index + 0.5 }));
}

const idsOf = (batch: readonly Row[]): string[] => batch.map(({ n }) => `run-${n}`);

async function bench(bad: number | string): Promise<SinkBench<Row>> {
  const table = `identity_${tables++}`;
  await connection.run(
    `CREATE TABLE ${table} (n INTEGER, price DOUBLE CHECK (price > 0), id VARCHAR UNIQUE, note VARCHAR DEFAULT 'none')`,
  );
  return {
    open: () => duckdbSink<Row>({ connection, table, columns, idColumn: 'id' }),
    row: (n) => ({ n, price: n + 0.1 }),
    badRow: (n) => ({ n, price: bad }),
    stored: async () => (await valuesOf(`SELECT n FROM ${table} ORDER BY n`)).map(Number),
  };
}

describe.each([
  ['that does not fit', 'sixty thousand'],
  ['that a constraint refuses', -1],
])('a DuckDB sink with identities and a row %s', (_, bad) => {
  it.each(sinkContract)('$title', async ({ run }) => {
    await expect(run(() => bench(bad))).resolves.toBeUndefined();
  });
});

describe('duckdbSink with idColumn', () => {
  it('says that it is idempotent, and without idColumn that it is not', () => {
    expect(newSink().sink.isIdempotent).toBe(true);
    expect(duckdbSink({ connection, table: 't', columns }).isIdempotent).toBe(false);
  });

  it('stores only the new rows of a batch that overlaps an earlier one, and counts the others', async () => {
    const { table, sink } = newSink();
    await sink.write(rows(0, 500), { ids: idsOf(rows(0, 500)) });

    await sink.write(rows(250, 750), { ids: idsOf(rows(250, 750)) });

    expect(await valuesOf(`SELECT n FROM ${table} ORDER BY n`)).toEqual(Array.from({ length: 750 }, (_, n) => n));
    expect(sink.stats()).toMatchObject({ rows: 750, skipped: 250, rejected: 0, failures: 0 });
  });

  it('stores an identity once that a batch has twice', async () => {
    const { table, sink } = newSink();

    await sink.write([...rows(1, 3), { n: 9, price: 9 }], { ids: ['a', 'b', 'a'] });

    expect(await valuesOf(`SELECT id FROM ${table} ORDER BY id`)).toEqual(['a', 'b']);
  });

  it('stores none of a batch that a constraint refuses, and the same rows once they fit', async () => {
    const table = `identity_${tables++}`;
    await connection.run(`CREATE TABLE ${table} (n INTEGER UNIQUE, price DOUBLE, id VARCHAR PRIMARY KEY)`);
    const sink = duckdbSink<Row>({ connection, table, columns, idColumn: 'id' });

    const refused = sink.write([...rows(0, 3), { n: 0, price: 1 }], { ids: ['a', 'b', 'c', 'd'] });

    await expect(refused).rejects.toThrow(ArgumentError);
    expect(await valuesOf(`SELECT count(*)::INTEGER FROM ${table}`)).toEqual([0]);
    await sink.write(rows(0, 3), { ids: ['a', 'b', 'c'] });
    expect(await valuesOf(`SELECT n FROM ${table} ORDER BY n`)).toEqual([0, 1, 2]);
  });

  it('leaves columns that only the table has to their default', async () => {
    const table = `identity_${tables++}`;
    await connection.run(`CREATE TABLE ${table} (id VARCHAR UNIQUE, note VARCHAR DEFAULT 'none', n INTEGER)`);
    const sink = duckdbSink<Pick<Row, 'n'>>({ connection, table, columns: { n: 'INTEGER' }, idColumn: 'id' });

    await sink.write([{ n: 1 }], { ids: ['a'] });

    expect(await valuesOf(`SELECT concat(id, note, n) FROM ${table}`)).toEqual(['anone1']);
  });

  it('quotes whatever names there are', async () => {
    const table = `identity " ; DROP TABLE x; -- ${tables++}`;
    const sink = duckdbSink({ connection, table, columns: { 'n"': 'INTEGER' }, idColumn: 'i"d', createTable: true });

    await sink.write([{ 'n"': 7 }], { ids: ['a'] });

    expect(await valuesOf(`SELECT "n""" FROM "${table.replaceAll('"', '""')}"`)).toEqual([7]);
  });

  it('leaves no temporary table behind in a connection of the caller', async () => {
    const own = await instance.connect();
    const { sink } = newSink({ connection: own });
    const temporary = async (): Promise<number> =>
      (await own.runAndReadAll('SELECT table_name FROM duckdb_tables() WHERE temporary')).currentRowCount;
    await sink.write(rows(0, 5), { ids: idsOf(rows(0, 5)) });
    expect(await temporary()).toBe(1);

    await sink.close();

    expect(await temporary()).toBe(0);
    own.closeSync();
  });

  it('refuses a write without identities', async () => {
    const { sink } = newSink();

    await expect(sink.write(rows(0, 1))).rejects.toThrow(/needs context\.ids/);
  });

  it.each([
    ['no unique index is on it', '(n INTEGER, price DOUBLE, id VARCHAR)', /needs a unique index on 'id'/],
    ['it has another type', '(n INTEGER, price DOUBLE, id INTEGER UNIQUE)', /column 'id' .* must be VARCHAR/],
    ['the table lacks it', '(n INTEGER, price DOUBLE)', /column 'id' .* does not exist/],
  ])('refuses to open when %s', async (_, definition, message) => {
    const table = `identity_${tables++}`;
    await connection.run(`CREATE TABLE ${table} ${definition}`);
    const sink = duckdbSink({ connection, table, columns, idColumn: 'id' });

    await expect(sink.open()).rejects.toThrow(message);
    await expect(sink.open()).rejects.toThrow(ConfigError);
  });

  it.each(['', '__proto__', 'n', 'N', 7])('refuses %j as its name', (idColumn) => {
    expect(() => newSink({ idColumn: idColumn as string })).toThrow(ConfigError);
  });

  it('finds in a file opened again which rows were stored before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-duckdb-identity-'));
    const path = join(folder, 'trades.db');
    const options = { path, table: 'trades', columns, idColumn: 'id', createTable: true };
    const first = duckdbSink<Row>(options);
    await first.write(rows(0, 100), { ids: idsOf(rows(0, 100)) });
    await first.close();

    const second = duckdbSink<Row>(options);
    await second.write(rows(0, 120), { ids: idsOf(rows(0, 120)) });

    expect(second.stats()).toMatchObject({ rows: 20, skipped: 100 });
    await second.close();
    rmSync(folder, { recursive: true });
  });

  it('stores rows once whose reply is lost and which a journal sends again in the next run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-duckdb-replay-'));
    const journal = { directory: join(folder, 'journal') };
    const options = { path: join(folder, 'trades.db'), table: 'trades', columns, idColumn: 'id', createTable: true };
    const first = duckdbSink<Row>(options);
    let stored = (): void => undefined;
    const hasStored = new Promise<void>((resolve) => (stored = resolve));
    const deaf = new BatchWriter<Row>({
      async sink(batch, context) {
        await first.write(batch, context);
        stored();
        return new Promise(() => undefined);
      },
      journal,
      closeTimeout: 0,
      onError: () => undefined,
    });
    for (const row of rows(0, 500)) deaf.add(row);
    await hasStored;
    await expect(deaf.close()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await first.close();

    const second = duckdbSink<Row>(options);
    const heir = new BatchWriter<Row>({ sink: second, journal });
    for (const row of rows(500, 600)) heir.add(row);
    await heir.flush();

    expect(second.stats()).toMatchObject({ rows: 100, skipped: 500 });
    await heir.close();
    rmSync(folder, { recursive: true });
  });
});
