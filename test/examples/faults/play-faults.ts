import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BotHooks } from '../../../examples/trading-pipeline/bot/child.js';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import type { SignalRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { type CommonJob, makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { openDatabase, type Version } from '../../../examples/trading-pipeline/demo/version-database.js';
import { FaultDirector } from '../../../examples/trading-pipeline/faults/director.js';
import type { Fault, FaultKind } from '../../../examples/trading-pipeline/faults/fault.js';
import { planFaults } from '../../../examples/trading-pipeline/faults/plan.js';
import { runNaive } from '../../../examples/trading-pipeline/naive/run.js';
import { runOptimised } from '../../../examples/trading-pipeline/optimised/run.js';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import {
  type FaultedRun,
  type FaultReport,
  reportFaults,
} from '../../../examples/trading-pipeline/report/fault-report.js';
import { openRows } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { VenueServer } from '../../../examples/trading-pipeline/venue/index.js';

/** What happened to both versions, and their runs. */
export interface PlayedFaults {
  readonly faults: readonly Fault[];
  readonly report: FaultReport;
  /** What the bot says when nothing goes wrong. */
  readonly truth: readonly SignalRow[];
  readonly naive: FaultedRun;
  readonly optimised: FaultedRun;
}

/** What a session of faults may have otherwise. */
export interface FaultSession {
  readonly seed?: number;
  /** Seconds of market time. */
  readonly seconds?: number;
  readonly models?: string;
  /** Address of a Postgres server. */
  readonly database?: string;
}

const RUNS = { naive: runNaive, optimised: runOptimised } as const;
/** Long enough for signals before the first fault. */
const SECONDS = 56;

/** Lets the same faults befall both versions. */
export async function playFaults(kinds: readonly FaultKind[], session: FaultSession = {}): Promise<PlayedFaults> {
  const { seed = 1, seconds = SECONDS, models = '2', database } = session;
  const recording = synthesiseRecording({ seed, duration: seconds * 1_000, symbols: ['BTCUSDT', 'ETHUSDT'] });
  const options = { ...readCommandLine([], {}), models, database };
  const job = makeJob(recording, options);
  const symbols = job.symbols.map(({ symbol }) => symbol);
  const faults = planFaults(kinds, seed, { start: job.start, end: recording.end, bar: job.bar, symbols });
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-faults-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const truth = await signalsWithoutFaults(recording, job, folder);
  const naive = await playVersion('naive', recording, job, faults, folder, database);
  const optimised = await playVersion('optimised', recording, job, faults, folder, database);
  const report = await reportFaults(faults, recording.start, truth, naive, optimised);
  return { faults, truth, naive, optimised, report };
}

async function signalsWithoutFaults(
  recording: Recording,
  job: CommonJob,
  folder: string,
): Promise<readonly SignalRow[]> {
  const { result } = await playVersion('optimised', recording, job, [], folder, undefined);
  return result.signals;
}

async function playVersion(
  version: Version,
  recording: Recording,
  common: CommonJob,
  faults: readonly Fault[],
  folder: string,
  server: string | undefined,
): Promise<FaultedRun> {
  const database = await openDatabase(version, { database: server, keep: undefined }, folder, faults);
  const venue = await VenueServer.listen({ recording, bar: common.bar, speed: 'max', faults });
  onTestFinished(() => database.close());
  onTestFinished(() => venue.close());
  const director = new FaultDirector(faults, { venue, database: database.proxy });
  const hooks: BotHooks = {
    ready: () => venue.start(),
    reached: (at) => (faults.length === 0 ? undefined : void director.reached(at)),
    stopped: new Promise(() => {}),
  };
  const job: BotJob = {
    ...common,
    port: venue.port,
    database: database.address,
    ...(database.journal !== undefined && { journal: database.journal }),
    ...(faults.length > 0 && { faults }),
    result: join(folder, 'result'),
  };
  const result = await RUNS[version](job, hooks);
  const stored = await openRows(database.readable);
  onTestFinished(() => stored.close());
  return { result, counts: venue.counts(), stored, heldMs: director.heldMs };
}
