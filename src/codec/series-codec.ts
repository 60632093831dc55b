import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { readBody, writeBody } from './block-body.js';
import { openBlock, sealBlock } from './block-frame.js';
import { VALUE_BYTES } from './block-header.js';
import { toRows } from './block-rows.js';
import { ByteWriter } from './byte-writer.js';
import { checkFields, type CodecFields } from './column-values.js';
import {
  type CodecColumns,
  type CodecRow,
  type CodecShape,
  type CodecValue,
  type Compression,
  readSeriesCodecOptions,
  type SeriesCodecOptions,
} from './series-codec-options.js';

/** Counters of a `SeriesCodec`. */
export interface SeriesCodecStats {
  /** Blocks made. */
  readonly encoded: number;
  /** Rows in them. */
  readonly rowsEncoded: number;
  /** Bytes of them. */
  readonly bytesEncoded: number;
  /** Blocks read. */
  readonly decoded: number;
  /** Rows of them. */
  readonly rowsDecoded: number;
  /** Blocks that could not be read. */
  readonly corrupt: number;
}

/** What a block is made of; see `SeriesCodec.explain`. */
export interface BlockExplanation {
  /** Version of the format. */
  readonly version: number;
  /** How it is compressed; `none` also when compression made it no smaller. */
  readonly compress: Compression;
  /** Rows. */
  readonly rows: number;
  /** Bytes of the block. */
  readonly bytes: number;
  /** Bytes before compression. */
  readonly bodyBytes: number;
  /** Columns in the order of the rows' properties. */
  readonly columns: readonly ColumnExplanation[];
}

/** What a column of a block is made of. */
export interface ColumnExplanation {
  /** Property in rows. */
  readonly name: string;
  /** The kind that it was given. */
  readonly kind: 'time' | 'dictionary' | 'decimals' | 'f64';
  /** How its values are stored: numbers become doubles where integers would take more. */
  readonly storage: 'entries' | 'integers' | 'doubles';
  /** Bytes before compression. */
  readonly bytes: number;
  /** Different values of a dictionary column; 0 for others. */
  readonly entries: number;
  /** Numbers stored one by one: `null`, and values of more decimals than the others. */
  readonly exceptions: number;
}

/**
 * Writes rows as small blocks of bytes and reads them back as they were: a recorded trade of 82 bytes of JSON takes
 * about 2.
 *
 * Columns are stored one after another, numbers as integers of their decimals and as differences to the value before,
 * those of one symbol together. Nothing is rounded: -0, NaN, infinities, 1e300 and values off the tick come back to
 * the bit, in columns of every kind, in any order of time. A block says itself what is in it, so that any codec reads
 * it, whatever its own columns, and FORMATS.md tells readers in other languages how. A checksum covers every byte.
 *
 * Cost: about as many bytes as the uncompressed block are held for the next one. Rows should come in blocks of some
 * hundred: each block names its columns and symbols anew.
 *
 * @typeParam Columns Names and kinds of the columns.
 * @typeParam Row Rows as they are read; name it where columns hold `null` or words of a union.
 * @throws ConfigError when a column or an option is unknown or out of range.
 * @example
 * const codec = new SeriesCodec({ ts: 'time', symbol: 'dictionary', price: { decimals: 2 }, size: 'f64' });
 * const bytes = codec.encode([{ ts: 1_723_161_256_322, symbol: 'BTCUSDT', price: 61_800.3, size: 0.006 }]);
 * codec.decode(bytes); // the same rows
 */
export class SeriesCodec<
  const Columns extends CodecColumns = CodecColumns,
  Row extends { readonly [Name in keyof Columns]: CodecValue } = CodecRow<Columns>,
> {
  readonly #shape: CodecShape;
  readonly #names: ReadonlySet<string>;
  readonly #writer = new ByteWriter();
  #encoded = 0;
  #rowsEncoded = 0;
  #bytesEncoded = 0;
  #decoded = 0;
  #rowsDecoded = 0;
  #corrupt = 0;

  constructor(columns: Columns, options: SeriesCodecOptions<keyof Columns & string> = {}) {
    this.#shape = readSeriesCodecOptions(columns, options);
    this.#names = new Set(this.#shape.columns.map(({ name }) => name));
  }

  /**
   * A block of these rows, which may be none. Each row has a value for every column, and nothing else.
   * @throws ArgumentError that names the row and the field; also when the rows take more than `maxBytes`.
   */
  encode(rows: readonly Row[]): Uint8Array {
    if (!Array.isArray(rows)) throw new ArgumentError(`SeriesCodec: encode takes an array of rows, got ${show(rows)}`);
    const { columns, compress, maxBytes } = this.#shape;
    const most = Math.floor(maxBytes / VALUE_BYTES / columns.length);
    if (rows.length > most) throw tooLarge(`${rows.length} rows where it allows ${most}`);
    // Of rows only their fields are read; what these hold is checked on the way.
    const fields = rows as readonly CodecFields[];
    checkFields(fields, this.#names);
    this.#writer.clear();
    writeBody(this.#writer, this.#shape, fields);
    if (this.#writer.length > maxBytes) throw tooLarge(`${this.#writer.length} bytes`);
    const block = sealBlock(this.#writer.view(), compress);
    this.#encoded++;
    this.#rowsEncoded += rows.length;
    this.#bytesEncoded += block.length;
    return block;
  }

  /**
   * The rows of a block, new plain objects with the columns that the block has.
   * @throws ArgumentError when `bytes` is no Uint8Array.
   * @throws CorruptDataError when the block is truncated or altered, of a newer version, or larger than `maxBytes`.
   * Then there are no rows, not even some.
   */
  decode(bytes: Uint8Array): Row[] {
    const { body } = this.#opened(bytes);
    const rows = toRows(body);
    this.#decoded++;
    this.#rowsDecoded += rows.length;
    // The block was made from rows of a codec; that it was this one's, or one of its columns, is up to the caller.
    return rows as unknown as Row[];
  }

  /**
   * Says of a block what it is made of and which column takes how much.
   * @throws as `decode`.
   */
  explain(bytes: Uint8Array): BlockExplanation {
    const { version, compress, bodyBytes, body } = this.#opened(bytes);
    return {
      version,
      compress,
      rows: body.rows,
      bytes: bytes.length,
      bodyBytes,
      columns: body.columns.map(({ name, kind, bytes: size, values }) => {
        if ('ids' in values)
          return { name, kind, storage: 'entries', bytes: size, entries: values.entries.length, exceptions: 0 };
        return { name, kind, storage: values.storage, bytes: size, entries: 0, exceptions: values.exceptions };
      }),
    };
  }

  /** Counters since the codec was made. */
  stats(): SeriesCodecStats {
    return {
      encoded: this.#encoded,
      rowsEncoded: this.#rowsEncoded,
      bytesEncoded: this.#bytesEncoded,
      decoded: this.#decoded,
      rowsDecoded: this.#rowsDecoded,
      corrupt: this.#corrupt,
    };
  }

  #opened(bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array))
      throw new ArgumentError(`SeriesCodec: a block is a Uint8Array, got ${show(bytes)}`);
    const { maxBytes } = this.#shape;
    try {
      const { version, compress, body } = openBlock(bytes, maxBytes);
      return { version, compress, bodyBytes: body.length, body: readBody(body, maxBytes) };
    } catch (error) {
      this.#corrupt++;
      throw error;
    }
  }
}

function tooLarge(what: string): ArgumentError {
  return new ArgumentError(`SeriesCodec: a block must fit maxBytes, got ${what}; encode fewer rows at a time`);
}
