import { type SeriesLayout, SeriesRing } from 'tickwise/ring';
import type { Benchmark, Instance } from '../runner/contract.js';
import { priceAt } from './support/prices.js';

const ROWS = 1_000_000;
const NAMES = ['ts', 'open', 'high', 'low', 'close', 'volume'] as const;

type Row = readonly [ts: number, open: number, high: number, low: number, close: number, volume: number];

/** Row i: values as they come from a feed, none of them a small integer. */
function rowAt(i: number): Row {
  const price = priceAt(i);
  return [1.7e12 + i * 60_000, price, price + 13.7, price - 11.3, price + 2.2, 1.5 + (i % 977) / 7];
}

/** The answer is the closes at a few places, which all layouts can give. */
function layout(add: (row: Row) => void, close: (i: number) => number | undefined): Instance {
  let done = 0;
  return {
    run(operations) {
      const end = done + operations;
      for (; done < end; done++) add(rowAt(done));
    },
    answer: () => [close(0), close(done >> 1), close(done - 1)],
  };
}

function series(memory: SeriesLayout, kind: 'f64' | 'f32'): Instance {
  const columns = { ts: 'f64', open: kind, high: kind, low: kind, close: 'f64', volume: kind } as const;
  const ring = new SeriesRing({ capacity: ROWS, columns, layout: memory });
  return layout(
    (row) => ring.append(...row),
    (i) => ring.at('close', i),
  );
}

export default {
  question: 'how many bytes does a bar of six numbers take when a million are held?',
  unit: 'bytes',
  operation: 'bar',
  operations: ROWS,
  checkOperations: 1_000,
  reference: (operations) => [0, operations >> 1, operations - 1].map((i) => rowAt(i)[4]),
  note: 'Mirrored takes more than an array of arrays saves: choose compact for long histories.',
  contenders: [
    { name: 'SeriesRing, compact, f64', ours: true, setup: () => series('compact', 'f64') },
    { name: 'SeriesRing, mirrored, f64', ours: true, setup: () => series('mirrored', 'f64') },
    { name: 'SeriesRing, compact, two f64 and four f32', ours: true, setup: () => series('compact', 'f32') },
    {
      name: 'array of objects',
      setup() {
        const rows: { readonly close: number }[] = [];
        return layout(
          ([ts, open, high, low, close, volume]) => void rows.push({ ts, open, high, low, close, volume } as never),
          (i) => rows[i]?.close,
        );
      },
    },
    {
      name: 'array of arrays',
      setup() {
        const rows: Row[] = [];
        return layout(
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
        return layout(
          (row) => {
            for (const [i, column] of columns.entries()) column[head] = row[i] ?? 0;
            head++;
          },
          (i) => columns[4]?.[i],
        );
      },
    },
  ],
} satisfies Benchmark;
