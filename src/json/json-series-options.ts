import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, hasMethods, readOptions } from '../core/options.js';
import { show } from '../core/show.js';
import type { SeriesColumns, TypedArray } from '../ring/index.js';

/** Options of a `JsonSeries`. */
export interface JsonSeriesOptions<Columns extends SeriesColumns> {
  /** The columns to write, in this order; each is a property of every row. One or more, none twice. */
  readonly columns: readonly (keyof Columns & string)[];
}

/** What a `JsonSeries` reads of a ring. */
export interface SeriesSource {
  /** Rows held now. */
  readonly size: number;
  /** Differs after every change. */
  readonly version: number;
  /** One value of a row. */
  at(column: string, index: number): number | Float64Array | undefined;
  /** The newest rows of a column as stored. */
  window(column: string, n: number): TypedArray;
  /** Counters of what happened to its rows. */
  stats(): { readonly pushed: number; readonly inserted: number; readonly amended: number; readonly size: number };
}

const OPTIONS = z.strictObject({
  columns: claim<readonly string[]>(
    'a list of one or more column names, none twice',
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((name) => typeof name === 'string') &&
      new Set(value).size === value.length,
  ),
});

/** Checks what a `JsonSeries` is made from. @throws ConfigError that names what is wrong. */
export function readSeries(ring: unknown, options: unknown): { source: SeriesSource; columns: readonly string[] } {
  if (!isSource(ring)) throw new ConfigError(`JsonSeries: ring must be a SeriesRing, got ${show(ring)}`);
  const { columns } = readOptions('JsonSeries', OPTIONS, options);
  for (const name of columns) assertColumn(ring, name);
  return { source: ring, columns: [...columns] };
}

// Not `instanceof`: the ring may come from the CommonJS copy of this package.
function isSource(ring: unknown): ring is SeriesSource {
  return hasMethods(ring, 'at', 'window', 'stats') && 'version' in (ring as object) && 'isCurrent' in (ring as object);
}

function assertColumn(ring: SeriesSource, name: string): void {
  try {
    ring.at(name, 0);
  } catch (cause) {
    throw new ConfigError(`JsonSeries: columns must name columns of the ring, got ${show(name)}`, { cause });
  }
}
