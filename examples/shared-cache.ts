/**
 * Two processes of a bot pay for one request together: over Redis when redis-server is installed, else over files.
 * Run: npm run example -- shared-cache
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { systemClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { diskStore } from 'tickwise/stores/disk';
import { redisStore } from 'tickwise/stores/redis';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];

const [bot, storeKind, storePlace] = process.argv.slice(2);
if (bot === undefined || storeKind === undefined || storePlace === undefined) await lead();
else await trade(bot, storeKind, storePlace);

/** One process of the bot. */
async function trade(name: string, kind: string, place: string): Promise<void> {
  const store =
    kind === 'redis' ? redisStore({ client: new Redis(place, { lazyConnect: true }) }) : diskStore({ folder: place });
  await store.ready();

  let requests = 0;
  const regime = memo(
    async function regime(symbol: string): Promise<string> {
      requests++;
      await pause(50); // a model far away
      return symbol.startsWith('BTC') ? 'trending' : 'ranging';
    },
    { name: 'regime', ttl: 60_000, store, storeTimeout: 500, lease: true },
  );
  const regimes = await Promise.all(SYMBOLS.map((symbol) => regime(symbol)));
  console.log(`${name}: ${regimes.join(', ')} after ${requests} requests`);
  // Callers do not wait for what is stored; the end of the process does.
  while ((regime.stats().store?.storePending ?? 0) > 0) await pause(1);
  await store.close();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimeout(resolve, ms));
}

/** Runs the bot twice, the second time when the first is long gone. */
async function lead(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-cache-'));
  const socket = join(folder, 'redis.sock');
  const server = await startRedis(folder, socket);
  const args = server === undefined ? ['disk', folder] : ['redis', socket];
  console.log(`over ${args[0]}`);
  for (const title of ['first process', 'second process']) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), title, ...args], { stdio: 'inherit' });
    await once(child, 'exit');
  }
  if (server?.kill() === true) await once(server, 'exit');
  await rm(folder, { recursive: true });
}

/** A private Redis that listens at a socket in the folder; undefined when none is installed. */
async function startRedis(folder: string, socket: string): Promise<ChildProcess | undefined> {
  const settings = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder];
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(server, 'spawn');
  } catch {
    return undefined;
  }
  for (let log = ''; !log.includes('eady to accept connections');)
    log += String((await once(server.stdout, 'data'))[0]);
  server.stdout.resume();
  return server;
}
