import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recording } from '../trading-pipeline/recording/index.js';
import { VenueServer } from '../trading-pipeline/venue/index.js';
import type { Job, Outcome } from './job.js';

/** What the process of a bot answers. */
export interface Measured extends Outcome {
  readonly featuresComputed: number;
  readonly regimesComputed: number;
  /** Milliseconds of the process after it had subscribed. */
  readonly cpuMs: number;
  /** Bytes in use at the end, garbage collected. */
  readonly heapBytes: number;
}

/** A step's outcome and what it cost, the venue's and the alert server's counts from outside. */
export interface StepReport extends Measured {
  readonly step: number;
  readonly connections: number;
  readonly subscribeRequests: number;
  readonly framesSent: number;
  readonly alerts: number;
}

/** What is replayed to the bots. */
export interface Session {
  readonly recording: Recording;
  readonly models: string;
  readonly bar: number;
}

/** What a bot's process tells: that it has subscribed, and what it gave. */
export type BotMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly measured: Measured }
  | { readonly type: 'failed'; readonly message: string };

/** Replays a session to the bot of a step, in a process of its own. `program` runs it when it is forked. */
export async function replayStep(
  step: number,
  { recording, models, bar }: Session,
  program: string,
): Promise<StepReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-migration-'));
  const venue = await VenueServer.listen({ recording, bar, speed: 'max' });
  const alerts = await AlertServer.listen();
  const child = fork(program, [], { env: { ...process.env, TICKWISE_MIGRATION_STEP: String(step) } });
  try {
    const database = join(folder, 'rows.duckdb');
    const { symbols } = recording;
    child.send({ port: venue.port, alerts: alerts.url, symbols, models, bar, database } satisfies Job);
    const measured = await follow(child, () => venue.start());
    const { connections, subscribeRequests, framesSent } = venue.counts();
    return { ...measured, step, connections, subscribeRequests, framesSent, alerts: alerts.count };
  } finally {
    child.kill();
    await venue.close();
    await alerts.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function follow(child: ChildProcess, onReady: () => void): Promise<Measured> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: BotMessage) => {
      if (message.type === 'ready') onReady();
      else if (message.type === 'done') resolve(message.measured);
      else reject(new Error(message.message));
    });
    child.once('exit', (code) => reject(new Error(`the bot's process ended with ${code}`)));
  });
}

/** Takes alerts, as a messenger would. */
class AlertServer {
  readonly #server: Server;
  count = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.count++;
      request.resume().on('end', () => response.end('ok'));
    });
  }

  static async listen(): Promise<AlertServer> {
    const alerts = new AlertServer();
    alerts.#server.listen(0, '127.0.0.1');
    await once(alerts.#server, 'listening');
    return alerts;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
