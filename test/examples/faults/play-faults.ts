import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BotHooks } from '../../../examples/trading-pipeline/bot/child.js';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import type { FinalBook } from '../../../examples/trading-pipeline/bot/result.js';
import type { SignalRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { type CommonJob, makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { openDatabase, type Version } from '../../../examples/trading-pipeline/demo/version-database.js';
import { FaultDirector } from '../../../examples/trading-pipeline/faults/director.js';
import type { Fault, FaultKind } from '../../../examples/trading-pipeline/faults/fault.js';
import { planFaults } from '../../../examples/trading-pipeline/faults/plan.js';
import { serviceFaults } from '../../../examples/trading-pipeline/faults/service-faults.js';
import { runNaive } from '../../../examples/trading-pipeline/naive/run.js';
import { runOptimised } from '../../../examples/trading-pipeline/optimised/run.js';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import {
  type FaultedRun,
  type FaultReport,
  reportFaults,
} from '../../../examples/trading-pipeline/report/fault-report.js';
import { openRows } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { type ServiceCounts, ServicesServer } from '../../../examples/trading-pipeline/services/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { VenueServer } from '../../../examples/trading-pipeline/venue/index.js';

/** What happened to both versions, and their runs. */
export interface PlayedFaults {
  readonly faults: readonly Fault[];
  readonly report: FaultReport;
  /** What the bot says when nothing goes wrong. */
  readonly truth: readonly SignalRow[];
  /** The books that it ends with when nothing goes wrong. */
  readonly trueBooks: readonly FinalBook[];
  readonly naive: ServedRun;
  readonly optimised: ServedRun;
}

/** What a session of faults may have otherwise. */
export interface FaultSession {
  readonly seed?: number;
  /** Default: a synthetic session of {@link FaultSession.seconds}. */
  readonly recording?: Recording;
  /** Seconds of market time of a synthetic session. */
  readonly seconds?: number;
  readonly symbols?: string;
  readonly models?: string;
  /** Milliseconds. */
  readonly bar?: number;
  /** Address of a Postgres server. */
  readonly database?: string;
  /** Whether trades are explained and alerts sent. */
  readonly services?: boolean;
  readonly mode?: BotJob['mode'];
  readonly ttlScale?: number;
  /** Threads for the models of the optimised version. */
  readonly workers?: BotJob['workers'];
  /** Called with each version's database before it is removed. */
  readonly inspect?: (version: Version, database: string) => Promise<void>;
}

/** A run, with what the services saw of it. */
export interface ServedRun extends FaultedRun {
  readonly asked: ServiceCounts | undefined;
}

/** What both versions have in common. */
interface Scene {
  readonly recording: Recording;
  readonly job: CommonJob;
  readonly faults: readonly Fault[];
  readonly folder: string;
  readonly session: FaultSession;
}

const RUNS = { naive: runNaive, optimised: runOptimised } as const;
/** Long enough for signals before the first fault. */
const SECONDS = 56;

/** Lets the same faults befall both versions. */
export async function playFaults(kinds: readonly FaultKind[], session: FaultSession = {}): Promise<PlayedFaults> {
  const { seed = 1, seconds = SECONDS, models = '2', symbols, bar, mode = 'exact', ttlScale = 1 } = session;
  const synthetic = { seed, duration: seconds * 1_000, symbols: ['BTCUSDT', 'ETHUSDT'] };
  const recording = session.recording ?? synthesiseRecording(synthetic);
  const job = makeJob(recording, { ...readCommandLine([], {}), models, symbols, bar, mode, ttlScale });
  const names = job.symbols.map(({ symbol }) => symbol);
  const faults = planFaults(kinds, seed, { start: job.start, end: recording.end, bar: job.bar, symbols: names });
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-faults-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const scene: Scene = { recording, job, faults, folder, session };
  const calm = await playVersion('optimised', { ...scene, faults: [], session: { mode, ttlScale } });
  const { signals: truth, books: trueBooks } = calm.result;
  const naive = await playVersion('naive', scene);
  const optimised = await playVersion('optimised', scene);
  const market = { venue: recording.venue, start: recording.start, bar: job.bar };
  const report = await reportFaults(faults, market, truth, naive, optimised);
  return { faults, truth, trueBooks, naive, optimised, report };
}

async function playVersion(version: Version, scene: Scene): Promise<ServedRun> {
  const { recording, job: common, faults, folder, session } = scene;
  const { database: server, services: isServed = false, workers, inspect } = session;
  const database = await openDatabase(version, { database: server, keep: undefined }, folder, faults);
  onTestFinished(() => database.close());
  const names = common.symbols.map(({ symbol }) => symbol);
  const venue = await VenueServer.listen({ recording, symbols: names, bar: common.bar, speed: 'max', faults });
  onTestFinished(() => venue.close());
  const services = isServed ? await ServicesServer.listen({ seed: 1, ...serviceFaults(faults) }) : undefined;
  onTestFinished(() => services?.close());
  const director = new FaultDirector(faults, { venue, database: database.proxy });
  const hooks: BotHooks = {
    ready: () => venue.start(),
    reached: (at) => (faults.length === 0 ? undefined : void director.reached(at)),
    stopped: new Promise(() => {}),
  };
  const job: BotJob = {
    ...common,
    port: venue.port,
    services: services?.port,
    workers: version === 'optimised' ? workers : undefined,
    database: database.address,
    ...(database.journal !== undefined && { journal: database.journal }),
    ...(faults.length > 0 && { faults }),
    result: join(folder, 'result'),
  };
  const result = await RUNS[version](job, hooks);
  await inspect?.(version, database.readable);
  const stored = await openRows(database.readable);
  onTestFinished(() => stored.close());
  return { result, counts: venue.counts(), stored, heldMs: director.heldMs, asked: services?.counts() };
}
