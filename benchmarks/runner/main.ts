import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { FULL, QUICK } from './contract.js';
import { type Environment, readEnvironment } from './environment.js';
import type { ClaimResult } from './claim.js';
import { countClaims, measureClaims } from './claims.js';
import { lineOf, renderClaims, writeClaims } from './claims-report.js';
import { findBenchmarks, findClaims, type Found, isOfClaims, select } from './find.js';
import { loadBenchmark } from './load.js';
import { installPeers, providePackage } from './prepare.js';
import { killContenders, runClaims, runContender } from './processes.js';
import { ProgressLine } from './progress.js';
import { type Report, renderHeader, renderReport, writeReport } from './report.js';
import { writePage } from './write-page.js';
import { runSession, type Standing } from './session.js';

/** The checkout; this file is compiled to benchmarks/build/runner/. */
const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const HELP = `
Each contender runs in its own process, in alternated order, after its answer was compared with the
reference. Results go to stdout, as JSON to <folder>/results/, and as a web page with plots to
<folder>/results/report.html. The exit code is 1 when one of ours was refused or failed.

  npm run bench                        everything
  npm run bench -- ring memo           two primitives
  npm run bench -- ring/window-200     one question
  npm run bench -- ring --quick        a first look at one primitive
  npm run bench -- claims              what the documents behind the library promise: claim, measured, met or not
  npm run bench -- claims/memo         one group of them
  npm run bench -- --quick             a first look at everything: the headline question of each primitive
`;

interface Flags {
  readonly quick: boolean;
}

/** Runs the command line and returns the exit code. */
export async function runCommand(args: readonly string[], folder: string): Promise<number> {
  let code = 0;
  const command = new Command('npm run bench --')
    .description('Measures tickwise against its peers.')
    .argument('[names...]', 'primitives or single benchmarks; all when left out')
    .option('--quick', 'fewer and shorter rounds', false)
    .option('--folder <path>', 'other benchmarks than those of this checkout')
    .addHelpText('after', HELP)
    .action(async (names: readonly string[], { quick }: Flags) => {
      code = await runAll(names, quick, folder);
    });
  endChildrenOnSignals();
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  return code;
}

async function runAll(words: readonly string[], isQuick: boolean, folder: string): Promise<number> {
  const named = await chooseBenchmarks(words, folder);
  const groups = await chooseClaims(words, isQuick, folder);
  await prepare(folder, named.length > 0);
  // A benchmark is loaded to see whether it is a headline, and imports what was just prepared.
  const selected = isQuick && words.length === 0 ? await headlines(named) : named;
  const environment = await readEnvironment(ROOT, folder);
  process.stdout.write(`${renderHeader(environment)}\n\n`);
  const reports: Report[] = [];
  for (const found of selected) {
    const report = await runOne(found, isQuick, environment);
    process.stdout.write(`${renderReport(report)}\n`);
    await writeReport(folder, report);
    reports.push(report);
  }
  const claims = await runAllClaims(groups, folder, environment);
  process.stdout.write(`The page is ${await writePage(folder, { reports, claims, environment })}\n`);
  const hasFailed = reports.some(({ standings }) => standings.some(isOurFault));
  return hasFailed || claims.some((claim) => claim.hasFailed) ? 1 : 0;
}

async function chooseBenchmarks(words: readonly string[], folder: string): Promise<readonly Found[]> {
  const names = words.filter((word) => !isOfClaims(word));
  if (names.length === 0 && words.length > 0) return [];
  return select(await findBenchmarks(folder), names);
}

/** Claims take minutes: they are left out of a first look, unless named. */
async function chooseClaims(words: readonly string[], isQuick: boolean, folder: string): Promise<readonly Found[]> {
  const names = words.filter(isOfClaims);
  if (names.length === 0 && (words.length > 0 || isQuick)) return [];
  return select(await findClaims(folder), names);
}

/** Claims compare with the usual way of writing it, so they need no peers. */
async function prepare(folder: string, needsPeers: boolean): Promise<void> {
  if (!existsSync(join(folder, 'package.json'))) return;
  if (needsPeers) await installPeers(folder);
  await providePackage(ROOT, folder);
}

async function runAllClaims(
  groups: readonly Found[],
  folder: string,
  environment: Environment,
): Promise<readonly ClaimResult[]> {
  if (groups.length === 0) return [];
  const total = await countClaims(groups);
  let done = 0;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const results = await measureClaims(groups, runClaims, {
    begin: (group, { length }) => length > 1 && say(`measuring ${group}: ${length} claims that share a run …`),
    end: (result) => say(`${++done} of ${total} ${lineOf(result)}`),
  });
  process.stdout.write(`${renderClaims(results)}\n`);
  await writeClaims(folder, results, environment);
  return results;
}

/** Those that are marked as headlines; all when none is. */
async function headlines(all: readonly Found[]): Promise<readonly Found[]> {
  const marked = await Promise.all(all.map(async ({ file }) => (await loadBenchmark(file)).headline === true));
  return marked.includes(true) ? all.filter((_, index) => marked[index]) : all;
}

async function runOne({ name, file }: Found, isQuick: boolean, environment: Environment): Promise<Report> {
  const benchmark = await loadBenchmark(file);
  const settings = isQuick ? QUICK : FULL;
  const progress = new ProgressLine(settings.rounds * benchmark.contenders.length);
  try {
    const standings = await runSession(file, benchmark, settings, runContender, (contender) =>
      progress.next(`${name}, ${contender}`),
    );
    return { name, benchmark, settings, isQuick, environment, standings };
  } finally {
    progress[Symbol.dispose]();
  }
}

function isOurFault({ ours, status }: Standing): boolean {
  return ours && status !== 'measured';
}

function endChildrenOnSignals(): void {
  process.once('SIGINT', () => endWith(130));
  process.once('SIGTERM', () => endWith(143));
}

function endWith(code: number): never {
  killContenders();
  process.exit(code);
}
