import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { BatchWriter } from 'tickwise/batch';
import { postgresSink, type PostgresSinkOptions } from 'tickwise/sinks/postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usePostgres } from '../servers/use-postgres.js';

const postgres = usePostgres();
let tables = 0;

interface Row {
  readonly n: number;
  readonly price: number;
}

async function newTable(columns = 'n int8, price float8, row_id text UNIQUE'): Promise<string> {
  const table = `rows_${tables++}`;
  await postgres().pool.query(`CREATE TABLE ${table} (${columns})`);
  return table;
}

async function count(table: string): Promise<readonly [number, number]> {
  const { rows } = await postgres().pool.query<{ all: number; distinct: number }>(
    `SELECT count(*)::int AS all, count(DISTINCT n)::int AS distinct FROM ${table}`,
  );
  return [rows[0]?.all ?? NaN, rows[0]?.distinct ?? NaN];
}

const rowsFrom = (from: number, length: number): Row[] =>
  Array.from({ length }, (_, index) => ({ n: from + index, price: 1 }));

/** A proxy before the server that cuts a connection instead of passing an answer on, as often as it is told to. */
class LossyProxy {
  /** Answers still to be lost. */
  left = 0;
  /** Answers lost. */
  lost = 0;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  static async start(): Promise<LossyProxy> {
    const proxy = new LossyProxy();
    const server = createServer((client) => proxy.#join(client)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of proxy.#sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listening server has no port');
    proxy.#port = address.port;
    return proxy;
  }

  get url(): string {
    const url = new URL(postgres().url);
    url.port = String(this.#port);
    return url.href;
  }

  #join(client: Socket): void {
    const target = new URL(postgres().url);
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    }
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (bytes) => this.#answer(client, bytes));
  }

  #answer(client: Socket, bytes: Buffer): void {
    // The tag of a statement that has stored rows: the server has committed it.
    if (this.left === 0 || !/INSERT 0 \d|COPY \d/.test(bytes.toString('latin1'))) {
      client.write(bytes);
      return;
    }
    this.left--;
    this.lost++;
    client.destroy();
  }
}

describe('a reply that is lost after the commit', () => {
  it.each<{ readonly name: string; readonly options: Partial<PostgresSinkOptions>; readonly stored: number }>([
    { name: 'identities', options: { idColumn: 'row_id' }, stored: 2_000 },
    { name: 'a natural key', options: { onConflict: 'ignore', key: ['n'] }, stored: 2_000 },
    { name: 'updates', options: { onConflict: 'update', key: ['n'] }, stored: 2_000 },
    { name: 'nothing that tells rows', options: {}, stored: 3_000 },
  ])('stores $stored rows of 2 000 by $name', async ({ options, stored }) => {
    const table = await newTable(options.key === undefined ? undefined : 'n int8 UNIQUE, price float8');
    const proxy = await LossyProxy.start();
    const sink = postgresSink<Row>({ url: proxy.url, table, columns: ['n', 'price'], ...options });
    await sink.open();
    const writer = new BatchWriter<Row>({ sink, retry: { minDelay: 1, maxDelay: 5 } });

    proxy.left = 2;
    for (const row of rowsFrom(0, 2_000)) writer.add(row);
    await writer.close();

    expect(proxy.lost).toBe(2);
    expect(await count(table)).toEqual([stored, 2_000]);
    expect(writer.stats()).toMatchObject({ written: 2_000, deadLettered: 0, retries: 2 });
  });
});

