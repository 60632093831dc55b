import { type CodecColumns, SeriesCodec, type SeriesCodecOptions } from 'tickwise/codec';
import { describe, expect, it } from 'vitest';

const COLUMNS = { ts: 'time', symbol: 'dictionary', price: { decimals: 2 } } as const;
const ROW = { ts: 1, symbol: 'BTC', price: 2 };

describe('SeriesCodec options', () => {
  it.each([
    [{}, /columns: options must be an object of 1 to 256 columns, got {}/],
    [null, /an object of 1 to 256 columns/],
    [['ts'], /an object of 1 to 256 columns/],
    [Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`c${index}`, 'f64'])), /1 to 256 columns/],
    [{ ts: 'date' }, /column 'ts' must be 'time', 'dictionary', 'f64' or { decimals } .* got 'date'/],
    [{ price: { decimals: 16 } }, /column 'price' must be .* from 0 to 15, got { decimals: 16 }/],
    [{ price: { decimals: -1 } }, /column 'price'/],
    [{ price: { decimals: 1.5 } }, /column 'price'/],
    [{ price: { decimals: Number.NaN } }, /column 'price'/],
    [{ price: {} }, /column 'price'/],
    [{ price: { decimals: 2, scale: 1 } }, /column 'price'/],
    [{ ['__proto__']: 'f64' }, /other than __proto__, got '__proto__'/],
    [{ ['x'.repeat(129)]: 'f64' }, /at most 128 characters/],
    [{ '\ud800': 'f64' }, /well-formed text/],
  ])('refuse the columns %o', (columns, message) => {
    expect(() => new SeriesCodec(columns as CodecColumns)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [{ compress: 'zstd' }, /compress must be one of 'none', 'gzip', 'brotli', got 'zstd'/],
    [{ groupBy: 'price' }, /groupBy must be the name of a dictionary column, got 'price'/],
    [{ groupBy: 'nothing' }, /groupBy must be .* got 'nothing'/],
    [{ maxBytes: 1_023 }, /maxBytes must be a whole number from 1024 to 2147483647, got 1023/],
    [{ maxBytes: Infinity }, /maxBytes/],
    [{ maxBytes: 2_000.5 }, /maxBytes/],
    [{ level: 9 }, /unknown option 'level'; known are compress, groupBy, maxBytes/],
  ])('refuse %o', (options, message) => {
    expect(() => new SeriesCodec(COLUMNS, options as SeriesCodecOptions<'ts'>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
    );
  });
});

