import { type CodecColumn, type CodecColumns, type CodecValue, SeriesCodec } from 'tickwise/codec';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, RECORDINGS, recordedTrades } from './recorded-trades.js';

type Row = Record<string, CodecValue>;

const TRADES = { ts: 'time', symbol: 'dictionary', side: 'dictionary', price: { decimals: 2 }, size: 'f64' } as const;
const COMPRESSIONS = ['none', 'gzip', 'brotli'] as const;
const NUMBER_KINDS: readonly CodecColumn[] = ['time', 'f64', ...[0, 2, 15].map((decimals) => ({ decimals }))];

/** Doubles at which arithmetic that is nearly right goes wrong. */
const HARD_NUMBERS = [
  [0, -0, Number.NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, Number.MAX_VALUE, Number.MIN_VALUE],
  [2 ** 51, 2 ** 52, 2 ** 52 + 1, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 52), -(2 ** 52) - 1, -(2 ** 53)],
  [0.1 + 0.2, 0.3, 1.005, 0.07, 1e-7, 1e-12, 1e-13, 123_456_789.123_456_78, 1_723_161_256_322.123, 2 ** 31, 2 ** 32],
  [1e15, 1e16, 1e21, 4.35, 8.2, 61_800.3, 0.000_012_34, 1 / 3, Math.PI, -0.01],
].flat();

const hardNumbers = fc.constantFrom(...HARD_NUMBERS);
/** Prices on a tick, as most numbers are. */
const ticks = fc.integer({ min: -200_000, max: 10_000_000 }).map((ticksOf) => ticksOf / 100);
const moments = fc.integer({ min: 1_723_161_000_000, max: 1_723_162_000_000 });
const numbers = fc.oneof(
  { weight: 5, arbitrary: ticks },
  { weight: 3, arbitrary: moments },
  { weight: 2, arbitrary: hardNumbers },
  fc.double(),
  fc.constant(null),
);
const words = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('BTCUSDT', 'ETHUSDT', 'XRPUSDT') },
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom(null, true, false, '', '\ud800', 'a\udc00b', '\ufeff', '\0', 'true', 'null', '€😀'),
);
const columnNames = fc
  .oneof(fc.constantFrom('ts', 'symbol', 'price', 'constructor', 'toString', '0', '7', ''), fc.string({ maxLength: 5 }))
  .filter((name) => name !== '__proto__');

/** Columns of any kinds, and rows for them. */
const blocks = fc
  .uniqueArray(fc.tuple(columnNames, fc.constantFrom<CodecColumn>('dictionary', 'dictionary', ...NUMBER_KINDS)), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 6,
  })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(Object.fromEntries(columns) as CodecColumns),
      rows: fc.array(
        fc
          .tuple(...columns.map(([, kind]) => (kind === 'dictionary' ? words : numbers)))
          .map((values): Row => Object.fromEntries(columns.map(([name], index) => [name, values[index] ?? null]))),
        { maxLength: 60 },
      ),
      compress: fc.constantFrom(...COMPRESSIONS),
    }),
  );

/** Reads and writes as rows of any values. */
function codecOf(columns: CodecColumns, compress: 'none' | 'gzip' | 'brotli' = 'gzip'): SeriesCodec<CodecColumns, Row> {
  return new SeriesCodec<CodecColumns, Row>(columns, { compress });
}

function column(kind: CodecColumn, values: readonly CodecValue[]): CodecValue[] {
  const codec = codecOf({ value: kind });
  return codec.decode(codec.encode(values.map((value) => ({ value })))).map((row) => row['value'] ?? null);
}

