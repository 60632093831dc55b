import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, MAX_CAPACITY, numberWithin, oneOf, readOptions, text, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { ColumnOptions, SeriesColumns } from './series-columns.js';

/** How rows lie in memory; see `SeriesRingOptions.layout`. */
export type SeriesLayout = 'mirrored' | 'compact';

/** What becomes of a row whose time is not after the newest row's; see `SeriesOrder.late`. */
export type LateRows = 'reject' | 'insert' | 'amend';

/** Keeps the rows of a `SeriesRing` in order of time. */
export interface SeriesOrder<Name extends string = string> {
  /** The column of single numbers that holds the time. Its values can then never be NaN. */
  readonly column: Name;
  /**
   * What becomes of a row whose time is at or before the newest row's.
   *
   * `reject` refuses it with an ArgumentError: for bars that come once. `insert` puts it where its time belongs,
   * after rows of equal time, at the cost of moving each row behind it: for trades. `amend` lets it replace the row
   * of exactly its time, and refuses it when there is none: for bars that come again until they close.
   */
  readonly late: LateRows;
}

/** Options of a `SeriesRing`. */
export interface SeriesRingOptions<Columns extends SeriesColumns> {
  /** Most rows held, a whole number from 1 to 16777216. It need not be a power of two. */
  readonly capacity: number;
  /**
   * Names and kinds of the columns, 1 to 256 of them; their order is the order of `append`.
   *
   * Without `order`, `windowAsOf` needs a column named `ts`. A name that reads as a whole number is refused, because
   * JavaScript moves such names to the front; so are `__proto__` and names over 128 characters.
   */
  readonly columns: Columns;
  /**
   * `mirrored` stores each row twice, so that every window is one zero-copy view. `compact` stores it
   * once; a window that runs over the end of the storage is copied.
   * @default 'mirrored'
   */
  readonly layout?: SeriesLayout;
  /**
   * Keeps rows in order of time, so that `windowAsOf` can rely on it.
   * @default rows are kept in the order they come
   */
  readonly order?: SeriesOrder<keyof Columns & string>;
}

/** A column's options under its name. */
export interface NamedColumn extends ColumnOptions {
  /** Its property in rows, and what `window` is asked for. */
  readonly name: string;
}

/** Checked options of a `SeriesRing`, columns in order. */
export interface SeriesShape {
  /** Most rows held. */
  readonly capacity: number;
  /** Columns in the order of `append`. */
  readonly columns: readonly NamedColumn[];
  /** Layout with the default applied. */
  readonly layout: SeriesLayout;
  /** The rule of time, if there is one. */
  readonly order?: SeriesOrder;
}

const MAX_COLUMNS = 256;
const MAX_NAME = 128;
/** Above this a mistyped capacity is likelier than a wish. */
const MAX_STORAGE_BYTES = 2 ** 32;

const COLUMN = z.strictObject({
  type: oneOf('f64', 'f32', 'i32', 'u32'),
  scale: z.optional(numberWithin(1e-12, 1e12)),
  length: z.optional(wholeNumber(1, 65_536)),
});

const OPTIONS = z.strictObject({
  capacity: wholeNumber(1, MAX_CAPACITY),
  columns: claim<object>(
    `an object with 1 to ${MAX_COLUMNS} columns`,
    (value) => typeof value === 'object' && value !== null && isWithinColumns(Object.keys(value).length),
  ),
  layout: z._default(oneOf('mirrored', 'compact'), 'mirrored'),
  order: z.optional(z.strictObject({ column: text(), late: oneOf('reject', 'insert', 'amend') })),
});

/** Checks the options of a ring, named `owner` in errors. @throws ConfigError that names the option or column. */
export function readSeriesOptions(options: unknown, owner = 'SeriesRing'): SeriesShape {
  const { capacity, columns: specs, layout, order } = readOptions(owner, OPTIONS, options);
  const columns = Object.entries(specs).map(([name, spec]) => readColumn(owner, name, spec));
  const shape = { capacity, layout, columns, ...(order !== undefined && { order }) };
  if (order !== undefined && !columns.some(({ name, length }) => name === order.column && length === undefined))
    throw new ConfigError(`${owner}: order.column must be a column of single numbers, got ${show(order.column)}`);
  const bytes = storageBytes(shape);
  if (bytes > MAX_STORAGE_BYTES)
    throw new ConfigError(`${owner}: capacity times columns must stay within 4 GiB of storage, got ${bytes} bytes`);
  return shape;
}

/** Bytes that all columns of a ring take. One slot more than `capacity` lets a row be checked while written. */
export function storageBytes({ capacity, columns, layout }: SeriesShape): number {
  const copies = layout === 'mirrored' ? 2 : 1;
  const perRow = columns.reduce((sum, { type, length = 1 }) => sum + (type === 'f64' ? 8 : 4) * length, 0);
  return (capacity + 1) * copies * perRow;
}

function readColumn(ring: string, name: string, spec: unknown): NamedColumn {
  if (name === '' || name.length > MAX_NAME || name === '__proto__' || /^\d+$/.test(name))
    throw new ConfigError(
      `${ring}: a column name must have 1 to ${MAX_NAME} characters, be no whole number and not __proto__, got ${show(name)}`,
    );
  const owner = `${ring}: columns.${name}`;
  const { type, scale, length } = readOptions(owner, COLUMN, typeof spec === 'string' ? { type: spec } : spec);
  if (scale !== undefined && (type === 'f64' || type === 'f32'))
    throw new ConfigError(`${owner}: scale must be left out unless type is 'i32' or 'u32', got ${show(scale)}`);
  return { name, type, ...(scale !== undefined && { scale }), ...(length !== undefined && { length }) };
}

function isWithinColumns(count: number): boolean {
  return count >= 1 && count <= MAX_COLUMNS;
}
