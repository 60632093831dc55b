import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from 'tickwise/core';
import type { BotHooks } from '../../../examples/trading-pipeline/bot/child.js';
import type { BotJob, Mode } from '../../../examples/trading-pipeline/bot/job.js';
import type { BotResult } from '../../../examples/trading-pipeline/bot/result.js';
import { makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { type DemoOptions, readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { runNaive } from '../../../examples/trading-pipeline/naive/run.js';
import { runOptimised } from '../../../examples/trading-pipeline/optimised/run.js';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import { type Comparison, compareRecords } from '../../../examples/trading-pipeline/report/comparison.js';
import { compareStores } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { type Speed, type VenueCounts, VenueServer } from '../../../examples/trading-pipeline/venue/index.js';

/** One version's run in this process. */
export interface Played {
  readonly result: BotResult;
  readonly counts: VenueCounts;
  readonly database: string;
}

/** What a run may change. */
export interface PlayOptions {
  readonly symbols?: string;
  readonly models?: string;
  /** Milliseconds. */
  readonly bar?: number;
  readonly speed?: Speed;
  readonly mode?: Mode;
  readonly ttlScale?: number;
  /** Port of the services. */
  readonly services?: number;
  readonly cache?: BotJob['cache'];
  /** Threads for the models of the optimised version. */
  readonly workers?: BotJob['workers'];
  /** Paces the venue. */
  readonly clock?: Clock;
  /** Called when the replay has begun. */
  readonly onStart?: () => void;
  /** Called with each boundary that the bot is done with, epoch milliseconds. */
  readonly onReached?: (at: number) => void;
}

const VERSIONS = { naive: runNaive, optimised: runOptimised } as const;
const folders: string[] = [];

/** Replays a recording to one version. */
export async function play(
  version: keyof typeof VERSIONS,
  recording: Recording,
  options: PlayOptions = {},
): Promise<Played> {
  const {
    symbols,
    models = '3',
    bar,
    speed = 'max',
    mode = 'exact',
    ttlScale = 1,
    clock,
    onStart,
    workers,
    cache,
  } = options;
  const demo: DemoOptions = { ...readCommandLine([], {}), symbols, models, bar, speed, mode, ttlScale };
  const common = makeJob(recording, demo);
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-test-'));
  folders.push(folder);
  const names = common.symbols.map(({ symbol }) => symbol);
  const venue = await VenueServer.listen({
    recording,
    symbols: names,
    bar: common.bar,
    speed,
    ...(clock && { clock }),
  });
  const job: BotJob = {
    ...common,
    port: venue.port,
    workers,
    services: options.services,
    cache,
    database: join(folder, 'rows.duckdb'),
    result: join(folder, 'result'),
  };
  const hooks: BotHooks = {
    ready: () => {
      venue.start();
      onStart?.();
    },
    reached: (at) => options.onReached?.(at),
    stopped: new Promise(() => {}),
  };
  try {
    const result = await VERSIONS[version](job, hooks);
    return { result, counts: venue.counts(), database: job.database };
  } finally {
    await venue.close();
  }
}

/** Removes what the runs of a test file stored. */
export async function removeDatabases(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Holds all results of two runs side by side. */
export async function compareRuns(a: Played, b: Played): Promise<Record<'signals' | 'decisions' | 'rows', Comparison>> {
  const keyOf = (row: { ts: number; symbol: string; model?: string }): string => `${row.ts}|${row.symbol}|${row.model}`;
  return {
    signals: compareRecords(a.result.signals, b.result.signals, keyOf),
    decisions: compareRecords(a.result.decisions, b.result.decisions, keyOf),
    rows: await compareStores(a.database, b.database),
  };
}
