import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
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

interface Row {
  readonly n: number;
  readonly price: number | string;
}

async function bench(bad: number | string): Promise<SinkBench<Row>> {
  const table = `contract_${tables++}`;
  await connection.run(`CREATE TABLE ${table} (n INTEGER, price DOUBLE CHECK (price > 0))`);
  return {
    open: () => duckdbSink<Row>({ connection, table, columns: { n: 'INTEGER', price: 'DOUBLE' } }),
    row: (n) => ({ n, price: n + 0.1 }),
    badRow: (n) => ({ n, price: bad }),
    stored: async () =>
      (await connection.runAndReadAll(`SELECT n FROM ${table} ORDER BY rowid`)).getRows().map(([n]) => Number(n)),
  };
}

describe.each([
  ['that does not fit', 'sixty thousand'],
  ['that a constraint refuses', -1],
])('a DuckDB sink and a row %s', (_, bad) => {
  it.each(sinkContract)('$title', async ({ run }) => {
    await expect(run(() => bench(bad))).resolves.toBeUndefined();
  });
});
