import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, MAX_CAPACITY, numberWithin, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { ColumnOptions, SeriesColumns } from './series-columns.js';

/** How rows lie in memory; see `SeriesRingOptions.layout`. */
export type SeriesLayout = 'mirrored' | 'compact';

/** Options of a `SeriesRing`. */
export interface SeriesRingOptions<Columns extends SeriesColumns> {
  /** Most rows held, a whole number from 1 to 16777216. It need not be a power of two. */
  readonly capacity: number;
  /**
   * Names and kinds of the columns, 1 to 256 of them; their order is the order of `append`.
   *
   * `windowAsOf` needs a column named `ts`. A name that reads as a whole number is refused, because
   * JavaScript moves such names to the front; so are `__proto__` and names over 128 characters.
   */
  readonly columns: Columns;
  /**
   * `mirrored` stores each row twice, so that every window is one zero-copy view. `compact` stores it
   * once; a window that runs over the end of the storage is copied.
   * @default 'mirrored'
   */
  readonly layout?: SeriesLayout;
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
});

/** Checks the options of a `SeriesRing`. @throws ConfigError that names the option or column. */
export function readSeriesOptions(options: unknown): SeriesShape {
  const { capacity, columns, layout } = readOptions('SeriesRing', OPTIONS, options);
  const shape = { capacity, layout, columns: Object.entries(columns).map(([name, spec]) => readColumn(name, spec)) };
  const bytes = storageBytes(shape);
  if (bytes > MAX_STORAGE_BYTES)
    throw new ConfigError(`SeriesRing: capacity times columns must stay within 4 GiB of storage, got ${bytes} bytes`);
  return shape;
}

/** Bytes that all columns of a ring take. One slot more than `capacity` lets a row be checked while written. */
export function storageBytes({ capacity, columns, layout }: SeriesShape): number {
  const copies = layout === 'mirrored' ? 2 : 1;
  const perRow = columns.reduce((sum, { type, length = 1 }) => sum + (type === 'f64' ? 8 : 4) * length, 0);
  return (capacity + 1) * copies * perRow;
}

function readColumn(name: string, spec: unknown): NamedColumn {
  if (name === '' || name.length > MAX_NAME || name === '__proto__' || /^\d+$/.test(name))
    throw new ConfigError(
      `SeriesRing: a column name must have 1 to ${MAX_NAME} characters, be no whole number and not __proto__, got ${show(name)}`,
    );
  const owner = `SeriesRing: columns.${name}`;
  const { type, scale, length } = readOptions(owner, COLUMN, typeof spec === 'string' ? { type: spec } : spec);
  if (scale !== undefined && (type === 'f64' || type === 'f32'))
    throw new ConfigError(`${owner}: scale must be left out unless type is 'i32' or 'u32', got ${show(scale)}`);
  return { name, type, ...(scale !== undefined && { scale }), ...(length !== undefined && { length }) };
}

function isWithinColumns(count: number): boolean {
  return count >= 1 && count <= MAX_COLUMNS;
}
