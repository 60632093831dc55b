import { sumOf } from './comparison.js';
import { ratiosOf, type Report, type VersionReport } from './report.js';

/**
 * Renders the reports as one JSON object: that of the only recording, or of several their sums, with each
 * in `runs`.
 */
export function renderJson(reports: readonly Report[]): string {
  const [only] = reports;
  return JSON.stringify(reports.length === 1 ? only : { ...totalsOf(reports), runs: reports }, null, 2);
}

function totalsOf(reports: readonly Report[]): object {
  const naive = addUp(reports.map((report) => report.naive));
  const optimised = addUp(reports.map((report) => report.optimised));
  return {
    input: { names: reports.map(({ input }) => input.name), kind: reports[0]?.input.kind },
    naive,
    optimised,
    signals: sumOf(reports.map(({ signals }) => signals)),
    decisions: sumOf(reports.map(({ decisions }) => decisions)),
    books: sumOf(reports.map(({ books }) => books)),
    rows: sumOf(reports.map(({ rows }) => rows)),
    ratios: ratiosOf(naive, optimised),
  };
}

type Totals = Omit<VersionReport, 'cacheHits' | 'work'>;

/** Adds up counters; of memory the largest counts. */
function addUp(versions: readonly VersionReport[]): Totals {
  const sums: Record<string, number> = {};
  for (const version of versions) {
    for (const [name, value] of Object.entries(version)) {
      if (typeof value !== 'number') continue;
      const before = sums[name] ?? 0;
      sums[name] = name.endsWith('Bytes') ? Math.max(before, value) : before + value;
    }
  }
  return sums as Totals; // every counter is a number
}
