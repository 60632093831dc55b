import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startOwn } from './own-server.js';

let started: Promise<string> | undefined;

/** URL of a Redis of this process's own, in memory only, with its built-in settings. It ends with the process. */
export function redisUrl(): Promise<string> {
  return (started ??= start());
}

async function start(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-redis-benchmark-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  await startOwn({ command: 'redis-server', args, folder, stopSignal: 'SIGTERM' }, 'Ready to accept connections');
  return `redis://127.0.0.1:${port}`;
}
