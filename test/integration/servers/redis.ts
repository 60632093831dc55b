import { join } from 'node:path';
import { findPrograms } from './find-program.js';
import { type TestServer, startGuarded } from './guarded-server.js';
import { givenServer, reportMissing } from './missing-server.js';

/**
 * A Redis for tests, in memory only: the one in REDIS_URL, or a private one; undefined, with one
 * line on standard error, when this machine has none.
 * @throws Error when it does not start, and on a build server when it is missing.
 */
export async function startRedis(): Promise<TestServer | undefined> {
  const given = givenServer('REDIS_URL');
  if (given !== undefined) return given;
  const programs = findPrograms('redis-server');
  if (programs === undefined) return reportMissing('Redis', 'redis-server', 'REDIS_URL');
  return startGuarded({
    name: 'redis',
    command: join(programs, 'redis-server'),
    args: (port, folder) => ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ready: 'Ready to accept connections',
    url: (port) => `redis://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
  });
}
