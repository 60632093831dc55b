import * as fc from 'fast-check';
import { JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Columns, type Step, steps } from './series-model.js';

const RUNS = 400;

/** The obvious way: all rows anew, as plain objects. */
function naive(ring: SeriesRing<Columns>, columns: readonly (keyof Columns)[], n: number): string {
  const rows = Array.from({ length: n }, (_, i) => ring.row(i - n));
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(
        columns.map((name) => {
          const value = row?.[name];
          return [name, value instanceof Float64Array ? Array.from(value) : value];
        }),
      ),
    ),
  );
}

function apply(ring: SeriesRing<Columns>, step: Step, next: number): void {
  switch (step.type) {
    case 'push':
      ring.push({ ts: next, ...step.row });
      return;
    case 'late':
    case 'amend': {
      const at = ring.at('ts', Math.floor(step.time * (ring.size - 1)));
      if (at === undefined) return;
      // A full ring refuses what would be older than its oldest row; a ring that amends, what it does not hold.
      try {
        ring.push({ ts: step.type === 'late' ? at + 0.25 : at, ...step.row });
      } catch {
        expect(ring.size).toBeGreaterThan(0);
      }
      return;
    }
    case 'close':
      if (ring.size > 0) ring.amend({ close: step.close });
      return;
    case 'clear':
      ring.clear();
      return;
    case 'ask':
  }
}

const cases = fc.record({
  capacity: fc.integer({ min: 1, max: 24 }),
  layout: fc.constantFrom('mirrored' as const, 'compact' as const),
  late: fc.constantFrom('reject' as const, 'insert' as const, 'amend' as const, undefined),
  columns: fc.subarray(Object.keys(COLUMNS) as (keyof Columns)[], { minLength: 1 }),
  steps,
});

describe('JsonSeries over random histories of a ring', () => {
  it('gives the bytes of JSON.stringify of the rows as plain objects', () => {
    fc.assert(
      fc.property(cases, ({ capacity, layout, late, columns, steps: history }) => {
        const order = late === undefined ? {} : { order: { column: 'ts' as const, late } };
        const ring = new SeriesRing({ capacity, layout, columns: COLUMNS, ...order });
        const json = new JsonSeries(ring, { columns });
        const kept: { bytes: Buffer; text: string }[] = [];

        for (const [i, step] of history.entries()) {
          apply(ring, step, i);
          if (step.type !== 'ask') continue;
          const n = Math.round(step.share * ring.size);
          const expected = naive(ring, columns, n);
          const got = json[step.how](n);
          expect(String(got)).toBe(expected);
          if (step.how === 'bytes') kept.push({ bytes: json.bytes(n), text: expected });
        }

        for (const { bytes, text } of kept) expect(bytes.toString()).toBe(text);
        const { rowsEncoded, added, changed, older } = json.stats();
        expect(rowsEncoded).toBe(added + changed + older);
      }),
      { numRuns: RUNS },
    );
  });
});
