import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { postgresSink, type PostgresSinkOptions } from 'tickwise/sinks/postgres';
import { describe, expect, it } from 'vitest';
import { usePostgres } from '../servers/use-postgres.js';

const postgres = usePostgres();
let tables = 0;

interface Row {
  readonly n: number;
  readonly symbol: string;
  readonly price: number | string;
}

/** A bench over a new table; bad rows break a CHECK, or are text in a number. */
async function bench(options: Partial<PostgresSinkOptions>, isBad: 'check' | 'text'): Promise<SinkBench<Row>> {
  const { pool } = postgres();
  const table = `contract_${tables++}`;
  await pool.query(`CREATE TABLE ${table} (
    n int8 UNIQUE, symbol text NOT NULL, price float8 CHECK (price > 0), row_id text UNIQUE, place bigserial)`);
  return {
    open: () => postgresSink<Row>({ client: pool, table, columns: ['n', 'symbol', 'price'], ...options }),
    row: (n) => ({ n, symbol: `S"${n}\t\\`, price: n + 0.1 }),
    // Updates are sorted by key, so that two of them cannot wait for one another.
    isOrdered: options.onConflict !== 'update',
    badRow: (n) => ({ n, symbol: 'bad', price: isBad === 'check' ? -1 : 'sixty thousand' }),
    async stored() {
      const { rows } = await pool.query<{ n: string; place: string }>(`SELECT n FROM ${table} ORDER BY place`);
      return rows.map(({ n }) => Number(n));
    },
  };
}

describe.each<{ name: string; options: Partial<PostgresSinkOptions> }>([
  { name: 'COPY', options: { method: 'copy' } },
  { name: 'unnest', options: { method: 'unnest' } },
  { name: 'auto', options: {} },
  { name: 'identities', options: { idColumn: 'row_id' } },
  { name: 'conflicts left out', options: { onConflict: 'ignore', key: ['n'] } },
  { name: 'conflicts updated', options: { onConflict: 'update', key: ['n'] } },
])('a Postgres sink by $name', ({ options }) => {
  it.each(sinkContract)('$title', async ({ run }) => {
    for (const isBad of ['check', 'text'] as const) {
      await expect(run(() => bench(options, isBad))).resolves.toBeUndefined();
    }
  });
});

describe('a Postgres sink with connections of its own', () => {
  it.each(sinkContract)('$title', async ({ run }) => {
    const { url } = postgres();
    const makeBench = async (): Promise<SinkBench<Row>> => {
      const made = await bench({ idColumn: 'row_id' }, 'check');
      const table = `contract_${tables - 1}`;
      return {
        ...made,
        open: () => postgresSink<Row>({ url, table, columns: ['n', 'symbol', 'price'], idColumn: 'row_id' }),
      };
    };

    await expect(run(makeBench)).resolves.toBeUndefined();
  });
});
