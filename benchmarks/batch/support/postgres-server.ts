import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startOwn } from './own-server.js';

let started: Promise<string> | undefined;

/**
 * URL of a Postgres: the one in DATABASE_URL, or one of this process's own with its shipped settings, which waits for
 * the disk at every commit. It ends with the process.
 */
export function postgresUrl(): Promise<string> {
  const given = process.env['DATABASE_URL'];
  return (started ??= given === undefined || given === '' ? start() : Promise.resolve(given));
}

async function start(): Promise<string> {
  const programs = programFolder();
  const owner = ordinaryUser();
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-postgres-benchmark-'));
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const initial = ['-D', data, '-U', 'tickwise', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(programs, 'initdb'), initial, { cwd: folder, ...owner });
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''];
  const command = join(programs, 'postgres');
  await startOwn({ command, args, folder, stopSignal: 'SIGINT', ...owner }, 'ready to accept connections');
  return `postgres://tickwise@127.0.0.1:${port}/postgres`;
}

function programFolder(): string {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = ['/usr/local/bin', '/usr/bin', ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`)];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (found === undefined) throw new Error('Postgres is not here: apt-get install postgresql, or set DATABASE_URL');
  return found;
}

/** Postgres refuses to run as root. */
function ordinaryUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line =
    accounts.find((each) => each.startsWith('postgres:')) ?? accounts.find((each) => each.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
