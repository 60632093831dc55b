/*
 * One writer per directory, held by the system: a listening socket. It is gone with its process, however that ends, and
 * nothing has to be guessed from process numbers, which are given anew, and which are 1 in every container. It is
 * reached through a file, so containers with a directory in common see one another.
 *
 * The socket is made under a name of its own and then linked as `lock.N`, N one above the highest there is: of several
 * who try one succeeds. Whoever can connect to the highest lock finds a living owner. The highest one is never removed,
 * not even at the end, so that no number is used twice. Whoever was slower and got a lower number, which the owner of a
 * higher one had removed meanwhile, sees the higher one afterwards and gives way.
 *
 * On Windows the lock is a named pipe, which lives no longer than its process either.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { link, readdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ConfigError } from '../../core/errors.js';

/** Numbers above are none of ours: counting on from them would not be exact. */
const LOCK = /^lock\.(\d{1,15})$/;
/** Longest path of a socket that every system takes. */
const LONGEST_PATH = 100;
/** Times that others may come first before something else must be wrong. */
const MOST_TRIES = 64;

/** A directory that nobody else writes to. */
export interface DirectoryLock {
  /** Lets others have it. */
  release(): Promise<void>;
}

/** Takes a directory. @throws ConfigError when another writer has it, or when its file system has no sockets. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  if (process.platform === 'win32') return lockByPipe(directory);
  const claim = `claim.${randomBytes(8).toString('hex')}`;
  const server = createServer((socket) => socket.destroy());
  await listen(server, directory, claim);
  try {
    await linkAsHighest(directory, claim);
  } catch (error) {
    await close(server);
    throw error;
  } finally {
    await rm(join(directory, claim), { force: true });
  }
  return { release: () => close(server) };
}

/** Whether a writer has the directory now. */
export async function isLocked(directory: string): Promise<boolean> {
  if (process.platform === 'win32') return answers(await pipeOf(directory));
  const highest = await highestLock(directory);
  return highest > 0 && isHeld(directory, highest);
}

async function linkAsHighest(directory: string, claim: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const highest = await highestLock(directory);
    if (highest > 0 && (await isHeld(directory, highest))) throw inUse(directory);
    const own = highest + 1;
    if (!(await linkOnce(join(directory, claim), join(directory, `lock.${own}`)))) continue;
    if ((await highestLock(directory)) === own) return removeBelow(directory, own);
    await rm(join(directory, `lock.${own}`), { force: true });
  }
  throw inUse(directory);
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function highestLock(directory: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(directory)));
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.map((name) => Number(LOCK.exec(name)?.[1] ?? 0));
}

async function removeBelow(directory: string, own: number): Promise<void> {
  for (const number of await lockNumbers(directory)) {
    if (number > 0 && number < own) await rm(join(directory, `lock.${number}`), { force: true });
  }
}

function isHeld(directory: string, number: number): Promise<boolean> {
  return withShortPath(directory, `lock.${number}`, answers);
}

/** Whether somebody listens. A process that is stopped or busy does: the system answers for it. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const code = codeOf(error);
    // The owner has ended, or has removed the name; with anything else in doubt somebody is there.
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}

async function listen(server: Server, directory: string, name: string): Promise<void> {
  try {
    await withShortPath(directory, name, async (path) => {
      server.listen(path);
      await once(server, 'listening');
    });
  } catch (error) {
    const reason = codeOf(error) ?? String(error);
    throw new ConfigError(
      `journal.directory must be on a local file system that has sockets, for its lock; ${directory} gave ${reason}`,
      { cause: error },
    );
  }
  // The lock must not keep the process alive.
  server.unref();
}

/** Paths of sockets are short; Linux has a way around. */
async function withShortPath<R>(directory: string, name: string, use: (path: string) => Promise<R>): Promise<R> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= LONGEST_PATH) return use(path);
  if (process.platform !== 'linux') {
    throw new ConfigError(
      `journal.directory must be a path of at most ${LONGEST_PATH - 24} bytes here, got ${directory}`,
    );
  }
  const descriptor = openSync(directory, 'r');
  try {
    return await use(`/proc/self/fd/${descriptor}/${name}`);
  } finally {
    closeSync(descriptor);
  }
}

async function lockByPipe(directory: string): Promise<DirectoryLock> {
  const server = createServer((socket) => socket.destroy());
  server.listen(await pipeOf(directory));
  try {
    await once(server, 'listening');
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? inUse(directory) : error;
  }
  server.unref();
  return { release: () => close(server) };
}

async function pipeOf(directory: string): Promise<string> {
  const path = (await realpath(directory)).toLowerCase();
  return `\\\\.\\pipe\\tickwise-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function inUse(directory: string): ConfigError {
  return new ConfigError(
    `journal.directory must be a directory that no other writer has, got ${directory}, which one has`,
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
