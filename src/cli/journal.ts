import { parseArgs } from 'node:util';
import { inspectJournal, type JournalReport, type SegmentReport } from '../batch/journal/inspect.js';
import { type Output, UsageError, type Verb } from './verb.js';

const HELP = `Usage: tickwise journal <directory> [--json]

Lists the files of a BatchWriter's journal and checks every record. Changes nothing, and may be
called while a writer has the directory: what that is just writing then shows as a torn tail.

Options:
  --json      print one JSON object instead of a table
  -h, --help  print this

Exit code: 0 all is whole, 1 something is damaged or cannot be read, 2 wrong usage or no such directory.`;

/** Lists and verifies a journal. */
export const journal: Verb = {
  summary: 'list and verify the journal of a BatchWriter',
  help: HELP,
  async run(args, output) {
    const { values, positionals } = parse(args);
    const [directory] = positionals;
    if (directory === undefined || positionals.length > 1) throw new UsageError('give one directory');
    const report = await inspect(directory);
    if (values.json === true) output.print(JSON.stringify(report));
    else printReport(report, output);
    return isWhole(report) ? 0 : 1;
  },
};

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { json: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function inspect(directory: string): Promise<JournalReport> {
  try {
    return await inspectJournal(directory);
  } catch (error) {
    throw new UsageError(`${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function isWhole({ isInUse, segments, corruptLedgerEntries, ledgerProblem }: JournalReport): boolean {
  const isDamaged = segments.some(({ corrupt, torn, problem }) => {
    return corrupt > 0 || problem !== undefined || (torn > 0 && !isInUse);
  });
  return !isDamaged && corruptLedgerEntries === 0 && ledgerProblem === undefined;
}

function printReport(report: JournalReport, output: Output): void {
  const { directory, isInUse, segments, corruptLedgerEntries, ledgerProblem } = report;
  output.print(`${directory}: ${isInUse ? 'a writer has it' : 'no writer has it'}`);
  for (const line of table(segments)) output.print(line);
  if (ledgerProblem !== undefined) output.print(`ledger: ${ledgerProblem}`);
  else if (corruptLedgerEntries > 0)
    output.print(`ledger: ${corruptLedgerEntries} damaged entries; their rows are sent again`);
  const sum = (of: (segment: SegmentReport) => number): number => segments.reduce((total, each) => total + of(each), 0);
  output.print(
    `${segments.length} files, ${sum(({ bytes }) => bytes)} bytes, ${sum(({ rows }) => rows)} rows, ` +
      `${sum(({ waiting }) => waiting)} of them not known to be at the sink; ` +
      (isWhole(report) ? 'all whole' : 'DAMAGED'),
  );
}

function table(segments: readonly SegmentReport[]): string[] {
  if (segments.length === 0) return [];
  const head = ['file', 'created', 'bytes', 'rows', 'waiting', 'state'];
  const lines = segments.map((segment) => {
    const { file, createdAt, bytes, rows, waiting } = segment;
    const created = createdAt === undefined ? '-' : new Date(createdAt).toISOString();
    return [file, created, String(bytes), String(rows), String(waiting), stateOf(segment)];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  return [head, ...lines].map((line) => {
    return line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  });
}

function stateOf({ corrupt, torn, problem }: SegmentReport): string {
  if (problem !== undefined) return problem;
  const faults = [];
  if (corrupt > 0) faults.push(`${corrupt} damaged`);
  if (torn > 0) faults.push(`torn tail of ${torn} bytes`);
  return faults.length === 0 ? 'whole' : faults.join(', ');
}
