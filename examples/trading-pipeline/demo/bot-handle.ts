import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { BotReply, BotRequest } from '../bot/child.js';
import type { BotJob } from '../bot/job.js';
import type { LiveUpdate } from '../dashboard/live-update.js';
import type { BotResult } from '../bot/result.js';
import type { StopSignals } from './interrupts.js';

/**
 * Both versions run with a young generation of 2 MB a half, as a small container would have it: Node's own, of 16 MB,
 * fills up with garbage before anything is collected, and makes a bot's peak 30 MB larger.
 */
export const YOUNG_GENERATION = '--max-semi-space-size=2';

/** The parent's side of a bot that runs in a process of its own. */
export class BotHandle {
  readonly #child: ChildProcess;
  readonly #job: BotJob;
  readonly #ready: Promise<void>;
  readonly #done: Promise<void>;
  #reached: number;

  /**
   * Starts the process and gives it its job. `module` is the path of the built program.
   * @param onReached Told of each boundary that the bot is done with, in a session with faults.
   */
  constructor(module: string, job: BotJob, onReached: (at: number) => void = () => undefined) {
    this.#job = job;
    this.#reached = job.start;
    this.#child = fork(module, [], { execArgv: [YOUNG_GENERATION], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (reply: BotReply) => {
      if (reply.type === 'reached') onReached(reply.at);
      if (reply.type === 'reached' || reply.type === 'progress') this.#reached = reply.at;
    });
    this.#ready = this.#next('ready').then(() => undefined);
    this.#done = this.#next('done').then(() => undefined);
    // Both reject when the bot fails; whoever waits next hears of it.
    this.#ready.catch(() => {});
    this.#done.catch(() => {});
    this.#send({ type: 'job', job });
  }

  /** Market time up to which the bot is done, as far as it has said so, epoch milliseconds. */
  get reached(): number {
    return this.#reached;
  }

  /** Settles when the bot has subscribed to everything it wants. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Settles with the result when everything is stored, also after the user has stopped it. */
  async result(): Promise<BotResult> {
    await this.#done;
    // Written by our own child a moment ago.
    return deserialize(readFileSync(this.#job.result)) as BotResult;
  }

  /** Hears what the bot says while it runs. */
  onLive(show: (update: LiveUpdate) => void): void {
    this.#child.on('message', (reply: BotReply) => {
      if (reply.type === 'live') show(reply.update);
    });
  }

  /** Ends when the user wants it, until it is disposed of: storing what the bot has when asked, else at once. */
  heed({ asked, insisted }: StopSignals): Disposable {
    const [stop, kill] = [() => this.#stop(), () => this.kill()];
    asked.addEventListener('abort', stop);
    insisted.addEventListener('abort', kill);
    return {
      [Symbol.dispose]: () => {
        asked.removeEventListener('abort', stop);
        insisted.removeEventListener('abort', kill);
      },
    };
  }

  /** Ends the process at once; of no effect on one that has ended. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #stop(): void {
    if (this.#child.connected) this.#send({ type: 'stop' });
  }

  #send(request: BotRequest): void {
    this.#child.send(request, () => {
      // A bot that is gone says so by its exit.
    });
  }

  #next<Type extends BotReply['type']>(type: Type): Promise<Extract<BotReply, { type: Type }>> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (reply: BotReply) => {
        if (reply.type === type) resolve(reply as Extract<BotReply, { type: Type }>); // compared just before
        if (reply.type === 'failed') reject(new Error(reply.message));
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) =>
        reject(new Error(`the bot's process ended (${signal ?? `exit code ${code}`})`)),
      );
    });
  }
}
