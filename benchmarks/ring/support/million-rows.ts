import { type SeriesLayout, SeriesRing } from 'tickwise/ring';
import type { Contender, Instance } from '../../runner/contract.js';

/** Bars held. */
export const ROWS = 1_000_000;
const NAMES = ['ts', 'open', 'high', 'low', 'close', 'volume'] as const;

type Row = readonly [ts: number, open: number, high: number, low: number, close: number, volume: number];

/**
 * Bar i: prices on a grid of which a 32-bit float keeps every one, so that all layouts answer alike. None is a whole
 * number, which V8 would store in less.
 */
export function rowAt(i: number): Row {
  const price = 40_000.25 + ((i * 7_919) % 20_011);
  return [1.7e12 + i * 60_000, price, price + 13.5, price - 11.5, price + 2.5, 1.5 + (i % 977)];
}

/** What is right after so many bars: the closes at a few places, which all layouts can give. */
export function closesOf(operations: number): number[] {
  return [0, operations >> 1, operations - 1].map((i) => rowAt(i)[4]);
}

/** Everybody who holds bars of six numbers. */
export const LAYOUTS: readonly Contender[] = [
  { name: 'SeriesRing, compact, f64', ours: true, setup: () => series('compact', 'f64') },
  { name: 'SeriesRing, mirrored, f64', ours: true, setup: () => series('mirrored', 'f64') },
  { name: 'SeriesRing, compact, f64 time and five f32', ours: true, setup: () => series('compact', 'f32') },
  {
    name: 'array of objects',
    setup() {
      const rows: { readonly close: number }[] = [];
      return holder(
        ([ts, open, high, low, close, volume]) => void rows.push({ ts, open, high, low, close, volume } as never),
        (i) => rows[i]?.close,
      );
    },
  },
  {
    name: 'array of objects with prices as text',
    setup() {
      const rows: { readonly close: string }[] = [];
      return holder(
        ([ts, ...prices]) => void rows.push(parsed(ts, prices.map(String))),
        (i) => Number(rows[i]?.close),
      );
    },
  },
  {
    name: 'array of arrays',
    setup() {
      const rows: Row[] = [];
      return holder(
        (row) => void rows.push(row),
        (i) => rows[i]?.[4],
      );
    },
  },
  {
    name: 'six Float64Arrays by hand',
    floor: true,
    setup() {
      const columns = NAMES.map(() => new Float64Array(ROWS));
      let head = 0;
      return holder(
        (row) => {
          for (const [i, column] of columns.entries()) column[head] = row[i] ?? 0;
          head++;
        },
        (i) => columns[4]?.[i],
      );
    },
  },
];

function series(layout: SeriesLayout, kind: 'f64' | 'f32'): Instance {
  const columns = { ts: 'f64', open: kind, high: kind, low: kind, close: kind, volume: kind } as const;
  const ring = new SeriesRing({ capacity: ROWS, columns, layout });
  return holder(
    (row) => ring.append(...row),
    (i) => ring.at('close', i),
  );
}

/** A bar as exchanges send it. */
function parsed(ts: number, [open, high, low, close, volume]: readonly string[]): { readonly close: string } {
  return JSON.parse(JSON.stringify({ ts, open, high, low, close, volume })) as { readonly close: string };
}

function holder(add: (row: Row) => void, close: (i: number) => number | undefined): Instance {
  let done = 0;
  return {
    run(operations) {
      const end = done + operations;
      for (; done < end; done++) add(rowAt(done));
    },
    answer: () => [close(0), close(done >> 1), close(done - 1)],
  };
}
