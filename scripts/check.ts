import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { CheckRun, Gate } from './check/gate.js';
import { type GateResult, runGates } from './check/run-gates.js';
import { selectGates } from './check/selection.js';
import { printOutcome, TerminalProgress } from './check/terminal-progress.js';
import { gates } from './gates/index.js';
import { type PackedPackage, packAndInstall } from './tools/packed-package.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false, short: 'h' },
    report: { type: 'string' },
    skip: { type: 'string', multiple: true, default: [] },
    update: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? printHelp() : await check();

async function check(): Promise<number> {
  const wanted = { names: positionals, skipped: values.skip, isAll: values.all };
  const selected = selectGates(gates, wanted);
  const { run, close } = newRun();
  process.once('SIGINT', () => void close().finally(() => process.exit(130)));
  const begin = performance.now();
  try {
    const results = await runGates(selected, run, new TerminalProgress(selected.length));
    printOutcome(results, performance.now() - begin);
    if (values.report !== undefined) writeReport(values.report, results);
    return results.every((result) => result.isPassed) ? 0 : 1;
  } finally {
    await close();
  }
}

function newRun(): { run: CheckRun; close: () => Promise<void> } {
  let packed: Promise<PackedPackage> | undefined;
  return {
    run: {
      isUpdate: values.update,
      isThorough: values.all || positionals.length > 0,
      packed: () => (packed ??= packAndInstall()),
    },
    close: async () => (await packed?.catch(() => undefined))?.close(),
  };
}

function writeReport(path: string, results: readonly GateResult[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(results.map(({ name, isPassed, duration }) => ({ name, isPassed, duration }))));
}

function printHelp(): number {
  console.log(`npm run check -- [gates] [options]

Runs every gate, or those named and what they need. Exits 1 when one fails.

Gates
${gates.map(helpLine).join('\n')}

Options
  --skip <gate>    leave a gate out; may be repeated
  --all            every test, with coverage, and the gates that take minutes or need a network
  --update         rewrite the API reports in the repository instead of comparing them
  --report <file>  write the results as JSON
  --help           print this`);
  return 0;
}

function helpLine({ name, claim, isExtra }: Gate): string {
  return `  ${name.padEnd(12)}${claim}${isExtra === true ? ' (only with --all or by name)' : ''}`;
}
