import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { ArgumentError, ConfigError, PeerMissingError } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { type DuckDbColumnType, duckdbSink, type DuckDbSinkOptions } from 'tickwise/sinks/duckdb';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quoteIdentifier } from '../../src/sinks/row/identifier.js';
import { importDuckDb } from '../../src/sinks/duckdb/peer.js';

const directory = mkdtempSync(join(tmpdir(), 'tickwise-duckdb-'));
let files = 0;
const newFile = (): string => join(directory, `${files++}.db`);

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});

afterEach(() => {
  connection.closeSync();
  instance.closeSync();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function query(sql: string, on = connection): Promise<unknown[][]> {
  return (await on.runAndReadAll(sql)).getRows();
}

/** Reads a database file through an instance of its own, after all sinks on it are closed. */
async function queryFile(path: string, sql: string): Promise<unknown[][]> {
  const reader = await DuckDBInstance.fromCache(path);
  const own = await reader.connect();
  try {
    return await query(sql, own);
  } finally {
    own.closeSync();
    reader.closeSync();
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const allColumns = {
  d: 'DOUBLE',
  big: 'BIGINT',
  small: 'INTEGER',
  text: 'VARCHAR',
  flag: 'BOOLEAN',
  at: 'TIMESTAMP',
} as const satisfies Record<string, DuckDbColumnType>;

describe('values', () => {
  it('come back exactly as they went in', async () => {
    const sink = duckdbSink({ connection, table: 't', columns: allColumns, createTable: true });
    const rows = [
      { d: -0, big: 2n ** 63n - 1n, small: 2 ** 31 - 1, text: '', flag: true, at: 0 },
      { d: Number.NaN, big: -(2n ** 63n), small: -(2 ** 31), text: 'a\0b', flag: false, at: -1 },
      { d: Infinity, big: Number.MAX_SAFE_INTEGER, small: 0, text: '😀é"\'\\', flag: null, at: 1_723_100_000_000.123 },
      { d: -Infinity, big: -1, small: -1, text: '__proto__', flag: null, at: 8.64e15 },
      { d: 5e-324, big: 0, small: 1, text: 'x'.repeat(100_000), flag: true, at: -8.64e15 },
      { d: null, big: null, small: null, text: null, flag: null, at: null },
    ];

    await sink.write(rows);

    const found = await query('SELECT d, big, small, text, flag, epoch_us("at") FROM t');
    expect(found.map(([d]) => d)).toEqual(rows.map(({ d }) => d));
    expect(Object.is(found[0]?.[0], -0)).toBe(true);
    expect(found.map(([, big]) => big)).toEqual(rows.map(({ big }) => (big === null ? null : BigInt(big))));
    expect(found.map(([, , small]) => small)).toEqual(rows.map(({ small }) => small));
    expect(found.map(([, , , text]) => text)).toEqual(rows.map(({ text }) => text));
    expect(found.map(([, , , , flag]) => flag)).toEqual(rows.map(({ flag }) => flag));
    expect(found.map((row) => row[5])).toEqual([
      0n,
      -1_000n,
      1_723_100_000_000_123n,
      8_640_000_000_000_000_000n,
      -8_640_000_000_000_000_000n,
      null,
    ]);
  });

  it('of any double keep every bit', async () => {
    const sink = duckdbSink({ connection, table: 't', columns: { d: 'DOUBLE', i: 'INTEGER' }, createTable: true });
    const doubles = fc.sample(fc.double(), 500);

    await sink.write(doubles.map((d, i) => ({ d, i })));

    const found = (await query('SELECT d FROM t ORDER BY i')).map(([d]) => d);
    expect(found.every((d, index) => Object.is(d, doubles[index]))).toBe(true);
    expect(found).toHaveLength(500);
  });

  it('of any well-formed string come back', async () => {
    const sink = duckdbSink({ connection, table: 't', columns: { s: 'VARCHAR', i: 'INTEGER' }, createTable: true });
    const unit = fc.constantFrom(
      'a',
      ' ',
      '\0',
      '"',
      "'",
      '\\',
      '\n',
      'é',
      '中',
      '😀',
      '\u{10FFFF}',
      '\uFEFF',
      '\u202E',
    );
    const strings = fc.sample(fc.string({ unit }), 200);

    const { rejected } = await sink.write(strings.map((s, i) => ({ s, i })));

    expect(rejected).toEqual([]);
    // Compared as bytes: the driver drops a byte order mark when it reads.
    const bytes = await query('SELECT hex(encode(s)) FROM t ORDER BY i');
    expect(bytes.flat()).toEqual(strings.map((s) => Buffer.from(s).toString('hex').toUpperCase()));
  });

  it('that are missing become NULL', async () => {
    const columns = { a: 'DOUBLE', constructor: 'VARCHAR', toString: 'VARCHAR' } as const;
    const sink = duckdbSink<object>({ connection, table: 't', columns, createTable: true });

    await sink.write([{}, { a: undefined, constructor: 'mine' }]);

    expect(await query('SELECT * FROM t')).toEqual([
      [null, null, null],
      [null, 'mine', null],
    ]);
  });

  it('may come from getters of a class', async () => {
    class Tick {
      readonly #price: number;

      constructor(price: number) {
        this.#price = price;
      }

      get price(): number {
        return this.#price;
      }
    }
    const sink = duckdbSink<Tick>({ connection, table: 't', columns: { price: 'DOUBLE' }, createTable: true });

    await sink.write([new Tick(1.5)]);

    expect(await query('SELECT price FROM t')).toEqual([[1.5]]);
  });
});

describe('open', () => {
  it('makes the table before the first row, once', async () => {
    const sink = duckdbSink<{ d: number }>({ connection, table: 't', columns: { d: 'DOUBLE' }, createTable: true });

    await sink.open();
    const { statements } = sink.stats();
    await sink.open();
    await sink.write([{ d: 1 }]);

    expect(await query('SELECT d FROM t')).toEqual([[1]]);
    expect(sink.stats().statements).toBe(statements + 1);
  });

  it('rejects when the database cannot be opened, and a later write tries again', async () => {
    const sink = duckdbSink<{ d: number }>({
      path: join(directory, 'no', 'such', 'x.db'),
      table: 't',
      columns: { d: 'DOUBLE' },
    });

    await expect(sink.open()).rejects.toThrow(/x\.db/);
    await expect(sink.write([{ d: 1 }])).rejects.toThrow(/x\.db/);
    await sink.close();
  });

  it('rejects when the table is missing and may not be made', async () => {
    const sink = duckdbSink<{ d: number }>({ connection, table: 'absent', columns: { d: 'DOUBLE' } });

    await expect(sink.open()).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  it('is refused after close', async () => {
    const sink = duckdbSink<{ d: number }>({ connection, table: 't', columns: { d: 'DOUBLE' }, createTable: true });
    await sink.close();

    await expect(sink.open()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('a row that does not fit', () => {
  const bad: [DuckDbColumnType, unknown[]][] = [
    ['DOUBLE', ['1', 1n, true, {}, [], new Date()]],
    ['BIGINT', [1.5, Number.NaN, Infinity, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n, '1', true]],
    ['INTEGER', [1.5, Number.NaN, 2 ** 31, -(2 ** 31) - 1, 1n, '1', false]],
    ['VARCHAR', [1, true, {}, Symbol('s'), 'a\uD800b', '\uDC00']],
    ['BOOLEAN', [0, 1, 'true', 1n]],
    ['TIMESTAMP', [Number.NaN, Infinity, 8.64e15 + 2, '2024-01-01', 1n, new Date(0)]],
  ];

  it.each(bad)('of a %s column is reported by its index, and the others are stored', async (type, values) => {
    const sink = duckdbSink<object>({ connection, table: 't', columns: { v: type, i: 'INTEGER' }, createTable: true });
    const rows = values.flatMap((v, i) => [
      { v, i },
      { v: null, i: i + 100 },
    ]);

    const { rejected } = await sink.write(rows);

    expect(rejected.map(({ index }) => index)).toEqual(values.map((_, i) => i * 2));
    for (const { error } of rejected) {
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toContain(`column 'v' (${type}) takes `);
    }
    expect(await query('SELECT count(*)::INTEGER FROM t')).toEqual([[values.length]]);
    expect(sink.stats()).toMatchObject({ rows: values.length, rejected: values.length });
  });

  it.each([null, undefined, 5, 'row', Symbol('row')])('because it is %s is reported', async (row) => {
    const sink = duckdbSink<object>({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });

    const { rejected } = await sink.write([{ a: 1 }, row as unknown as object, { a: 2 }]);

    expect(rejected.map(({ index }) => index)).toEqual([1]);
    expect(await query('SELECT a FROM t ORDER BY a')).toEqual([[1], [2]]);
  });

  it('because a getter throws is reported', async () => {
    const sink = duckdbSink<object>({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });
    const error = new Error('a getter');
    const row = {
      get a(): number {
        throw error;
      },
    };

    const { rejected } = await sink.write([row, { a: 1 }]);

    expect(rejected).toEqual([{ index: 0, error }]);
    expect(await query('SELECT a FROM t')).toEqual([[1]]);
  });

  it('costs no statement when no other is left', async () => {
    const sink = duckdbSink<object>({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });
    await sink.write([{ a: 1 }]);
    const { statements } = sink.stats();

    await sink.write([{ a: 'x' }]);
    await sink.write([]);

    expect(sink.stats().statements).toBe(statements);
  });
});

describe('a constraint', () => {
  const columns = { id: 'BIGINT', price: 'DOUBLE' } as const;

  it('that refuses one row leaves nothing of the write, and the next write works', async () => {
    await connection.run('CREATE TABLE t (id BIGINT PRIMARY KEY, price DOUBLE NOT NULL CHECK (price > 0))');
    const sink = duckdbSink({ connection, table: 't', columns });
    const rows = range(500).map((id) => ({ id, price: id === 250 ? -1 : 1 }));

    await expect(sink.write(rows)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const after = await query('SELECT count(*)::INTEGER FROM t');
    await sink.write(rows.filter(({ id }) => id !== 250));

    expect(after).toEqual([[0]]);
    expect(await query('SELECT count(*)::INTEGER FROM t')).toEqual([[499]]);
    expect(sink.stats()).toMatchObject({ rows: 499, failures: 1, rejected: 0 });
  });

  it.each([
    ['PRIMARY KEY', { id: 1, price: 1 }],
    ['NOT NULL', { id: 2, price: null }],
    ['CHECK', { id: 3, price: -1 }],
  ])('of kind %s is a permanent error with its cause', async (_, row) => {
    await connection.run('CREATE TABLE t (id BIGINT PRIMARY KEY, price DOUBLE NOT NULL CHECK (price > 0))');
    const sink = duckdbSink({ connection, table: 't', columns });
    await sink.write([{ id: 1, price: 5 }]);

    const error: unknown = await sink.write([row]).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(await query('SELECT count(*)::INTEGER FROM t')).toEqual([[1]]);
  });

  it('that row 250 of 500 violates leaves 499 stored and exactly that row dead-lettered with the cause', async () => {
    await connection.run('CREATE TABLE t (id BIGINT, price DOUBLE CHECK (price > 0))');
    const sink = duckdbSink<{ id: number; price: number }>({ connection, table: 't', columns });
    const dead: [{ id: number }, unknown][] = [];
    const writer = new BatchWriter({
      sink,
      deadLetter: (row: { id: number; price: number }, error) => dead.push([row, error]),
    });

    for (const id of range(500)) writer.add({ id, price: id === 250 ? -1 : 1 });
    await writer.flush();
    const { statements } = sink.stats();
    await writer.close();

    expect(await query('SELECT count(*)::INTEGER, count(*) FILTER (id = 250)::INTEGER FROM t')).toEqual([[499, 0]]);
    expect(dead.map(([row]) => row.id)).toEqual([250]);
    expect(dead[0]?.[1]).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(String(dead[0]?.[1])).toContain('CHECK constraint');
    // One more to look at the table's columns.
    expect(statements).toBeLessThanOrEqual(20 + 1);
    expect(writer.stats()).toMatchObject({ accepted: 500, written: 499, deadLettered: 1 });
  });
});

describe('a write', () => {
  const columns = { id: 'INTEGER' } as const;

  it('of many rows is one transaction as well', async () => {
    await connection.run('CREATE TABLE t (id INTEGER CHECK (id < 205_000))');
    const sink = duckdbSink({ connection, table: 't', columns });

    const failed = sink.write(range(205_001).map((id) => ({ id })));
    await expect(failed).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const after = await query('SELECT count(*)::INTEGER FROM t');
    await sink.write(range(100_001).map((id) => ({ id })));

    expect(after).toEqual([[0]]);
    expect(await query('SELECT count(*)::INTEGER, max(id) FROM t')).toEqual([[100_001, 100_000]]);
  });

  it('takes one statement', async () => {
    const sink = duckdbSink({ connection, table: 't', columns, createTable: true });
    await sink.write([{ id: 0 }]);
    const { statements } = sink.stats();

    for (const id of range(10)) await sink.write([{ id }]);

    expect(sink.stats()).toEqual({ statements: statements + 10, rows: 11, skipped: 0, rejected: 0, failures: 0 });
  });

  it('that was given up before the database was open stores nothing', async () => {
    const sink = duckdbSink({ connection, table: 't', columns, createTable: true });
    const controller = new AbortController();
    const reason = new Error('too slow');

    const written = sink.write([{ id: 1 }], { signal: controller.signal });
    controller.abort(reason);

    await expect(written).rejects.toBe(reason);
    await sink.write([{ id: 2 }]);
    expect(await query('SELECT id FROM t')).toEqual([[2]]);
  });

  it('keeps the order of the calls', async () => {
    const sink = duckdbSink({ connection, table: 't', columns, createTable: true });

    await Promise.all(range(20).map((id) => sink.write([{ id }])));

    expect((await query('SELECT id FROM t')).map(([id]) => id)).toEqual(range(20));
  });

  it('fills columns by name, whatever their order in the table, and others with their default', async () => {
    await connection.run("CREATE TABLE t (source VARCHAR DEFAULT 'bot', B DOUBLE, a INTEGER, note VARCHAR)");
    const sink = duckdbSink({ connection, table: 'T', columns: { a: 'INTEGER', b: 'DOUBLE' } });

    await sink.write([{ a: 1, b: 2.5 }]);

    expect(await query('SELECT source, b, a, note FROM t')).toEqual([['bot', 2.5, 1, null]]);
  });
});

describe('a table', () => {
  it('that is missing is a ConfigError, until somebody makes it', async () => {
    const sink = duckdbSink({ connection, table: 't', columns: { a: 'DOUBLE' } });

    await expect(sink.write([{ a: 1 }])).rejects.toThrow("there is no table 't'");
    await connection.run('CREATE TABLE t (a DOUBLE)');
    await sink.write([{ a: 1 }]);

    expect(await query('SELECT a FROM t')).toEqual([[1]]);
  });

  it.each([
    ['lacks a column', 'CREATE TABLE t (b DOUBLE)', "column 'a' of table 't' must be DOUBLE, but does not exist"],
    ['has another type', 'CREATE TABLE t (a FLOAT)', "column 'a' of table 't' must be DOUBLE, but has type FLOAT"],
  ])('that %s is a ConfigError', async (_, sql, message) => {
    await connection.run(sql);
    const sink = duckdbSink({ connection, table: 't', columns: { a: 'DOUBLE' } });

    const written = sink.write([{ a: 1 }]);

    await expect(written).rejects.toBeInstanceOf(ConfigError);
    await expect(written).rejects.toThrow(message);
  });

  it('is made once and kept', async () => {
    const options: DuckDbSinkOptions = { connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true };

    for (const a of [1, 2]) await duckdbSink(options).write([{ a }]);

    expect(await query('SELECT a FROM t ORDER BY a')).toEqual([[1], [2]]);
  });

  it.each(['t"; DROP TABLE victim; --', 'a b', "it's", 'select', 'ünïcode', 'new\nline', '"', '__proto__'])(
    'may be named %j, as may a column, and nothing in it is run as SQL',
    async (name) => {
      await connection.run('CREATE TABLE victim (a DOUBLE)');
      const columns = { [name === '__proto__' ? 'x' : name]: 'DOUBLE' } as const;
      const sink = duckdbSink({ connection, table: name, columns, createTable: true });

      await sink.write([{ [name === '__proto__' ? 'x' : name]: 4 }]);

      expect(await query(`SELECT * FROM ${quoteIdentifier(name)}`)).toEqual([[4]]);
      expect(await query('SELECT count(*)::INTEGER FROM victim')).toEqual([[0]]);
    },
  );
});

describe('a database file', () => {
  const columns = { a: 'DOUBLE' } as const;

  it('is shared by all sinks on it, however its path is spelled', async () => {
    const path = newFile();
    const first = duckdbSink({ path, table: 'one', columns, createTable: true });
    const second = duckdbSink({ path: relative(process.cwd(), path), table: 'two', columns, createTable: true });
    const third = duckdbSink({ path, table: 'one', columns, createTable: true });

    for (const a of range(5)) {
      await Promise.all([first.write([{ a }]), second.write([{ a }]), third.write([{ a: a + 100 }])]);
    }
    await Promise.all([first.close(), second.close(), third.close()]);

    const counts = await queryFile(
      path,
      'SELECT (SELECT count(*) FROM one)::INTEGER, (SELECT count(*) FROM two)::INTEGER',
    );
    expect(counts).toEqual([[10, 5]]);
  });

  it('stays usable for one sink after another is closed', async () => {
    const path = newFile();
    const first = duckdbSink({ path, table: 't', columns, createTable: true });
    const second = duckdbSink({ path, table: 't', columns, createTable: true });
    await first.write([{ a: 1 }]);
    await second.write([{ a: 2 }]);

    await first.close();
    await second.write([{ a: 3 }]);
    await second.close();

    expect(await queryFile(path, 'SELECT a FROM t ORDER BY a')).toEqual([[1], [2], [3]]);
  });

  it('keeps everything that a writer brought before its close', async () => {
    const path = newFile();
    const sink = duckdbSink<{ a: number }>({ path, table: 't', columns, createTable: true });
    const writer = new BatchWriter({ sink, maxItems: 100 });

    for (const a of range(1_050)) writer.add({ a });
    await writer.close();

    expect(await queryFile(path, 'SELECT count(*)::INTEGER, count(DISTINCT a)::INTEGER FROM t')).toEqual([
      [1_050, 1_050],
    ]);
    await expect(sink.write([{ a: 1 }])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('that cannot be opened rejects the write, and the next write tries again', async () => {
    const sink = duckdbSink({ path: join(directory, 'missing', 'x.db'), table: 't', columns, createTable: true });

    await expect(sink.write([{ a: 1 }])).rejects.toThrow(/Cannot open|IO Error/);
    await expect(sink.write([{ a: 1 }])).rejects.toThrow(/Cannot open|IO Error/);
    await expect(sink.close()).resolves.toBeUndefined();
  });

  it('is not opened by a sink that never writes', async () => {
    const sink = duckdbSink({ path: join(directory, 'missing', 'y.db'), table: 't', columns });

    await sink.close();
    await sink.close();

    expect(sink.stats()).toEqual({ statements: 0, rows: 0, skipped: 0, rejected: 0, failures: 0 });
  });
});

describe('close', () => {
  it('waits for writes under way', async () => {
    const path = newFile();
    const sink = duckdbSink({ path, table: 't', columns: { a: 'DOUBLE' }, createTable: true });

    const writes = range(5).map((a) => sink.write([{ a }]));
    await sink.close();
    await Promise.all(writes);

    expect(await queryFile(path, 'SELECT count(*)::INTEGER FROM t')).toEqual([[5]]);
  });

  it("leaves the caller's connection open", async () => {
    const sink = duckdbSink({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });
    await sink.write([{ a: 1 }]);

    await sink.close();

    expect(await query('SELECT a FROM t')).toEqual([[1]]);
  });
});

describe('a retry', () => {
  it('after an error of the database doubles nothing', async () => {
    const sink = duckdbSink<{ a: number }>({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });
    await sink.write([{ a: -1 }]);
    const createAppender = vi
      .spyOn(connection, 'createAppender')
      .mockRejectedValueOnce(new Error('IO Error: disk is full'));
    const writer = new BatchWriter({ sink, retry: { minDelay: 1, maxDelay: 1 } });

    for (const a of range(100)) writer.add({ a });
    await writer.flush();

    expect(createAppender).toHaveBeenCalledTimes(2);
    expect(await query('SELECT count(*)::INTEGER, count(DISTINCT a)::INTEGER FROM t WHERE a >= 0')).toEqual([
      [100, 100],
    ]);
    expect(writer.stats()).toMatchObject({ written: 100, retries: 1, deadLettered: 0 });
  });

  it('after a failure within the appender stores no half batch', async () => {
    const sink = duckdbSink<{ a: number }>({ connection, table: 't', columns: { a: 'DOUBLE' }, createTable: true });
    await sink.write([{ a: -1 }]);
    const create = connection.createAppender.bind(connection);
    vi.spyOn(connection, 'createAppender').mockImplementationOnce(async (...names) => {
      const appender = await create(...names);
      let rows = 0;
      const endRow = appender.endRow.bind(appender);
      vi.spyOn(appender, 'endRow').mockImplementation(() => {
        if (++rows === 50) throw new Error('out of memory');
        endRow();
      });
      return appender;
    });

    await expect(sink.write(range(100).map((a) => ({ a })))).rejects.toThrow('out of memory');
    await sink.write(range(100).map((a) => ({ a })));

    expect(await query('SELECT count(*)::INTEGER FROM t WHERE a >= 0')).toEqual([[100]]);
  });
});

describe('the package @duckdb/node-api', () => {
  it('is named by the error when it is missing', async () => {
    const cause = Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: 'ERR_MODULE_NOT_FOUND' });

    const imported = importDuckDb(() => Promise.reject(cause));

    await expect(imported).rejects.toBeInstanceOf(PeerMissingError);
    await expect(imported).rejects.toMatchObject({ code: 'ERR_PEER_MISSING', cause });
    await expect(imported).rejects.toThrow('npm install @duckdb/node-api');
  });
});

describe('the options of duckdbSink', () => {
  const make = (options: unknown): unknown => duckdbSink(options as DuckDbSinkOptions);
  const good = { path: 'x.db', table: 't', columns: { a: 'DOUBLE' } };

  it.each([
    ['path', ['', 5, null, {}]],
    ['table', ['', 5, null, {}, 'a\0b', 'x'.repeat(256), undefined]],
    ['columns', [{}, [], 5, null, 'a', undefined]],
    ['createTable', [1, 'yes', null]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect(() => make({ ...good, [name]: value })).toThrow(ConfigError);
      expect(() => make({ ...good, [name]: value })).toThrow(name);
    }
  });

  it.each([5, null, {}, { run: () => undefined }])('refuse connection: %s', (value) => {
    expect(() => make({ table: 't', columns: { a: 'DOUBLE' }, connection: value })).toThrow(/connection must be/);
  });

  it.each([
    [{ a: 'FLOAT' }, 'columns.a must be one of DOUBLE'],
    [{ a: 'double' }, 'columns.a must be one of DOUBLE'],
    [{ a: null }, 'columns.a must be'],
    [{ a: 'constructor' }, 'columns.a must be'],
    [{ '': 'DOUBLE' }, 'columns must have names'],
    [{ 'a\0': 'DOUBLE' }, 'columns must have names'],
    [{ ['__proto__']: 'DOUBLE' }, 'columns must have names'],
    [{ a: 'DOUBLE', A: 'DOUBLE' }, "names 'A' twice"],
  ])('refuse the columns %o', (columns, message) => {
    expect(() => make({ ...good, columns })).toThrow(ConfigError);
    expect(() => make({ ...good, columns })).toThrow(message);
  });

  it('take exactly one of path and connection', () => {
    expect(() => make({ table: 't', columns: { a: 'DOUBLE' } })).toThrow('exactly one of path and connection');
    expect(() => make({ ...good, connection })).toThrow('exactly one of path and connection');
  });

  it.each(['schema', 'database', 'mode'])('refuse the unknown name %s', (name) => {
    expect(() => make({ ...good, [name]: 1 })).toThrow(`unknown option '${name}'`);
  });

  it.each([undefined, null, 5])('refuse %s instead of options', (options) => {
    expect(() => make(options)).toThrow(ConfigError);
  });

  it('are read once', async () => {
    const columns: Record<string, DuckDbColumnType> = { a: 'DOUBLE' };
    const sink = duckdbSink<object>({ connection, table: 't', columns, createTable: true });
    columns['b"); DROP TABLE t; --'] = 'VARCHAR';

    await sink.write([{ a: 1 }]);

    expect(await query('SELECT * FROM t')).toEqual([[1]]);
  });
});
