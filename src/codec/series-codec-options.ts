import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, oneOf, readOptions, text, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/**
 * How a column is stored. Whatever the kind, every value comes back as it was; the kind decides how small it gets.
 *
 * - `time`: moments in milliseconds or any other unit, best with up to three decimals and in order.
 * - `dictionary`: texts, `true` and `false` of which few differ, such as symbols and sides.
 * - `{ decimals }`: numbers that mostly have so many decimals, from 0 to 15, such as prices on a tick. Others are found
 *   as in `f64`.
 * - `f64`: any numbers; those of up to twelve decimals are found and stored as such.
 *
 * A value may be `null` in each of them.
 */
export type CodecColumn = 'time' | 'dictionary' | 'f64' | { readonly decimals: number };

/** Columns of a `SeriesCodec` by name. */
export type CodecColumns = Readonly<Record<string, CodecColumn>>;

/** A row of these columns, without `null`. */
export type CodecRow<Columns extends CodecColumns> = {
  [Name in keyof Columns]: Columns[Name] extends 'dictionary' ? string : number;
};

/** What a row may hold: in a dictionary text, `true`, `false` or `null`, in other columns a number or `null`. */
export type CodecValue = string | number | boolean | null;

/** How a block's bytes are made smaller. */
export type Compression = 'none' | 'gzip' | 'brotli';

/** Options of a `SeriesCodec`. */
export interface SeriesCodecOptions<Name extends string = string> {
  /**
   * How blocks are compressed when that makes them smaller. `gzip` is its algorithm (DEFLATE) without its header, and
   * every language has it. `decode` reads all three.
   * @default 'gzip'
   * @remarks `none` for blocks that are compressed elsewhere, or of less than ten rows.
   */
  readonly compress?: Compression;
  /**
   * The dictionary column whose values other columns follow: a symbol's price is stored as its distance from the
   * same symbol's price before.
   * @default the first dictionary column
   */
  readonly groupBy?: Name;
  /**
   * Most bytes of a block's values, counted as 8 for each column of each row, and of the block uncompressed, from
   * 1024 to 2^31-1. `encode` refuses more; bytes that claim more are refused by `decode` before memory is taken.
   * @default 67_108_864 (64 MiB; 1.6 million rows of five columns)
   */
  readonly maxBytes?: number;
}

/** A column with its name, checked. */
export interface NamedColumn {
  /** Property in rows. */
  readonly name: string;
  /** The word of its kind. */
  readonly kind: 'time' | 'dictionary' | 'decimals' | 'f64';
  /** Decimals that are looked for first. */
  readonly expectedDecimals: number;
  /** Most decimals that are looked for. */
  readonly mostDecimals: number;
}

/** Checked options of a `SeriesCodec`, columns in order. */
export interface CodecShape {
  /** Columns in the order of the header. */
  readonly columns: readonly NamedColumn[];
  /** Position of the column that others follow; -1 when there is no dictionary column. */
  readonly group: number;
  /** As the option. */
  readonly compress: Compression;
  /** As the option. */
  readonly maxBytes: number;
}

/** Most columns of a block. */
export const MAX_COLUMNS = 256;
/** Most characters of a column's name. */
const MAX_NAME = 128;
const MOST_TIME_DECIMALS = 3;
const MOST_FOUND_DECIMALS = 12;
/** Most decimals that a block can say. */
export const MOST_DECIMALS = 15;

const OPTIONS = z.strictObject({
  compress: z._default(oneOf('none', 'gzip', 'brotli'), 'gzip'),
  groupBy: z.optional(text()),
  maxBytes: z._default(wholeNumber(1_024, 2 ** 31 - 1), 2 ** 26),
});

const COLUMN = z.union([
  oneOf('time', 'dictionary', 'f64'),
  z.strictObject({ decimals: wholeNumber(0, MOST_DECIMALS) }),
]);

const COLUMNS = claim<CodecColumns>(
  `an object of 1 to ${MAX_COLUMNS} columns`,
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length >= 1 &&
    Object.keys(value).length <= MAX_COLUMNS,
);

/** Checks columns and options and applies defaults. @throws ConfigError that names the column or option. */
export function readSeriesCodecOptions(columns: unknown, options: unknown): CodecShape {
  const named = Object.entries(readOptions('SeriesCodec: columns', COLUMNS, columns)).map(readColumn);
  const { groupBy, ...rest } = readOptions('SeriesCodec', OPTIONS, options);
  const dictionaries = named.filter(({ kind }) => kind === 'dictionary');
  const leader = groupBy === undefined ? dictionaries[0] : dictionaries.find(({ name }) => name === groupBy);
  if (groupBy !== undefined && leader === undefined)
    throw new ConfigError(`SeriesCodec: groupBy must be the name of a dictionary column, got ${show(groupBy)}`);
  return { ...rest, columns: named, group: leader === undefined ? -1 : named.indexOf(leader) };
}

/** Whether a column can have this name: `__proto__` is no field, and half a surrogate pair has no UTF-8. */
export function isColumnName(name: string): boolean {
  return name !== '__proto__' && name.length <= MAX_NAME && !/\p{Surrogate}/u.test(name);
}

function readColumn([name, column]: [string, CodecColumn]): NamedColumn {
  if (!isColumnName(name))
    throw new ConfigError(
      `SeriesCodec: a column's name must be well-formed text of at most ${MAX_NAME} characters other than __proto__, got ${show(name)}`,
    );
  if (!COLUMN.safeParse(column).success)
    throw new ConfigError(
      `SeriesCodec: column ${show(name)} must be 'time', 'dictionary', 'f64' or { decimals } with a whole number from 0 to ${MOST_DECIMALS}, got ${show(column)}`,
    );
  const kind = typeof column === 'object' ? 'decimals' : column;
  const expectedDecimals = typeof column === 'object' ? column.decimals : 0;
  const mostDecimals = kind === 'time' ? MOST_TIME_DECIMALS : Math.max(expectedDecimals, MOST_FOUND_DECIMALS);
  return { name, kind, expectedDecimals, mostDecimals };
}
