import { sumOf } from './comparison.js';
import type { Report, VersionReport } from './report.js';

/**
 * Renders the reports as one JSON object: that of the only recording, or of several their sums, with each
 * in `runs`.
 */
export function renderJson(reports: readonly Report[]): string {
  const [only] = reports;
  return JSON.stringify(reports.length === 1 ? only : { ...totalsOf(reports), runs: reports }, null, 2);
}

function totalsOf(reports: readonly Report[]): object {
  return {
    input: { names: reports.map(({ input }) => input.name), kind: reports[0]?.input.kind },
    naive: addUp(reports.map(({ naive }) => naive)),
    optimised: addUp(reports.map(({ optimised }) => optimised)),
    signals: sumOf(reports.map(({ signals }) => signals)),
    decisions: sumOf(reports.map(({ decisions }) => decisions)),
    books: sumOf(reports.map(({ books }) => books)),
    rows: sumOf(reports.map(({ rows }) => rows)),
  };
}

/** Adds up counters; of memory the largest counts. */
function addUp(versions: readonly VersionReport[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const version of versions) {
    for (const [name, value] of Object.entries(version)) {
      if (typeof value !== 'number') continue;
      const before = sums[name] ?? 0;
      sums[name] = name.endsWith('Bytes') ? Math.max(before, value) : before + value;
    }
  }
  return sums;
}