describe('SeriesCodec.encode', () => {
  it.each([
    [{ ...ROW, ts: '1' }, /row 1: 'ts' must be a number or null, got '1'/],
    [{ ...ROW, ts: undefined }, /row 1: 'ts' must be a number or null, got undefined/],
    [{ ...ROW, ts: 1n }, /row 1: 'ts' must be a number or null, got 1n/],
    [{ ...ROW, ts: new Date(0) }, /row 1: 'ts' must be a number or null/],
    [{ ...ROW, price: true }, /row 1: 'price' must be a number or null, got true/],
    [{ ...ROW, symbol: 5 }, /row 1: 'symbol' must be a text, true, false or null, got 5/],
    [{ ...ROW, symbol: ['BTC'] }, /row 1: 'symbol' must be a text/],
    [{ ...ROW, symbol: undefined }, /row 1: 'symbol' must be a text, true, false or null, got undefined/],
    [{ ...ROW, note: 'x' }, /row 1 has 'note', which is none of the columns/],
    [{ ts: 1, symbol: 'BTC', note: 'x' }, /row 1: 'price' must be a number or null, got undefined/],
    [{ ts: 1, symbol: 'BTC' }, /row 1 must have 'price', if need be as null/],
    [{}, /row 1 must have 'ts', 'symbol', 'price'/],
    [[], /row 1 must have/],
    [null, /row 1 must be an object, got null/],
    [undefined, /row 1 must be an object, got undefined/],
    ['row', /row 1 must be an object, got 'row'/],
  ])('refuses the row %o, and makes no block of the others', (row, message) => {
    const codec = new SeriesCodec(COLUMNS);

    expect(() => codec.encode([ROW, row as typeof ROW, ROW])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
    expect(codec.stats()).toMatchObject({ encoded: 0, rowsEncoded: 0, bytesEncoded: 0 });
    expect(codec.decode(codec.encode([ROW]))).toEqual([ROW]);
  });

  it.each([null, undefined, ROW, 'rows', new Set([ROW])])('refuses %o, which is no array of rows', (rows) => {
    expect(() => new SeriesCodec(COLUMNS).encode(rows as unknown as (typeof ROW)[])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('array of rows') }),
    );
  });

  it('refuses rows beyond maxBytes, and so does decode', () => {
    const small = new SeriesCodec(COLUMNS, { maxBytes: 1_024 });
    const large = new SeriesCodec(COLUMNS);
    const rows = Array.from({ length: 43 }, () => ROW);

    expect(() => small.encode(rows)).toThrow(/must fit maxBytes, got 43 rows where it allows 42; encode fewer rows/);
    expect(small.decode(large.encode(rows.slice(1)))).toHaveLength(42);
    expect(() => small.decode(large.encode(rows))).toThrow(expect.objectContaining({ code: 'ERR_CORRUPT_DATA' }));
  });

  it('refuses a text that does not fit', () => {
    const codec = new SeriesCodec(COLUMNS, { maxBytes: 1_024 });

    expect(() => codec.encode([{ ...ROW, symbol: 'x'.repeat(1_024) }])).toThrow(/must fit maxBytes, got \d+ bytes/);
  });

  it('follows another dictionary column when told to', () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({
      side: index % 7 < 3 ? 'buy' : 'sell',
      symbol: `S${index % 5}`,
      price: 10 ** (index % 5) + index,
    }));
    const columns = { side: 'dictionary', symbol: 'dictionary', price: 'f64' } as const;
    const bySide = new SeriesCodec(columns, { compress: 'none' });
    const bySymbol = new SeriesCodec(columns, { compress: 'none', groupBy: 'symbol' });

    const block = bySymbol.encode(rows);

    expect(bySide.decode(block)).toStrictEqual(rows);
    expect(block.length).toBeLessThan(bySide.encode(rows).length);
  });
});

describe('SeriesCodec.explain', () => {
  it('says which column is stored how, and what it takes', () => {
    const codec = new SeriesCodec({ ts: 'time', symbol: 'dictionary', price: { decimals: 2 }, noise: 'f64' });
    const rows = Array.from({ length: 100 }, (_, index) => ({
      ts: index * 1_000,
      symbol: index < 50 ? 'BTC' : 'ETH',
      price: index === 7 ? -0 : 100 + (index % 5) / 100,
      noise: Math.sin(index),
    }));

    const found = codec.explain(codec.encode(rows));

    expect(found).toMatchObject({ version: 1, compress: 'gzip', rows: 100 });
    expect(
      found.columns.map(({ name, kind, storage, entries, exceptions }) => [name, kind, storage, entries, exceptions]),
    ).toEqual([
      ['ts', 'time', 'integers', 0, 0],
      ['symbol', 'dictionary', 'entries', 2, 0],
      ['price', 'decimals', 'integers', 0, 1],
      ['noise', 'f64', 'doubles', 0, 0],
    ]);
    const head = 3 + 'ts symbol price noise'.length + 1 + 4;
    expect(found.columns.reduce((sum, { bytes }) => sum + bytes, head)).toBe(found.bodyBytes);
    expect(found.bytes).toBeLessThan(found.bodyBytes);
  });

  it('says that a block is not compressed when that made it no smaller', () => {
    const codec = new SeriesCodec({ ts: 'time' }, { compress: 'brotli' });

    expect(codec.explain(codec.encode([]))).toMatchObject({ compress: 'none', rows: 0 });
  });
});

describe('SeriesCodec.stats', () => {
  it('counts blocks, rows and bytes each way', () => {
    const codec = new SeriesCodec(COLUMNS);

    const blocks = [codec.encode([ROW, ROW]), codec.encode([])];
    for (const block of blocks) codec.decode(block);

    expect(codec.stats()).toEqual({
      encoded: 2,
      rowsEncoded: 2,
      bytesEncoded: blocks.reduce((sum, block) => sum + block.length, 0),
      decoded: 2,
      rowsDecoded: 2,
      corrupt: 0,
    });
  });
});
