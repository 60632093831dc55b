import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BotJob } from '../bot/job.js';
import type { BotResult, FinalBook } from '../bot/result.js';
import { type Comparison, compareRecords, sumOf } from '../report/comparison.js';
import { type Report, type ReportInput, reportOf, type VersionReport, versionReport } from '../report/report.js';
import { compareDatabases } from '../report/stored-rows.js';
import { UserError } from '../user-error.js';
import { VenueHandle } from '../venue/index.js';
import { BotHandle } from './bot-handle.js';
import type { Input } from './choose-inputs.js';
import { type CommonJob, makeJob } from './make-job.js';
import type { DemoOptions } from './options.js';
import { showProgress } from './progress.js';

type Version = 'naive' | 'optimised';

interface Run {
  readonly result: BotResult;
  readonly version: VersionReport;
  readonly database: string;
}

/** Replays one input to both versions, one after the other. `undefined` when the user stopped it. */
export async function replay(input: Input, options: DemoOptions, signal: AbortSignal): Promise<Report | undefined> {
  const job = makeJob(input.recording, options);
  const folder = await outputFolder(options, input.recording.name);
  try {
    const runs = await runBoth(input, job, options, folder, signal);
    return runs && (await compare(inputReport(input, job, options), ...runs));
  } catch (error) {
    // Ctrl-C reaches the children too, and ends one that has only just been started.
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function runBoth(
  { source }: Input,
  job: CommonJob,
  { bar, speed }: DemoOptions,
  folder: string,
  signal: AbortSignal,
): Promise<[naive: Run, optimised: Run] | undefined> {
  const symbols = job.symbols.map(({ symbol }) => symbol);
  const venue = await VenueHandle.spawn(programOf('venue'), { source, symbols, bar, speed });
  try {
    const naive = await runVersion('naive', job, venue, folder, signal);
    if (naive === undefined) return undefined;
    await venue.reset();
    const optimised = await runVersion('optimised', job, venue, folder, signal);
    return optimised && [naive, optimised];
  } finally {
    await venue.stop();
  }
}

async function runVersion(
  version: Version,
  common: CommonJob,
  venue: VenueHandle,
  folder: string,
  signal: AbortSignal,
): Promise<Run | undefined> {
  const job: BotJob = {
    ...common,
    port: venue.port,
    database: join(folder, `${version}.duckdb`),
    result: join(folder, `${version}.result`),
  };
  if (signal.aborted) return undefined;
  // A log that a killed process left behind would be played into the new database.
  for (const file of [job.database, `${job.database}.wal`]) await rm(file, { force: true });
  const bot = new BotHandle(programOf(version), job);
  const stop = (): void => bot.stop();
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([bot.ready(), venue.failed]);
    const started = performance.now();
    await venue.start();
    const progress = showProgress(version === 'naive' ? 'usual way' : 'tickwise', venue);
    const result = await Promise.race([bot.result(), venue.failed]).finally(() => progress[Symbol.dispose]());
    if (signal.aborted) return undefined;
    const counts = await venue.counts();
    return { result, version: versionReport(result, counts, performance.now() - started), database: job.database };
  } finally {
    signal.removeEventListener('abort', stop);
    bot.kill();
    await rm(job.result, { force: true });
  }
}

async function compare(input: ReportInput, naive: Run, optimised: Run): Promise<Report> {
  const bySymbolAndModel = (row: { ts: number; symbol: string; model?: string }): string =>
    `${row.ts}|${row.symbol}|${row.model}`;
  return reportOf({
    input,
    naive: naive.version,
    optimised: optimised.version,
    signals: compareRecords(naive.result.signals, optimised.result.signals, bySymbolAndModel),
    decisions: compareRecords(naive.result.decisions, optimised.result.decisions, bySymbolAndModel),
    books: compareBooks(naive.result.books, optimised.result.books),
    rows: await compareDatabases(naive.database, optimised.database),
    trace: optimised.result.trace,
  });
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

function inputReport({ recording }: Input, job: CommonJob, options: DemoOptions): ReportInput {
  return {
    name: recording.name,
    kind: recording.kind,
    venue: recording.venue,
    market: recording.market,
    symbols: job.symbols.map(({ symbol }) => symbol),
    models: job.models,
    mode: options.mode,
    bar: options.bar,
    speed: options.speed,
    frames: recording.frameCount,
    seconds: (recording.end - recording.start) / 1_000,
    malformed: recording.malformed,
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

/** Path of a built program of this example; they lie side by side. */
function programOf(name: 'venue' | Version): string {
  return fileURLToPath(new URL(`./${name}-process.js`, import.meta.url));
}
