import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms } from './find-program.js';
import { type TestServer, startGuarded } from './guarded-server.js';
import { givenServer, reportMissing } from './missing-server.js';
import { type Owner, ordinaryUser } from './server-folder.js';

const run = promisify(execFile);

/** Losing data in a crash is fine here; waiting for the disk is not. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=16MB'];

/**
 * A Postgres for tests: the one in DATABASE_URL, or a private one; undefined, with one line on
 * standard error, when this machine has none.
 * @throws Error when it does not start, and on a build server when it is missing.
 */
export async function startPostgres(): Promise<TestServer | undefined> {
  const given = givenServer('DATABASE_URL');
  if (given !== undefined) return given;
  const programs = findPrograms('initdb', 'postgres');
  if (programs === undefined) return reportMissing('Postgres', 'postgresql', 'DATABASE_URL');
  const owner = ordinaryUser('postgres', 'nobody');
  return startGuarded({
    name: 'postgres',
    command: join(programs, 'postgres'),
    args: (port, folder) => [
      '-D',
      join(folder, 'data'),
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      '',
      ...settings(),
    ],
    ready: 'database system is ready to accept connections',
    url: (port) => `postgres://tickwise@127.0.0.1:${port}/postgres`,
    stopSignal: 'SIGINT', // "fast": ends sessions instead of waiting for them
    owner,
    prepare: (folder) => initialise(programs, folder, owner),
  });
}

function settings(): string[] {
  return FAST.flatMap((setting) => ['-c', setting]);
}

async function initialise(programs: string, folder: string, owner: Owner | undefined): Promise<void> {
  const args = ['-D', join(folder, 'data'), '-U', 'tickwise', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(programs, 'initdb'), args, { cwd: folder, ...owner });
}
