import { gunzipSync, gzipSync } from 'node:zlib';
import { SeriesCodec } from 'tickwise/codec';
import type { Contender, Instance } from '../../runner/contract.js';
import { BLOCK, blockOf, BLOCKS, type Trade } from './trades.js';

/** A way to make bytes of rows and rows of bytes. */
export interface Format {
  encode(rows: readonly Trade[]): Uint8Array;
  decode(bytes: Uint8Array): readonly Trade[];
}

/** A format with its name. */
interface NamedFormat extends Pick<Contender, 'name' | 'package' | 'ours' | 'floor'> {
  /** Gets the package it needs, if any. */
  readonly make: (module?: unknown) => Format;
}

interface MsgpackModule {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

const COLUMNS = { ts: 'time', symbol: 'dictionary', side: 'dictionary', price: { decimals: 2 }, size: 'f64' } as const;

const json: Format = {
  encode: (rows) => Buffer.from(JSON.stringify(rows)),
  // What was written comes back.
  decode: (bytes) => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as Trade[],
};

const FORMATS: readonly NamedFormat[] = [
  ...(['gzip', 'brotli', 'none'] as const).map((compress): NamedFormat => ({
    name: `SeriesCodec, ${compress}`,
    ours: true,
    make: () => new SeriesCodec(COLUMNS, { compress }),
  })),
  { name: 'JSON', make: () => json },
  {
    name: 'JSON, gzip',
    make: () => ({
      encode: (rows) => gzipSync(json.encode(rows)),
      decode: (bytes) => json.decode(gunzipSync(bytes)),
    }),
  },
  { name: 'msgpack', package: '@msgpack/msgpack', make: (module) => msgpackOf(module as MsgpackModule) },
  { name: 'numbers as doubles, by hand', floor: true, make: () => plainColumns },
];

/** The least: columns of doubles, of exactly these rows. */
const plainColumns: Format = {
  encode(rows) {
    const columns = new Float64Array(rows.length * 5);
    let next = 0;
    for (const { ts, symbol, side, price, size } of rows) {
      columns[next++] = ts;
      columns[next++] = symbol === 'BTCUSDT' ? 1 : 0;
      columns[next++] = side === 'buy' ? 1 : 0;
      columns[next++] = price;
      columns[next++] = size;
    }
    return new Uint8Array(columns.buffer);
  },
  decode(bytes) {
    const columns = new Float64Array(bytes.buffer);
    const rows: Trade[] = [];
    for (let next = 0; next < columns.length; next += 5)
      rows.push({
        ts: columns[next] ?? 0,
        symbol: columns[next + 1] === 1 ? 'BTCUSDT' : 'ETHUSDT',
        side: columns[next + 2] === 1 ? 'buy' : 'sell',
        price: columns[next + 3] ?? 0,
        size: columns[next + 4] ?? 0,
      });
    return rows;
  },
};

function msgpackOf(msgpack: MsgpackModule): Format {
  return {
    encode: (rows) => msgpack.encode(rows),
    decode: (bytes) => msgpack.decode(bytes) as Trade[], // what was written comes back
  };
}

/** Every format, driven by what `drive` makes of it. */
export function contenders(drive: (format: Format) => Instance): Contender[] {
  return FORMATS.map(({ make, ...rest }) => ({ ...rest, setup: (module) => drive(make(module)) }));
}

/** The right answer of both directions: the rows of the last operation. */
export function rowsAfter(operations: number): readonly Trade[] {
  return blockOf(operations - 1);
}

/** Bytes per row of each format that needs no package. */
export function sizes(): string {
  const found = FORMATS.filter((format) => format.package === undefined).map(({ name, make }) => {
    const format = make();
    const bytes = BLOCKS.reduce((sum, rows) => sum + format.encode(rows).length, 0);
    return `${name} ${(bytes / BLOCKS.length / BLOCK).toFixed(2)}`;
  });
  return `Bytes per row: ${found.join('; ')}.`;
}
