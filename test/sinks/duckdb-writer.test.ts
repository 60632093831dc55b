import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { BatchWriter } from 'tickwise/batch';
import { duckdbSink } from 'tickwise/sinks/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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

/** A row that may be bad in three ways: a value of the wrong type, one that a constraint refuses, a key that is taken. */
interface Row {
  readonly id: number;
  readonly price: unknown;
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  id: fc.integer({ min: 0, max: 60 }),
  price: fc.oneof(
    { weight: 12, arbitrary: fc.double({ min: 0.01, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(-1, 0, null, 'text', 5n, true, {}, Symbol('price')) },
  ),
});

/** What the table holds in the end, by one insert after the other. */
function expected(rows: readonly Row[]): Map<number, number> {
  const table = new Map<number, number>();
  for (const { id, price } of rows) {
    if (typeof price === 'number' && price > 0 && !table.has(id)) table.set(id, price);
  }
  return table;
}

async function newTable(): Promise<string> {
  const table = `t${tables++}`;
  await connection.run(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, price DOUBLE NOT NULL CHECK (price > 0))`);
  return table;
}

async function contents(table: string): Promise<Map<number, number>> {
  const rows = (await connection.runAndReadAll(`SELECT id, price FROM ${table} ORDER BY rowid`)).getRows();
  return new Map(rows.map(([id, price]) => [Number(id), Number(price)]));
}

/** The connection, but now and then an appender cannot be had. */
function failing(faults: readonly boolean[]): DuckDBConnection {
  const left = [...faults];
  return new Proxy(connection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'createAppender') return value.bind(target) as unknown;
      return (...names: unknown[]): unknown => {
        if (left.shift() === true) throw new Error('IO Error: no space left');
        return Reflect.apply(value, target, names) as unknown;
      };
    },
  });
}

describe('a writer before a DuckDB table', () => {
  it('stores what one insert after the other would store, and hands back the rest, whatever fails meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 25 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (rows, maxItems, faults) => {
          const table = await newTable();
          const columns = { id: 'INTEGER', price: 'DOUBLE' } as const;
          const sink = duckdbSink<Row>({ connection: failing(faults), table, columns });
          const dead: Row[] = [];
          const writer = new BatchWriter<Row>({
            sink,
            maxItems,
            retry: { attempts: 100, minDelay: 1, maxDelay: 1 },
            deadLetter: (row) => dead.push(row),
          });

          for (const row of rows) writer.add(row);
          await writer.flush();

          const model = expected(rows);
          const stored = await contents(table);
          expect([...stored]).toEqual([...model]);
          expect(stored.size + dead.length).toBe(rows.length);
          expect(writer.stats()).toMatchObject({
            accepted: rows.length,
            written: stored.size,
            deadLettered: dead.length,
          });
          expect(sink.stats().rows).toBe(stored.size);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('keeps the newest value per key', async () => {
    await connection.run('CREATE TABLE latest (symbol VARCHAR PRIMARY KEY, price DOUBLE)');
    const sink = duckdbSink<{ symbol: string; price: number }>({
      connection,
      table: 'latest',
      columns: { symbol: 'VARCHAR', price: 'DOUBLE' },
    });
    const writer = new BatchWriter({ sink, key: ({ symbol }: { symbol: string; price: number }) => symbol });

    for (let price = 0; price < 10_000; price++) writer.add({ symbol: `S${price % 8}`, price });
    await writer.flush();

    const rows = (await connection.runAndReadAll('SELECT symbol, price FROM latest ORDER BY symbol')).getRows();
    expect(rows).toEqual(Array.from({ length: 8 }, (_, index) => [`S${index}`, 9_992 + index]));
    expect(sink.stats().rows).toBe(8);
  });

  it('takes 501 statements fewer for 500 rows than row by row', async () => {
    const table = await newTable();
    const columns = { id: 'INTEGER', price: 'DOUBLE' } as const;
    const sink = duckdbSink<Row>({ connection, table, columns });
    const writer = new BatchWriter<Row>({ sink });

    for (let id = 0; id < 2_000; id++) writer.add({ id, price: 1 });
    await writer.flush();

    // Four flushes, and one look at the table.
    expect(sink.stats().statements).toBe(5);
    expect(writer.stats()).toMatchObject({ batches: 4, retries: 0 });
  });

  it('waits while the table is missing, and says so', async () => {
    const table = `t${tables++}`;
    let tell: (reported: unknown[]) => void = () => undefined;
    const reported = new Promise<unknown[]>((resolve) => (tell = resolve));
    const sink = duckdbSink<{ a: number }>({ connection, table, columns: { a: 'DOUBLE' } });
    const writer = new BatchWriter({
      sink,
      retry: { attempts: 2, minDelay: 1, maxDelay: 1 },
      onError: (...failure) => tell(failure),
    });
    writer.add({ a: 1 });
    writer.add({ a: 2 });
    const flushed = writer.flush();

    const failure = await reported;
    const whileMissing = writer.stats();
    await connection.run(`CREATE TABLE ${table} (a DOUBLE)`);
    await flushed;

    expect(whileMissing).toMatchObject({ pending: 2, deadLettered: 0 });
    expect(failure).toMatchObject([{ code: 'ERR_CONFIG' }, { operation: 'send', rows: 2 }]);
    expect(writer.stats()).toMatchObject({ written: 2, pending: 0 });
  });
});

describe('a connection of the caller', () => {
  it('that is within a transaction keeps the decision over the rows', async () => {
    const own = await instance.connect();
    const table = await newTable();
    const sink = duckdbSink<Row>({ connection: own, table, columns: { id: 'INTEGER', price: 'DOUBLE' } });

    await own.run('BEGIN TRANSACTION');
    await sink.write([{ id: 1, price: 1 }]);
    await own.run('ROLLBACK');
    await own.run('BEGIN TRANSACTION');
    await sink.write([{ id: 2, price: 2 }]);
    await own.run('COMMIT');

    expect([...(await contents(table))]).toEqual([[2, 2]]);
    own.closeSync();
  });

  it('sees the tables of its own schema', async () => {
    const own = await instance.connect();
    await own.run('CREATE SCHEMA desk; USE desk; CREATE TABLE fills (price DOUBLE)');
    await connection.run('CREATE TABLE IF NOT EXISTS fills (price VARCHAR)');
    const sink = duckdbSink<{ price: number }>({ connection: own, table: 'fills', columns: { price: 'DOUBLE' } });

    await sink.write([{ price: 7 }]);

    expect((await own.runAndReadAll('SELECT price FROM desk.fills')).getRows()).toEqual([[7]]);
    expect((await connection.runAndReadAll('SELECT count(*)::INTEGER FROM main.fills')).getRows()).toEqual([[0]]);
    own.closeSync();
  });

  it('that was closed rejects the write', async () => {
    const own = await instance.connect();
    const sink = duckdbSink<{ price: number }>({
      connection: own,
      table: 'gone',
      columns: { price: 'DOUBLE' },
      createTable: true,
    });
    own.closeSync();

    await expect(sink.write([{ price: 1 }])).rejects.toBeInstanceOf(Error);
  });
});
