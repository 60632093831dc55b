import { isDeepStrictEqual } from 'node:util';
import Table from 'cli-table3';
import type { Outcome } from './job.js';
import type { StepReport } from './replay-step.js';
import { STEPS } from './steps.js';

const FIGURES: readonly (readonly [string, (report: StepReport) => string])[] = [
  ['connections', ({ connections }) => whole(connections)],
  ['subscribe requests', ({ subscribeRequests }) => whole(subscribeRequests)],
  ['frames parsed', ({ framesParsed }) => whole(framesParsed)],
  ['features computed', ({ featuresComputed }) => whole(featuresComputed)],
  ['regimes computed', ({ regimesComputed }) => whole(regimesComputed)],
  ['statements', ({ statements }) => whole(statements)],
  ['alerts', ({ alerts }) => whole(alerts)],
  ['CPU', ({ cpuMs }) => `${(cpuMs / 1_000).toFixed(2)} s`],
];

/** Steps side by side, one line each. */
export function table(reports: readonly StepReport[]): string {
  const head = ['step', ...FIGURES.map(([name]) => name)];
  const lines = new Table({ head, colAligns: ['left', ...FIGURES.map(() => 'right' as const)], style: { head: [] } });
  for (const report of reports) {
    lines.push([`${report.step} ${STEPS[report.step]?.name}`, ...FIGURES.map(([, write]) => write(report))]);
  }
  return lines.toString();
}

/** What a step gave that the first one did not, in words; nothing when all is the same. */
export function differences(step: number, first: Outcome, report: Outcome): string[] {
  return (['signals', 'decisions'] as const).flatMap((name) => {
    const [before, after] = [sorted(first[name]), sorted(report[name])];
    if (before.length > 0 && isDeepStrictEqual(before, after)) return [];
    const equal = before.filter((row, index) => isDeepStrictEqual(row, after[index])).length;
    return [`step ${step}: ${equal} of ${before.length} ${name} are the same, there are ${after.length}`];
  });
}

interface Row {
  readonly ts: number;
  readonly symbol: string;
}

/** By time, symbol and model: bots of different steps tell in different orders. */
function sorted(rows: readonly Row[]): readonly Row[] {
  const keyOf = (row: Row): string => `${row.ts} ${row.symbol} ${'model' in row ? String(row.model) : ''}`;
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
