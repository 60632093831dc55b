import { join } from 'node:path';
import { findPrograms } from './find-program.js';
import { type TestServer, startGuarded } from './guarded-server.js';
import { givenServer, reportMissing } from './missing-server.js';

/**
 * A NATS server with JetStream for tests: the one in NATS_URL, or a private one; undefined, with
 * one line on standard error, when this machine has none.
 * @throws Error when it does not start, and on a build server when it is missing.
 */
export async function startNats(): Promise<TestServer | undefined> {
  const given = givenServer('NATS_URL');
  if (given !== undefined) return given;
  const programs = findPrograms('nats-server');
  if (programs === undefined) return reportMissing('NATS', 'nats-server', 'NATS_URL');
  return startGuarded({
    name: 'nats',
    command: join(programs, 'nats-server'),
    args: (port, folder) => ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder],
    ready: 'Server is ready',
    url: (port) => `nats://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
  });
}
