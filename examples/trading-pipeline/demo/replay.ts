import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BotJob } from '../bot/job.js';
import type { BotResult, FinalBook } from '../bot/result.js';
import type { SignalRow } from '../bot/rows.js';
import { checkRedis } from '../database/redis.js';
import { FaultDirector } from '../faults/director.js';
import type { Fault } from '../faults/fault.js';
import { serviceFaults } from '../faults/service-faults.js';
import { type Comparison, compareRecords, sumOf } from '../report/comparison.js';
import { type Report, type ReportInput, reportOf, type VersionReport, versionReport } from '../report/report.js';
import { differencesOf } from '../report/differences.js';
import { type FaultedMarket, type FaultReport, reportFaults } from '../report/fault-report.js';
import { servicesReport, type ServicesReport } from '../report/services.js';
import { compareStores, openRows } from '../report/stored-rows.js';
import { type ServiceCounts, ServicesServer } from '../services/index.js';
import { UserError } from '../user-error.js';
import { type VenueCounts, VenueHandle } from '../venue/index.js';
import { BotHandle } from './bot-handle.js';
import { chooseFaults, usesServices } from './choose-faults.js';
import type { Input } from './choose-inputs.js';
import type { StopSignals } from './interrupts.js';
import { databaseKind } from './database-kind.js';
import { type CommonJob, makeJob } from './make-job.js';
import type { DemoOptions } from './options.js';
import { measureMemory } from './measure-memory.js';
import { programOf } from './program-of.js';
import { showProgress } from './progress.js';
import { openDatabase, type Version, type VersionDatabase } from './version-database.js';

/** One version's run. */
export interface Run {
  readonly result: BotResult;
  readonly version: VersionReport;
  readonly services: ServiceCounts | undefined;
  readonly database: VersionDatabase;
  readonly counts: VenueCounts;
  /** How long each fault took in reality. */
  readonly heldMs: ReadonlyMap<Fault, number>;
}

/** What a run needs to know besides the job. */
interface Setting {
  readonly input: Input;
  readonly job: CommonJob;
  readonly options: DemoOptions;
  readonly faults: readonly Fault[];
  readonly folder: string;
  readonly stop: StopSignals;
}

/** What surrounds a bot. */
interface World {
  readonly venue: VenueHandle;
  readonly services: ServicesServer | undefined;
}

