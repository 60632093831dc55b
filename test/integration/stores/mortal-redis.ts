import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeEach, onTestFinished } from 'vitest';
import { findPrograms } from '../servers/find-program.js';
import { freePort } from '../servers/free-port.js';
import { startGuarded, type TestServer } from '../servers/guarded-server.js';
import { reportMissing } from '../servers/missing-server.js';

/** Skips the tests of a file when this machine has no redis-server. */
export function skipWithoutRedis(): void {
  const isMissing = findPrograms('redis-server') === undefined;
  if (isMissing) reportMissing('Redis', 'redis-server', 'PATH');
  beforeEach(({ skip }) => skip(isMissing, 'redis-server is not installed'));
}

/** A Redis on one port that a test kills, starts again, and holds. */
export class MortalRedis {
  readonly url: string;
  readonly #port: number;
  readonly #command: string;
  #server: TestServer | undefined;

  private constructor(port: number, command: string) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#port = port;
    this.#command = command;
  }

  /** Starts one for a test. */
  static async start(): Promise<MortalRedis> {
    const folder = findPrograms('redis-server');
    if (folder === undefined) throw new Error('a test without redis-server was not skipped');
    const redis = new MortalRedis(await freePort(), join(folder, 'redis-server'));
    onTestFinished(() => redis.kill());
    await redis.revive();
    return redis;
  }

  /** Ends it with SIGKILL: whatever it held is gone. */
  async kill(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Starts it again, empty. */
  async revive(): Promise<void> {
    this.#server = await startGuarded({
      name: 'mortal-redis',
      command: this.#command,
      args: (_port, folder) => ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ready: 'Ready to accept connections',
      url: () => this.url,
      stopSignal: 'SIGKILL',
    });
  }

  /** Lets it do nothing, with its connections open, until `release` is called. */
  async hold(): Promise<{ release: () => void }> {
    const info = await this.ask((client) => client.info('server'));
    const pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
    if (!(pid > 1)) throw new Error(`the server does not say who it is: ${info}`);
    process.kill(pid, 'SIGSTOP');
    return { release: () => process.kill(pid, 'SIGCONT') };
  }

  /** Asks it something over a connection of its own. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, { lazyConnect: true });
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}
