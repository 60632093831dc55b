import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.js';
import type { ErrorHandler } from '../../core/failures.js';
import { callback, claim, clockOrSystem, duration, oneOf, readOptions, text, wholeNumber } from '../../core/options.js';
import { jsonLine } from '../row/json-line.js';

/** Where a failure happened that no write fails with. */
export interface NdjsonErrorContext {
  /** A full file could not be compressed, and stays as it is; or an old one could not be removed. */
  readonly during: 'compress' | 'remove';
  /** The file. */
  readonly path: string;
}

/** Options of {@link ndjsonSink}. */
export interface NdjsonSinkOptions {
  /** Folder of the files, made when it is missing. One sink per folder and name, in one process. */
  readonly directory: string;
  /**
   * Begins the names of the files: `<name>.ndjson` is written to, full ones are `<name>.<time>.ndjson`.
   * @default 'rows'
   */
  readonly name?: string;
  /**
   * Bytes from which a file is full, from 1; a batch is never divided.
   * @default 134217728
   */
  readonly maxBytes?: number;
  /**
   * Longest time from a file's first row until it is full, in milliseconds of `clock`; seen with the next batch.
   * @default Infinity
   */
  readonly maxAge?: number;
  /**
   * Full files to keep, from 1; older ones are removed.
   * @default Infinity
   */
  readonly maxFiles?: number;
  /**
   * What becomes of a full file.
   * @default 'gzip'
   */
  readonly compress?: 'gzip' | 'none';
  /**
   * What a stored row survives: a power failure ('batch', which waits for the disk once per batch), or the end of the
   * process ('os').
   * @default 'batch'
   */
  readonly durability?: 'batch' | 'os';
  /**
   * Writes a row as one line, without its end. What it throws refuses the row.
   * @default JSON
   */
  readonly encode?: (row: object) => string;
  /** Time of `maxAge` and of the files' names. Default the system clock. */
  readonly clock?: Clock;
  /** Gets failures that no write fails with. Without it they become process warnings. */
  readonly onError?: ErrorHandler<NdjsonErrorContext>;
}

/** The options with their defaults. */
export type NdjsonSinkSettings = ReturnType<typeof readNdjsonSinkOptions>;

const schema = z.strictObject({
  directory: text(),
  name: z._default(
    claim<string>(
      'letters, digits, - and _, 1 to 100 of them',
      (value) => typeof value === 'string' && /^[\w-]{1,100}$/.test(value),
    ),
    'rows',
  ),
  maxBytes: z._default(wholeNumber(1), 2 ** 27),
  maxAge: z._default(duration({ min: 1, allowInfinity: true }), Infinity),
  maxFiles: z._default(
    claim<number>(
      'a whole number from 1 up, or Infinity',
      (value) => value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 1),
    ),
    Infinity,
  ),
  compress: z._default(oneOf('gzip', 'none'), 'gzip'),
  durability: z._default(oneOf('batch', 'os'), 'batch'),
  encode: z._default(callback<(row: object) => string>(), () => jsonLine),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<NdjsonErrorContext>>()),
});

/** Checks the options and applies the defaults. */
export function readNdjsonSinkOptions(options: NdjsonSinkOptions) {
  return readOptions('ndjsonSink', schema, options);
}
