import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Benchmark, Settings } from './contract.js';
import type { Environment } from './environment.js';
import type { Standing } from './session.js';
import { UNITS } from './units.js';

/** Everything a run found out about one benchmark. */
export interface Report {
  readonly name: string;
  readonly benchmark: Benchmark;
  readonly settings: Settings;
  readonly isQuick: boolean;
  readonly environment: Environment;
  readonly standings: readonly Standing[];
}

/** The lines above all tables: machine and versions. */
export function renderHeader({ node, cpu, cores, memoryGiB, load, tickwise, platform }: Environment): string {
  return `tickwise ${tickwise}, Node ${node}, ${platform}, ${cores} × ${cpu}, ${memoryGiB} GiB, load ${load}`;
}

/** One benchmark as a table, fastest first, those that are not ranked last. */
export function renderReport({ name, benchmark, settings, isQuick, environment, standings }: Report): string {
  const unit = UNITS[benchmark.unit ?? 'ns'];
  const table = new Table({
    head: ['', unit.head(benchmark.operation), 'spread', 'to best peer', 'to floor'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const standing of standings) table.push(cells(standing, environment));
  const rounds = `${settings.rounds} rounds${isQuick ? ', quick' : ''}; ${unit.method}, spread: middle half of the rounds`;
  const faults = standings
    .filter(({ reason }) => reason !== undefined)
    .map((fault) => `${fault.name}: ${fault.reason}`);
  const note = benchmark.note === undefined ? [] : [benchmark.note];
  return [`${name}: ${benchmark.question}`, table.toString(), rounds, ...note, ...faults, ''].join('\n');
}

/** Writes a report to `<folder>/results/<name>.json` and returns the path. */
export async function writeReport(folder: string, report: Report): Promise<string> {
  const { name, benchmark, settings, isQuick, environment, standings } = report;
  const { question, unit = 'ns', operation, note } = benchmark;
  const results = join(folder, 'results');
  const path = join(results, `${name.replaceAll('/', '-')}.json`);
  const content = { name, question, unit, operation, note, isQuick, settings, environment, contenders: standings };
  await mkdir(results, { recursive: true });
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`);
  return path;
}

function cells(standing: Standing, { peers }: Environment): string[] {
  const version = standing.package === undefined ? '' : ` ${peers[standing.package] ?? ''}`;
  const role = standing.ours ? ' (ours)' : standing.floor ? ' (floor)' : '';
  const name = `${standing.name}${version}${role}`;
  if (standing.status !== 'measured') return [name, standing.status, '', '', ''];
  return [
    name,
    standing.median.toFixed(standing.median < 100 ? 1 : 0),
    `±${((standing.spread / 2) * 100).toFixed(0)} %`,
    ratio(standing.toBestPeer),
    ratio(standing.toFloor),
  ];
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(2)}×`;
}
