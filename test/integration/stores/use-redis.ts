import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startRedis, type TestServer } from '../servers/index.js';

/** A Redis for the tests of a file, which are skipped when this machine has none. */
export function useRedis(): () => TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(({ skip }) => skip(server === undefined, 'redis-server is not installed'));
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('a test without a server was not skipped');
    return server;
  };
}