/** Replays one input to both versions, one after the other. `undefined` when the user stopped it. */
export async function replay(input: Input, options: DemoOptions, stop: StopSignals): Promise<Report | undefined> {
  const job = makeJob(input.recording, options);
  const faults = chooseFaults(input.recording, job, options);
  const folder = await outputFolder(options, input.recording.name);
  const setting: Setting = { input, job, options, faults, folder, stop };
  const databases: VersionDatabase[] = [];
  try {
    if (options.cache !== undefined) await checkRedis(options.cache, stop.asked);
    for (const version of ['naive', 'optimised'] as const)
      databases.push(await openDatabase(version, options, folder, faults));
    const truth = faults.length === 0 ? [] : await signalsWithoutFaults(setting);
    const runs = await runBoth(setting, databases);
    return runs && truth && (await compare(setting, truth, ...runs));
  } catch (error) {
    // Ctrl-C reaches the children too, and ends one that has only just been started.
    if (stop.asked.aborted) return undefined;
    throw error;
  } finally {
    for (const database of databases) await database.close();
    if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function runBoth(
  setting: Setting,
  [naiveDatabase, optimisedDatabase]: readonly VersionDatabase[],
): Promise<[naive: Run, optimised: Run] | undefined> {
  if (naiveDatabase === undefined || optimisedDatabase === undefined) return undefined;
  const { job, options } = setting;
  const venue = await spawnVenue(setting);
  // In this process, which only waits meanwhile: what the services cost is not a bot's cost.
  const services = usesServices(options)
    ? await ServicesServer.listen({ seed: options.seed, ...serviceFaults(setting.faults) })
    : undefined;
  const world: World = { venue, services };
  try {
    const naive = await runVersion('naive', setting, world, naiveDatabase);
    if (naive === undefined) return undefined;
    await venue.reset();
    services?.reset();
    const workers = options.workers === undefined ? undefined : { count: options.workers, program: programOf('model') };
    const cache = options.cache === undefined ? undefined : { url: options.cache, version: `seed ${options.seed}` };
    const special: CommonJob = { ...job, workers, cache };
    const optimised = await runVersion('optimised', { ...setting, job: special }, world, optimisedDatabase);
    return optimised && [naive, optimised];
  } finally {
    await venue.stop();
    await services?.close();
  }
}

/** What the bot says when nothing goes wrong. */
async function signalsWithoutFaults(setting: Setting): Promise<readonly SignalRow[] | undefined> {
  const calm: Setting = { ...setting, faults: [] };
  const database = await openDatabase('optimised', { database: undefined, keep: undefined }, setting.folder, []);
  const venue = await spawnVenue(calm);
  try {
    return (await runVersion('optimised', calm, { venue, services: undefined }, database))?.result.signals;
  } finally {
    await venue.stop();
    await rm(database.readable, { force: true, recursive: true });
  }
}

function spawnVenue({ input: { source }, job, options: { speed }, faults }: Setting): Promise<VenueHandle> {
  const symbols = job.symbols.map(({ symbol }) => symbol);
  return VenueHandle.spawn(programOf('venue'), { source, symbols, bar: job.bar, speed, faults });
}

async function runVersion(
  version: Version,
  { input, job: common, folder, stop, faults }: Setting,
  { venue, services }: World,
  database: VersionDatabase,
): Promise<Run | undefined> {
  const job: BotJob = {
    ...common,
    port: venue.port,
    services: services?.port,
    database: database.address,
    ...(database.journal !== undefined && { journal: database.journal }),
    ...(faults.length > 0 && { faults }),
    result: join(folder, `${version}.result`),
  };
  if (stop.asked.aborted) return undefined;
  const director = new FaultDirector(faults, { venue, database: database.proxy });
  // It fails only when the venue has ended, which is noticed below.
  const bot = new BotHandle(programOf(version), job, (at) => void director.reached(at).catch(() => undefined));
  using _ = bot.heed(stop);
  try {
    await Promise.race([bot.ready(), venue.failed]);
    const started = performance.now();
    await venue.start();
    const progress = showProgress(version === 'naive' ? 'usual way' : 'tickwise', () => percentOf(bot, input));
    const result = await Promise.race([bot.result(), venue.failed]).finally(() => progress[Symbol.dispose]());
    if (stop.asked.aborted) return undefined;
    const counts = await venue.counts();
    if (counts.waitsGivenUp > 0) warnOfWait(version);
    const figures = versionReport(result, counts, performance.now() - started);
    return { result, version: figures, services: services?.counts(), database, counts, heldMs: director.heldMs };
  } finally {
    bot.kill();
    await rm(job.result, { force: true });
  }
}

/** Faults are brought about between two bars, while the market waits. */
function warnOfWait(version: Version): void {
  console.error(
    `${version}: the bot said nothing for 10 s, and the market went on without it: faults from then on may be missing or late`,
  );
}

/** How far a bot is, in whole percent. */
function percentOf({ reached }: BotHandle, { recording: { start, end } }: Input): number {
  return Math.floor(100 * Math.min(1, Math.max(0, (reached - start) / (end - start))));
}

async function compare(setting: Setting, truth: readonly SignalRow[], naive: Run, optimised: Run): Promise<Report> {
  const { input, job, options, faults } = setting;
  const bySymbolAndModel = (row: { ts: number; symbol: string; model?: string }): string =>
    `${row.ts}|${row.symbol}|${row.model}`;
  const market: FaultedMarket = { venue: input.recording.venue, start: input.recording.start, bar: job.bar };
  return reportOf({
    input: inputReport(input, job, options, optimised.counts),
    naive: naive.version,
    optimised: optimised.version,
    signals: compareRecords(naive.result.signals, optimised.result.signals, bySymbolAndModel),
    decisions: compareRecords(naive.result.decisions, optimised.result.decisions, bySymbolAndModel),
    books: compareBooks(naive.result.books, optimised.result.books),
    rows: await compareStores(naive.database.readable, optimised.database.readable),
    faults: faults.length === 0 ? undefined : await faultsOf(faults, market, truth, naive, optimised),
    services: compareServices(naive, optimised),
    memory: await measureMemory(job, optimised.result, join(setting.folder, 'memory'), options),
    differences: options.mode === 'exact' ? undefined : differencesOf(naive.result, optimised.result),
    efficiency: optimised.result.efficiency,
    trace: optimised.result.trace,
  });
}

async function faultsOf(
  faults: readonly Fault[],
  market: FaultedMarket,
  truth: readonly SignalRow[],
  naive: Run,
  optimised: Run,
): Promise<FaultReport> {
  const [before, after] = [await openRows(naive.database.readable), await openRows(optimised.database.readable)];
  try {
    return await reportFaults(faults, market, truth, { ...naive, stored: before }, { ...optimised, stored: after });
  } finally {
    before.close();
    after.close();
  }
}

function compareServices(naive: Run, optimised: Run): ServicesReport | undefined {
  const [usual, ours] = [naive, optimised].map(
    ({ result, services }) => result.told && services && { told: result.told, counts: services },
  );
  return usual && ours && servicesReport(usual, ours);
}

/** Holds every naive bot's final book against the one shared book of its symbol. */
function compareBooks(naive: readonly FinalBook[], optimised: readonly FinalBook[]): Comparison {
  const owners = new Set(naive.map(({ owner }) => owner));
  return sumOf(
    [...owners].map((owner) => {
      const own = naive.filter((book) => book.owner === owner);
      const shared = optimised.map((book) => ({ ...book, owner }));
      return compareRecords(own, shared, (book) => book.symbol);
    }),
  );
}

function inputReport({ recording }: Input, job: CommonJob, options: DemoOptions, counts: VenueCounts): ReportInput {
  return {
    name: recording.name,
    kind: recording.kind,
    venue: recording.venue,
    market: recording.market,
    symbols: job.symbols.map(({ symbol }) => symbol),
    models: job.models,
    mode: options.mode,
    bar: job.bar,
    speed: options.speed,
    workers: options.workers,
    // What is made while it is played is counted there; the optimised version gets each frame once.
    frames: recording.frameCount ?? counts.framesSent,
    seconds: (recording.end - recording.start) / 1_000,
    malformed: recording.malformed,
    database: options.database === undefined ? databaseKind() : 'postgres',
  };
}

async function outputFolder({ keep }: DemoOptions, name: string): Promise<string> {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'tickwise-demo-'));
  const folder = join(keep, name);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot write to ${folder}`, { cause: error });
  }
  return folder;
}
