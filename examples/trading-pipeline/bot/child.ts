import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { systemClock } from 'tickwise/core';
import type { LiveUpdate } from '../dashboard/live-update.js';
import type { BotJob } from './job.js';
import type { BotResult } from './result.js';

/** Milliseconds between two words on how far a bot is. */
const PROGRESS_INTERVAL = 100;

/** What the parent sends: the job first, `stop` when the user stops. */
export type BotRequest = { readonly type: 'job'; readonly job: BotJob } | { readonly type: 'stop' };

/** What a bot process tells its parent. */
export type BotReply =
  | { readonly type: 'ready' }
  | { readonly type: 'reached'; readonly at: number }
  | { readonly type: 'progress'; readonly at: number }
  | { readonly type: 'live'; readonly update: LiveUpdate }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string };

/** How a running bot talks to its process. */
export interface BotHooks {
  /** Says that everything is subscribed and the replay may begin. */
  ready(): void;
  /** Says that everything up to a boundary is done. */
  readonly reached: (at: number) => void;
  /** Shows what happens, when somebody watches. */
  readonly live?: (update: LiveUpdate) => void;
  /** Settles when the user wants to stop: what is pending is then stored and the bot returns. */
  readonly stopped: Promise<void>;
}

/** Runs a bot as a child process: takes its job, runs it, writes the result to the job's file. */
export function runAsChild(run: (job: BotJob, hooks: BotHooks) => Promise<BotResult>): void {
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  // The terminal sends Ctrl-C to the whole group; the second one is the parent's to answer.
  process.on('SIGINT', () => stop());
  process.on('SIGTERM', () => stop());
  process.on('disconnect', () => process.exit(1));
  process.on('message', (request: BotRequest) => {
    if (request.type === 'stop') {
      stop();
      return;
    }
    const { job } = request;
    const hooks: BotHooks = {
      ready: () => reply({ type: 'ready' }),
      // With faults the market waits for it.
      reached: job.faults === undefined ? progressNow() : (at) => reply({ type: 'reached', at }),
      stopped,
      ...(job.isWatched && { live: (update) => reply({ type: 'live', update }) }),
    };
    void answer(() => run(job, hooks), job);
  });
}

/** Runs to the end and tells the parent how it went. Never rejects. */
async function answer(run: () => Promise<BotResult>, job: BotJob): Promise<void> {
  try {
    writeFileSync(job.result, serialize(await run()));
    finish({ type: 'done' });
  } catch (error) {
    finish({ type: 'failed', message: describe(error) });
  }
}

/** Tells now and then how far the bot is. */
function progressNow(): (at: number) => void {
  let nextAt = 0;
  return (at) => {
    if (systemClock.now() < nextAt) return;
    nextAt = systemClock.now() + PROGRESS_INTERVAL;
    reply({ type: 'progress', at });
  };
}

function reply(message: BotReply): void {
  process.send?.(message);
}

/** Tells the parent how it ended, then leaves: nothing of value is open any more. */
function finish(message: BotReply): void {
  process.send?.(message, undefined, undefined, () => process.exit(message.type === 'failed' ? 1 : 0));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['TICKWISE_DEBUG'] === undefined ? error.message : (error.stack ?? error.message);
}
