import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { type EfficiencyReportOptions, readReportOptions } from './efficiency-report-options.js';
import type { Usage } from './usage.js';

/** One metric of both runs. */
export interface EfficiencyLine {
  /** Its name in {@link Usage}. */
  readonly metric: string;
  readonly baseline: number;
  readonly current: number;
  /** The part that was saved: 0.9 is 90 % less, negative is more. NaN when the baseline is 0. */
  readonly saving: number;
}

/** A limit and whether the current run stays below it. */
export interface ThresholdVerdict {
  /** 'cpuPercent', 'memory', 'reconnectsPerHour' or 'p95'. */
  readonly name: string;
  readonly limit: number;
  /** What came; `undefined` when it was not counted. */
  readonly value: number | undefined;
  /** 'unknown' is not met: what was not counted proves nothing. */
  readonly verdict: 'met' | 'not met' | 'unknown';
}

/** What both runs cost, in the currency of the prices. */
export interface EfficiencyCosts {
  readonly baseline: number;
  readonly current: number;
  readonly saved: number;
}

const MS_PER_HOUR = 3_600_000;
const BYTES_PER_GIGABYTE = 1e9;

/**
 * Compares what two runs of the same work used: before and after.
 *
 * Both runs must have done the same work; amounts are compared as they are, whatever time each run took.
 * Metrics that only one of them counted are left out of the lines.
 *
 * @example
 * const report = new EfficiencyReport(before, after, { prices: { statement: 0.000_4, cpuHour: 0.05 } });
 * console.log(String(report));
 */
export class EfficiencyReport {
  /** One line per metric that both runs counted, in the order of the baseline. */
  readonly lines: readonly EfficiencyLine[];
  /** The limits, judged on the current run. */
  readonly thresholds: readonly ThresholdVerdict[];
  readonly costs: EfficiencyCosts;

  /**
   * @throws ArgumentError when a run's `elapsed` is not above 0, or an amount is negative or no finite number.
   * @throws ConfigError when an option is unknown or has a wrong value.
   */
  constructor(baseline: Usage, current: Usage, options: EfficiencyReportOptions = {}) {
    const { prices, thresholds } = readReportOptions(options);
    const [before, after] = [checkUsage('baseline', baseline), checkUsage('current', current)];
    const costOf = (usage: ReadonlyMap<string, number>): number =>
      (usage.get('statements') ?? 0) * prices.statement +
      (usage.get('modelCalls') ?? 0) * prices.modelCall +
      ((usage.get('cpu') ?? 0) / MS_PER_HOUR) * prices.cpuHour +
      ((usage.get('networkBytes') ?? 0) / BYTES_PER_GIGABYTE) * prices.gigabyte;
    this.lines = [...before].flatMap(([metric, amount]) => lineOf(metric, amount, after.get(metric)));
    this.thresholds = Object.entries(thresholds).map(([name, limit]) => judge(name, limit, valueOf(name, after)));
    const costs = { baseline: costOf(before), current: costOf(after) };
    this.costs = { ...costs, saved: costs.baseline - costs.current };
  }

  /** Whether every limit is met. What was not counted is not met. */
  get isWithinThresholds(): boolean {
    return this.thresholds.every(({ verdict }) => verdict === 'met');
  }

  /** The report as plain data. */
  toJSON(): { lines: readonly EfficiencyLine[]; thresholds: readonly ThresholdVerdict[]; costs: EfficiencyCosts } {
    return { lines: this.lines, thresholds: this.thresholds, costs: this.costs };
  }

  /** The report as a table for a terminal. */
  toString(): string {
    const { baseline, current, saved } = this.costs;
    const rows = [
      ['', 'before', 'after', 'saved'],
      ...this.lines.map((line) => [line.metric, amountText(line.baseline), amountText(line.current), savingText(line)]),
      ...(baseline > 0 || current > 0 ? [['cost', amountText(baseline), amountText(current), amountText(saved)]] : []),
      ['', 'limit', 'value', ''],
      ...this.thresholds.map(({ name, limit, value, verdict }) => {
        return [name, `< ${amountText(limit)}`, value === undefined ? '?' : amountText(value), verdict];
      }),
    ];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows
      .map((row) =>
        row
          .map((cell, column) => pad(cell, column, widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}

function checkUsage(which: string, usage: Usage): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [metric, amount] of Object.entries(usage)) {
    if (amount === undefined) continue;
    if (!Number.isFinite(amount) || amount < 0) {
      throw new ArgumentError(`EfficiencyReport: ${which}.${metric} must be a number from 0 up, got ${show(amount)}`);
    }
    amounts.set(metric, amount);
  }
  if (!((amounts.get('elapsed') ?? 0) > 0)) {
    throw new ArgumentError(
      `EfficiencyReport: ${which}.elapsed must be a number of milliseconds above 0, got ${show(usage.elapsed)}`,
    );
  }
  return amounts;
}

function lineOf(metric: string, baseline: number, current: number | undefined): EfficiencyLine[] {
  if (current === undefined) return [];
  return [{ metric, baseline, current, saving: baseline === 0 ? Number.NaN : 1 - current / baseline }];
}

/** The value a limit is about. */
function valueOf(name: string, usage: ReadonlyMap<string, number>): number | undefined {
  const elapsed = usage.get('elapsed') ?? Number.NaN;
  const [cpu, reconnects] = [usage.get('cpu'), usage.get('reconnects')];
  if (name === 'cpuPercent') return cpu === undefined ? undefined : (100 * cpu) / elapsed;
  if (name === 'reconnectsPerHour') return reconnects === undefined ? undefined : (reconnects * MS_PER_HOUR) / elapsed;
  return usage.get(name);
}

function judge(name: string, limit: number, value: number | undefined): ThresholdVerdict {
  const verdict = value === undefined ? 'unknown' : value < limit ? 'met' : 'not met';
  return { name, limit, value, verdict };
}

function savingText({ saving, current }: EfficiencyLine): string {
  if (Number.isNaN(saving)) return current === 0 ? '0 %' : '?';
  return `${(100 * saving).toFixed(1)} %`;
}

function amountText(amount: number): string {
  return amount.toLocaleString('en', { maximumSignificantDigits: 6 });
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
