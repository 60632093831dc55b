import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { systemClock } from 'tickwise/core';
import { synthesiseRecording } from '../trading-pipeline/synthetic/index.js';
import { VenueServer } from '../trading-pipeline/venue/index.js';

/** Milliseconds of market time between the marks of the venue's clock. */
const BAR = 1_000;

/** What a deployed bot talks to, on this machine: a venue that replays a synthetic session, and a Redis. */
export class World implements AsyncDisposable {
  readonly venue: VenueServer;
  readonly redisUrl: string;
  readonly #redis: ChildProcess;
  readonly #folder: string;

  private constructor(venue: VenueServer, port: number, redis: ChildProcess, folder: string) {
    this.venue = venue;
    this.redisUrl = `redis://127.0.0.1:${port}`;
    this.#redis = redis;
    this.#folder = folder;
    process.on('exit', this.#abandon);
  }

  /** @param seconds Length of the session, in market time. */
  static async open(seconds: number, speed: number): Promise<World> {
    const recording = synthesiseRecording({ duration: seconds * 1_000 });
    const venue = await VenueServer.listen({ recording, bar: BAR, speed });
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-redis-'));
    const port = await freePort();
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction', '--save', ''];
    return new World(venue, port, spawn('redis-server', settings, { cwd: folder, stdio: 'ignore' }), folder);
  }

  /** What the bot is told. */
  settings(port: number): Record<string, string> {
    return {
      VENUE_URL: this.venue.url,
      RECORDS_URL: this.redisUrl,
      CACHE_URL: `${this.redisUrl}/1`,
      PORT: String(port),
    };
  }

  /** Signals stored, and the bytes that Redis keeps for each. */
  async stored(): Promise<{ signals: number; bytesEach: number }> {
    const client = new Redis(this.redisUrl);
    try {
      const signals = await client.xlen('signals');
      const bytes = await client.memory('USAGE', 'signals', 'SAMPLES', 0);
      return { signals, bytesEach: (bytes ?? 0) / Math.max(1, signals) };
    } finally {
      client.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.venue.close();
    if (this.#redis.exitCode === null && this.#redis.kill()) await once(this.#redis, 'exit');
    process.off('exit', this.#abandon);
    this.#abandon();
  }

  /** Also when the program is stopped: nothing is left behind. */
  readonly #abandon = (): void => {
    this.#redis.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * Asks again and again until the answer is yes.
 * @throws Error when it is not after so many milliseconds.
 */
export async function until(what: string, patience: number, ask: () => boolean | Promise<boolean>): Promise<void> {
  const end = systemClock.now() + patience;
  while (!(await ask())) {
    if (systemClock.now() > end) throw new Error(`${what} must be within ${patience} ms, and was not`);
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 100));
  }
}
