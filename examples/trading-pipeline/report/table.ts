import Table from 'cli-table3';
import type { Comparison } from './comparison.js';
import { FIGURES, whole } from './figures.js';
import { isEmpty, isProven, type Report } from './report.js';

/** Renders a report for people. */
export function renderReport(report: Report): string {
  return [heading(report), costs(report), claims(report), results(report)].join('\n');
}

function heading({ input }: Report): string {
  const source = input.kind === 'synthetic' ? 'synthetic session' : 'recording';
  const malformed = input.malformed === 0 ? '' : `, ${whole(input.malformed)} malformed lines left out`;
  return (
    `\n${source} ${input.name} (${input.venue} ${input.market}): ${whole(input.frames)} frames, ${input.seconds.toFixed(0)} s of market time${malformed}\n` +
    `${input.symbols.length} symbols (${input.symbols.join(', ')}), ${input.models.length} models (${input.models.join(', ')}), ` +
    `bars of ${input.bar} ms, mode ${input.mode}`
  );
}

function costs({ naive, optimised }: Report): string {
  const table = newTable(['cost', 'usual way', 'tickwise', 'ratio'], ['left', 'right', 'right', 'right']);
  for (const [name, read, write] of FIGURES) {
    const [before, after] = [read(naive), read(optimised)];
    table.push([name, write(before), write(after), after === 0 ? '–' : `${(before / after).toFixed(1)}×`]);
  }
  return table.toString();
}

function claims(report: Report): string {
  const table = newTable(['promise', 'claimed', 'measured', 'met'], ['left', 'right', 'right', 'left']);
  for (const { what, claim, measured, isMet } of report.claims)
    table.push([what, claim, measured, isMet ? 'yes' : 'NOT MET']);
  return table.toString();
}

function results(report: Report): string {
  const { signals, decisions, books, rows } = report;
  if (isEmpty(report)) return 'NOTHING PROVEN: the recording is too short to give a signal with bars of this length.';
  const parts = [
    `signals ${outOf(signals)}`,
    `decisions ${outOf(decisions)}`,
    `final books ${outOf(books)}`,
    `stored rows ${outOf(rows)}`,
  ];
  return `${isProven(report) ? 'Same results' : 'RESULTS DIFFER'}: equal are ${parts.join(', ')}.`;
}

function newTable(head: string[], colAligns: ('left' | 'right')[]): Table.Table {
  return new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
}

function outOf({ equal, total }: Comparison): string {
  return `${whole(equal)} of ${whole(total)}`;
}