describe('SeriesCodec', () => {
  it('gives back any rows to the bit, whatever their columns', () => {
    fc.assert(
      fc.property(blocks, ({ columns, rows, compress }) => {
        const codec = codecOf(columns, compress);

        const back = codec.decode(codec.encode(rows));

        // Not the rows themselves: a field called `constructor` confuses the comparison.
        expect(back.map((row) => Object.entries(row))).toStrictEqual(rows.map((row) => Object.entries(row)));
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(NUMBER_KINDS)('gives back every hard double in a column of kind %o', (kind) => {
    const values = [...HARD_NUMBERS, null, ...HARD_NUMBERS.toReversed()];

    const back = column(kind, values);

    expect(back).toHaveLength(values.length);
    for (const [index, value] of values.entries()) expect(back[index]).toBe(value);
  });

  it.each(NUMBER_KINDS)('gives back each hard double alone, and among prices, in a column of kind %o', (kind) => {
    for (const value of HARD_NUMBERS) {
      expect(column(kind, [value])).toStrictEqual([value]);
      expect(column(kind, [100.25, 100.5, value, 100.75])).toStrictEqual([100.25, 100.5, value, 100.75]);
    }
  });

  it('gives back doubles of any bits', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 40 }), fc.constantFrom(...NUMBER_KINDS), (values, kind) => {
        const back = column(kind, values);

        expect(back.map(bitsOf)).toEqual(values.map(bitsOf));
      }),
    );
  });

  it('gives back integers at the limits of what a double holds exactly, in steps of any width', () => {
    const edge = fc.oneof(
      fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
      fc.constantFrom(2 ** 52, -(2 ** 52), 2 ** 51, -(2 ** 51), 0, 1, -1, 2 ** 50),
    );
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), fc.constantFrom(...NUMBER_KINDS), (values, kind) => {
        const whole = values.map((value) => value + 0);

        expect(column(kind, whole)).toStrictEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes times in any order, at a steady pace, in bursts, and with fractions', () => {
    const start = 1_723_161_256_322;
    const steady = Array.from({ length: 300 }, (_, index) => start + index * 60_000);
    const bursts = Array.from({ length: 300 }, (_, index) => start + Math.floor(index / 7) * 93);
    const fractions = bursts.map((time, index) => time + (index % 1_000) / 1_000);
    const mixed = steady.map((time, index) => (index % 3 === 0 ? time - 1e9 : time));

    for (const times of [steady, bursts, fractions, mixed, steady.toReversed()])
      expect(column('time', times)).toStrictEqual(times);
    expect(codecOf({ ts: 'time' }, 'none').encode(steady.map((ts) => ({ ts }))).length).toBeLessThanOrEqual(330);
  });

  it('gives an empty block for no rows', () => {
    const codec = codecOf(TRADES);

    const block = codec.encode([]);

    expect(codec.decode(block)).toEqual([]);
    expect(codec.explain(block)).toMatchObject({ rows: 0, columns: [{ name: 'ts' }, {}, {}, {}, { name: 'size' }] });
  });

  it.each([1, 2, 3, 7, 8, 9])('follows the symbol when each of %d symbols has few rows or many', (symbols) => {
    const codec = codecOf(TRADES);
    for (const count of [1, symbols, symbols * 3, symbols * 4, symbols * 50]) {
      const rows = Array.from({ length: count }, (_, index) => ({
        ts: index,
        symbol: `S${(index * index) % symbols}`,
        side: index % 3 === 0 ? 'buy' : 'sell',
        price: 100 ** ((index * index) % symbols) + index / 100,
        size: index % 5 === 0 ? null : index,
      }));

      expect(codec.decode(codec.encode(rows))).toStrictEqual(rows);
    }
  });

  it('gives a dictionary of texts that are all different', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({ id: `order-${index * 7}` }));
    const codec = codecOf({ id: 'dictionary' });

    expect(codec.decode(codec.encode(rows))).toStrictEqual(rows);
  });

  it('reads a block by what the block says, not by its own columns', () => {
    const block = codecOf(TRADES).encode([{ ts: 1, symbol: 'BTC', side: 'buy', price: 2, size: 3 }]);

    expect(codecOf({ other: 'time' }).decode(block)).toStrictEqual([
      { ts: 1, symbol: 'BTC', side: 'buy', price: 2, size: 3 },
    ]);
  });

  it('makes the same bytes of the same rows, whatever it made before', () => {
    const rows = [{ ts: 1, symbol: 'BTC', side: 'buy', price: 2, size: 3 }];
    const codec = codecOf(TRADES);
    const first = codec.encode(rows);

    codec.encode(Array.from({ length: 5_000 }, (_, ts) => ({ ...rows[0], ts, size: Math.sqrt(ts) })));

    expect(codec.encode(rows)).toEqual(first);
    expect(codecOf(TRADES).encode(rows)).toEqual(first);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it('reads a block that lies within other bytes', () => {
    const codec = codecOf(TRADES);
    const rows = [{ ts: 1, symbol: '\ud800', side: 'buy', price: 1 / 3, size: 3 }];
    const block = codec.encode(rows);
    const message = new Uint8Array(block.length + 10);
    message.set(block, 3);

    expect(codec.decode(message.subarray(3, 3 + block.length))).toStrictEqual(rows);
    expect(codec.decode(Buffer.from(block))).toStrictEqual(rows);
  });
});

describe.each(RECORDINGS)('SeriesCodec with the trades of %s', (recording) => {
  const trades = recordedTrades(recording);
  const kinds: readonly CodecColumns[] = [
    TRADES,
    { ...TRADES, price: 'f64' },
    { ...TRADES, price: { decimals: 1 }, size: { decimals: 5 } },
  ];

  it.each(kinds)('takes at most 2.6 bytes per row in blocks of 500 as %o, and loses nothing', (columns) => {
    const codec = codecOf(columns);
    const parts = blocksOf(trades, 500);

    const encoded = parts.map((rows) => codec.encode(rows));

    expect(encoded.map((block) => codec.decode(block))).toStrictEqual(parts);
    const { rowsEncoded, bytesEncoded } = codec.stats();
    expect(rowsEncoded).toBe(trades.length);
    expect(bytesEncoded / rowsEncoded).toBeLessThanOrEqual(2.6);
  });
});

function bitsOf(value: CodecValue): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, typeof value === 'number' ? value : Number.NaN);
  return view.getBigUint64(0);
}
