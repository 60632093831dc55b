import Table from 'cli-table3';
import type { Comparison } from './comparison.js';
import { FAULT_FIGURES, FAULT_HEAD, faultCells } from './fault-figures.js';
import type { FaultReport } from './fault-report.js';
import { differenceLines } from './difference-lines.js';
import { FIGURES, whole } from './figures.js';
import { isEmpty, isProven, type Report } from './report.js';
import { serviceLines } from './service-lines.js';

/** Renders a report for people. */
export function renderReport(report: Report): string {
  const { faults } = report;
  const parts = [
    heading(report),
    costs(report),
    services(report),
    differences(report),
    watched(report),
    claims(report),
    ...(faults === undefined ? [results(report)] : faultsOf(report, faults)),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function heading({ input }: Report): string {
  const source = input.kind === 'synthetic' ? 'synthetic session' : 'recording';
  const malformed = input.malformed === 0 ? '' : `, ${whole(input.malformed)} malformed lines left out`;
  return (
    `\n${source} ${input.name} (${input.venue} ${input.market}): ${whole(input.frames)} frames, ${input.seconds.toFixed(0)} s of market time${malformed}\n` +
    `${input.symbols.length} symbols (${input.symbols.join(', ')}), ${input.models.length} models (${input.models.join(', ')}), ` +
    `bars of ${input.bar} ms, mode ${input.mode}${threadsOf(input)}${rowsIn(input)}`
  );
}

function threadsOf({ workers }: Report['input']): string {
  return workers === undefined ? '' : `, models of tickwise in ${workers} threads`;
}

/** Said only where it is not the database that the demo is about. */
function rowsIn({ database }: Report['input']): string {
  if (database === 'duckdb') return '';
  return (
    '\nrows go to plain files, and an append counts as a statement, since DuckDB is not installed; with it:\n' +
    '  npm install tickwise @duckdb/node-api && npx tickwise demo'
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

function services({ services: told }: Report): string {
  if (told === undefined) return '';
  const table = newTable(['explanations and alerts', 'usual way', 'tickwise'], ['left', 'right', 'right']);
  table.push(...serviceLines(told));
  return table.toString();
}

function differences(report: Report): string {
  if (report.differences === undefined) return '';
  const table = newTable(
    ['work', 'asked for', 'computed', 'saved', 'different for it'],
    ['left', 'right', 'right', 'right', 'left'],
  );
  for (const { cache, asked, computed, saved, changed } of differenceLines(report))
    table.push([cache, asked, computed, saved, changed]);
  return table.toString();
}

/** The figures by which the optimised version is watched. */
function watched({ efficiency }: Report): string {
  if (efficiency === undefined) return '';
  const { memory_usage: memory, ...figures } = efficiency;
  const table = newTable(['tickwise, watched', 'value'], ['left', 'right']);
  for (const [name, value] of Object.entries({ ...figures, ...memory }))
    table.push([name, name === 'cache_hit_rate' ? `${(value * 100).toFixed(1)} %` : whole(value)]);
  return table.toString();
}

function claims(report: Report): string {
  const table = newTable(['promise', 'claimed', 'measured', 'met'], ['left', 'right', 'right', 'left']);
  for (const { what, claim, measured, isMet } of report.claims)
    table.push([what, claim, measured, isMet ? 'yes' : 'NOT MET']);
  return table.toString();
}

function results(report: Report): string {
  const { signals, decisions, books, rows, services: told } = report;
  if (isEmpty(report)) return 'NOTHING PROVEN: the recording is too short to give a signal with bars of this length.';
  const parts = [
    `signals ${outOf(signals)}`,
    `decisions ${outOf(decisions)}`,
    `final books ${outOf(books)}`,
    `stored rows ${outOf(rows)}`,
    ...(told === undefined ? [] : [`explanations ${outOf(told.reasons)}`, `alerts ${outOf(told.alerts)}`]),
  ];
  return `${verdict(report)}: equal are ${parts.join(', ')}.`;
}

function verdict(report: Report): string {
  if (!isProven(report)) return 'RESULTS DIFFER';
  return report.differences === undefined ? 'Same results' : 'Differences within what mode tolerant allows';
}

function faultsOf(report: Report, { lines, naive, optimised }: FaultReport): string[] {
  const struck = newTable(FAULT_HEAD, ['left', 'left', 'right', 'right', 'right', 'right', 'left']);
  for (const line of lines) struck.push(...faultCells(line));
  const totals = newTable(['with all faults', 'usual way', 'tickwise'], ['left', 'right', 'right']);
  for (const [name, read] of FAULT_FIGURES) totals.push([name, read(naive), read(optimised)]);
  return [struck.toString(), totals.toString(), survived(report)];
}

function survived(report: Report): string {
  return isProven(report)
    ? 'The tickwise version lost no row, doubled none, and gave up no book.'
    : 'NOT SURVIVED: the tickwise version lost or doubled rows, or gave up a book.';
}

function newTable(head: string[], colAligns: ('left' | 'right')[]): Table.Table {
  return new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
}

function outOf({ equal, total }: Comparison): string {
  return `${whole(equal)} of ${whole(total)}`;
}
