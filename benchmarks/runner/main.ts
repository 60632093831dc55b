import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { FULL, QUICK } from './contract.js';
import { type Environment, readEnvironment } from './environment.js';
import { findBenchmarks, type Found, select } from './find.js';
import { loadBenchmark } from './load.js';
import { installPeers, providePackage } from './prepare.js';
import { killContenders, runContender } from './processes.js';
import { ProgressLine } from './progress.js';
import { type Report, renderHeader, renderReport, writeReport } from './report.js';
import { runSession, type Standing } from './session.js';

/** The checkout; this file is compiled to benchmarks/build/runner/. */
const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const HELP = `
Each contender runs in its own process, in alternated order, after its answer was compared with the
reference. Results go to stdout and, as JSON, to <folder>/results/. The exit code is 1 when one of ours
was refused or failed.

  npm run bench                        everything
  npm run bench -- ring memo           two primitives
  npm run bench -- ring/window-200     one question
  npm run bench -- ring --quick        a first look
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

async function runAll(names: readonly string[], isQuick: boolean, folder: string): Promise<number> {
  const selected = select(await findBenchmarks(folder), names);
  if (existsSync(join(folder, 'package.json'))) {
    await installPeers(folder);
    await providePackage(ROOT, folder);
  }
  const environment = await readEnvironment(ROOT, folder);
  process.stdout.write(`${renderHeader(environment)}\n\n`);
  let code = 0;
  for (const found of selected) {
    const report = await runOne(found, isQuick, environment);
    process.stdout.write(`${renderReport(report)}\n`);
    await writeReport(folder, report);
    if (report.standings.some(isOurFault)) code = 1;
  }
  return code;
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