describe('a Postgres sink', () => {
  it('takes four batches at a time, each on a connection of its own', async () => {
    const table = await newTable();
    const sink = postgresSink<Row>({ url: postgres().url, connections: 4, table, columns: ['n', 'price'] });
    const writer = new BatchWriter<Row>({ sink, concurrency: 4 });

    for (const row of rowsFrom(0, 20_000)) writer.add(row);
    await writer.close();

    expect(await count(table)).toEqual([20_000, 20_000]);
    // One look at the table per connection that came before the first answer, and 40 batches.
    expect(sink.stats().statements).toBeLessThanOrEqual(44);
  });

  it('works over one client of the caller, and over one that sends ahead', async () => {
    for (const pipeline of [false, true]) {
      // Newer than its types.
      const options: pg.ClientConfig & { readonly pipeline: boolean } = { connectionString: postgres().url, pipeline };
      const client = new pg.Client(options);
      await client.connect();
      const table = await newTable('n int8 CHECK (n >= 0), price float8');
      const sink = postgresSink<Row>({ client, table, columns: ['n', 'price'] });
      const dead: number[] = [];
      const writer = new BatchWriter<Row>({ sink, retry: { minDelay: 1 }, deadLetter: ({ n }) => dead.push(n) });

      for (const row of [...rowsFrom(0, 600), { n: -1, price: 1 }, ...rowsFrom(600, 400)]) writer.add(row);
      await writer.close();

      expect(await count(table)).toEqual([1_000, 1_000]);
      expect(dead).toEqual([-1]);
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await client.end();
    }
  });

  it('keeps the newest of a key, whatever is twice in a batch', async () => {
    const table = await newTable('n int8 UNIQUE, price float8');
    const sink = postgresSink<Row>({
      client: postgres().pool,
      table,
      columns: ['n', 'price'],
      onConflict: 'update',
      key: ['n'],
    });

    for (let round = 0; round < 5; round++) {
      await sink.write(Array.from({ length: 100 }, (_, index) => ({ n: index % 8, price: round * 100 + index })));
    }

    const { rows } = await postgres().pool.query(`SELECT n::int, price FROM ${table} ORDER BY n`);
    expect(rows).toEqual([96, 97, 98, 99, 92, 93, 94, 95].map((index, n) => ({ n, price: 400 + index })));
  });

  it('updates in parallel without waiting for itself for ever', async () => {
    const table = await newTable('n int8 UNIQUE, price float8');
    const sink = postgresSink<Row>({
      client: postgres().pool,
      table,
      columns: ['n', 'price'],
      onConflict: 'update',
      key: ['n'],
    });
    const forward = rowsFrom(0, 500);

    const writes = Array.from({ length: 20 }, (_, index) =>
      sink.write(index % 2 === 0 ? forward : forward.toReversed()),
    );

    await expect(Promise.all(writes)).resolves.toHaveLength(20);
  });

  it('follows a table that is made, loses a column and changes a type', async () => {
    const { pool } = postgres();
    const table = `rows_${tables++}`;
    const sink = postgresSink<Row>({ client: pool, table, columns: ['n', 'price'], method: 'unnest' });

    await expect(sink.write(rowsFrom(0, 1))).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    await pool.query(`CREATE TABLE ${table} (n int8)`);
    await expect(sink.write(rowsFrom(0, 1))).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    await pool.query(`ALTER TABLE ${table} ADD price float8`);
    await sink.write(rowsFrom(0, 1));
    await pool.query(`ALTER TABLE ${table} ALTER n TYPE float8, ALTER price TYPE text`);
    await sink.write(rowsFrom(1, 1));
    const copying = postgresSink<Row>({ client: pool, table, columns: ['n', 'price'], method: 'copy' });
    await copying.write([]);
    await copying.open();
    await pool.query(`ALTER TABLE ${table} ALTER price TYPE float8 USING price::float8`);
    await copying.write(rowsFrom(2, 1));

    const { rows } = await pool.query(`SELECT n, price FROM ${table} ORDER BY n`);
    expect(rows).toEqual([
      { n: 0, price: 1 },
      { n: 1, price: 1 },
      { n: 2, price: 1 },
    ]);
  });

  it('leaves rows to the writer whose fault shows only at the end of the statement', async () => {
    const { pool } = postgres();
    const parent = await newTable('n int8 PRIMARY KEY');
    await pool.query(`INSERT INTO ${parent} SELECT generate_series(0, 99)`);
    const table = await newTable(`n int8 REFERENCES ${parent}, price float8`);
    const dead: number[] = [];
    const writer = new BatchWriter<Row>({
      sink: postgresSink({ client: pool, table, columns: ['n', 'price'] }),
      retry: { minDelay: 1 },
      deadLetter: ({ n }) => dead.push(n),
    });

    for (const row of [...rowsFrom(0, 50), { n: 1_000, price: 1 }, ...rowsFrom(50, 50)]) writer.add(row);
    await writer.close();

    expect(dead).toEqual([1_000]);
    expect(await count(table)).toEqual([100, 100]);
  });

  it('gives a statement up that hangs, and uses its connection no more', async () => {
    const { pool, url } = postgres();
    const table = await newTable();
    const sink = postgresSink<Row>({ url, connections: 1, table, columns: ['n', 'price'] });
    await sink.open();
    const locker = await pool.connect();
    await locker.query(`BEGIN; LOCK TABLE ${table}`);
    const controller = new AbortController();

    const hanging = sink.write(rowsFrom(0, 10), { signal: controller.signal });
    controller.abort(new Error('given up'));
    await expect(hanging).rejects.toThrow('given up');
    await locker.query('ROLLBACK');
    locker.release();
    await sink.write(rowsFrom(10, 10));
    await sink.close();

    expect((await count(table))[0]).toBeGreaterThanOrEqual(10);
  });

  it('survives the end of its connections, and stores everything', async () => {
    const { pool, url } = postgres();
    const table = await newTable();
    const sink = postgresSink<Row>({ url, table, columns: ['n', 'price'], idColumn: 'row_id' });
    const writer = new BatchWriter<Row>({ sink, maxItems: 50, concurrency: 3, retry: { minDelay: 1, maxDelay: 20 } });

    for (let from = 0; from < 5_000; from += 500) {
      for (const row of rowsFrom(from, 500)) writer.add(row);
      await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND query LIKE '%${table}%'`);
    }
    await writer.flush();
    await writer.close();

    expect(await count(table)).toEqual([5_000, 5_000]);
    expect(writer.stats()).toMatchObject({ written: 5_000, deadLettered: 0 });
  });

  it('rejects after close, and names the server that is not there', async () => {
    const sink = postgresSink<Row>({ url: 'postgres://127.0.0.1:1/none', table: 't', columns: ['n'] });

    await expect(sink.open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await sink.close();
    await expect(sink.write([{ n: 1, price: 1 }])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
