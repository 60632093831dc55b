import { resolve } from 'node:path';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.js';
import { ConfigError } from '../../core/errors.js';
import type { ErrorHandler } from '../../core/failures.js';
import { callback, claim, clockOrSystem, oneOf, readOptions, wholeNumber } from '../../core/options.js';
import { BLOCK, GENERATIONS } from './bounds.js';

/** Options of {@link diskStore}. */
export interface DiskStoreOptions {
  /**
   * A folder on a local disk, made when it is missing. The store uses folders named `tickwise-…` in it and leaves all
   * else alone; what is in those belongs to the store. Processes of one machine may share it, with equal options.
   */
  readonly folder: string;
  /**
   * Most bytes on disk, each file counted in whole blocks of 4 096. The oldest eighth is given up when they are full.
   * @default 1073741824
   */
  readonly maxBytes?: number;
  /**
   * Most values.
   * @default 100000
   */
  readonly maxEntries?: number;
  /**
   * Largest value, in bytes; a larger one is refused. With its key it has to fit into an eighth of `maxBytes`.
   * @default 16777216, or less with a small `maxBytes`
   */
  readonly maxValueBytes?: number;
  /**
   * What has to be survived. 'process': the end of the process, however it comes; after a restart of the machine the
   * store begins empty, since an invalidation may have been lost that was not on the disk yet. 'power': that of the
   * machine too; each change waits for the disk.
   * @default 'process'
   * @remarks Only Linux tells that the machine was restarted; elsewhere both are 'power'.
   */
  readonly durability?: 'process' | 'power';
  /**
   * Most operations under way; the next is refused with an OverflowError.
   * @default 1000
   */
  readonly maxPending?: number;
  /** Clock whose wall time values expire by. Default the system clock. */
  readonly clock?: Clock;
  /** Clock whose wall time leases end by. Default the system clock. */
  readonly ioClock?: Clock;
  /** Gets damaged files and failures of cleaning up, which no caller waits for. Without it they become process warnings. */
  readonly onError?: ErrorHandler<DiskErrorContext>;
}

/** Where a failure happened that no caller waits for. */
export interface DiskErrorContext {
  /** Whether a file was damaged, or what is left over could not be removed. */
  readonly during: 'read' | 'clean';
}

/** The options with their defaults. */
export type DiskStoreSettings = ReturnType<typeof readDiskStoreOptions>;

const schema = z.strictObject({
  folder: claim<string>(
    'the path of a folder',
    (value) => typeof value === 'string' && value.length > 0 && !value.includes('\0'),
  ),
  maxBytes: z._default(wholeNumber(GENERATIONS * BLOCK), 2 ** 30),
  maxEntries: z._default(wholeNumber(GENERATIONS, 1_000_000), 100_000),
  maxValueBytes: z.optional(wholeNumber(1, 2 ** 30)),
  durability: z._default(oneOf('process', 'power'), 'process'),
  maxPending: z._default(wholeNumber(1), 1_000),
  clock: clockOrSystem(),
  ioClock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<DiskErrorContext>>()),
});

/** Checks the options and applies the defaults. */
export function readDiskStoreOptions(options: DiskStoreOptions) {
  const { maxValueBytes: asked, ...settings } = readOptions('diskStore', schema, options);
  const largest = Math.floor(settings.maxBytes / GENERATIONS);
  if (asked !== undefined && asked > largest) {
    throw new ConfigError(`diskStore: maxValueBytes must be at most an eighth of maxBytes, ${largest}, got ${asked}`);
  }
  return { ...settings, folder: resolve(settings.folder), maxValueBytes: asked ?? Math.min(2 ** 24, largest) };
}
