import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Ends a server, and removes its folder, when the process that started it is gone. */
const GUARD = fileURLToPath(new URL('../../../../test/integration/servers/guard.mjs', import.meta.url));

/** A server of this process alone. */
interface OwnServer {
  readonly command: string;
  readonly args: readonly string[];
  /** Its folder, which goes with it. */
  readonly folder: string;
  /** What ends it. */
  readonly stopSignal: string;
  /** Who runs it; the user of this process when left out. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a server that ends with this process. Resolves when it has said `ready`. */
export async function startOwn(server: OwnServer, ready: string): Promise<void> {
  const guard = spawn(process.execPath, [GUARD, JSON.stringify(server)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    let log = '';
    guard.stdout.on('data', (bytes: Buffer) => {
      log += bytes.toString();
      if (log.includes(ready)) resolve();
    });
    guard.on('close', () => reject(new Error(`${server.command} does not start: ${log}`)));
  });
  // The pipe to the guard is all that it needs; it does not hold this process.
  guard.unref();
  for (const stream of [guard.stdin, guard.stdout]) if ('unref' in stream) (stream as { unref(): void }).unref();
}

/** A port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a listening server has no port');
  return address.port;
}
