import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startPostgres, type TestServer } from './index.js';

/** Milliseconds that a new cluster may take on a busy machine. */
const PATIENCE = 120_000;

/** A Postgres for the tests of a file, with a pool; they are skipped when this machine has none. */
export function usePostgres(): () => { readonly url: string; readonly pool: pg.Pool } {
  let server: TestServer | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    server = await startPostgres();
    if (server !== undefined) pool = new pg.Pool({ connectionString: server.url, max: 8 });
    pool?.on('error', () => undefined);
  }, PATIENCE);
  beforeEach(({ skip }) => skip(server === undefined, 'postgres is not installed'));
  afterAll(async () => {
    await pool?.end();
    await server?.stop();
  }, PATIENCE);
  return () => {
    if (server === undefined || pool === undefined) throw new Error('a test without a server was not skipped');
    return { url: server.url, pool };
  };
}
