import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOption, duration, oneOf, wholeNumber } from '../core/options.js';

/** Where a recorder failed. */
export interface FeedRecorderErrorContext {
  /** While it wrote, or when frames were dropped because the disk was slower than the feed. */
  readonly where: 'write' | 'overflow';
  /** The file concerned. */
  readonly path: string;
}

/** Options of `recordFeed`. */
export interface FeedRecorderOptions {
  /** Folder of the files; made when it is not there. */
  readonly folder: string;
  /**
   * First part of the files' names: `name-2024-08-08T23-54-13-937Z-1.ndjson.gz`. Letters, digits, dot, dash, underscore.
   * @default 'recording'
   */
  readonly name?: string | undefined;
  /**
   * Whether the files are packed.
   * @default 'gzip'
   */
  readonly compress?: 'none' | 'gzip' | undefined;
  /**
   * Bytes of lines, before packing, after which the next file begins.
   * @default 268_435_456 (256 MiB)
   */
  readonly maxBytes?: number | undefined;
  /**
   * Age after which the next file begins, in milliseconds of the wall time.
   * @default 3_600_000 (an hour)
   */
  readonly maxAge?: number | undefined;
  /**
   * Longest time that lines wait in memory, in milliseconds: what a crash of the process may lose.
   * @default 1_000
   */
  readonly flushInterval?: number | undefined;
  /**
   * Most bytes that wait for the disk; frames beyond are dropped, counted and reported.
   * @default 67_108_864 (64 MiB)
   */
  readonly maxPendingBytes?: number | undefined;
  /**
   * Clock of the flushes and of the times in the lines.
   * @default systemClock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Told when a file could not be written, and once per stretch of dropped frames.
   * @default a process warning
   */
  readonly onError?: ErrorHandler<FeedRecorderErrorContext> | undefined;
}

/** Counters of a recorder. frames = written + pending + dropped + failed. */
export interface FeedRecorderStats {
  /** Lines that came, those of opened connections included. */
  readonly frames: number;
  /** Of those, lines handed to the system. */
  readonly written: number;
  /** Now: lines in memory. */
  readonly pending: number;
  /** Lines dropped because `maxPendingBytes` waited for the disk. */
  readonly dropped: number;
  /** Lines lost because their file could not be written. */
  readonly failed: number;
  /** Bytes of the lines written, before packing. */
  readonly bytes: number;
  /** Files begun. */
  readonly files: number;
  /** Path of the file that is written now; null before the first line and after the end. */
  readonly path: string | null;
}

/** Schema of {@link FeedRecorderOptions}. */
export const feedRecorderSchema = z.strictObject({
  folder: claim<string>('a path', (value) => typeof value === 'string' && value !== '' && !value.includes('\0')),
  name: z.optional(
    claim<string>('letters, digits, dots, dashes and underscores', (value) => {
      return typeof value === 'string' && /^[\w-][\w.-]{0,99}$/.test(value);
    }),
  ),
  compress: z.optional(oneOf('none', 'gzip')),
  maxBytes: z.optional(wholeNumber(1)),
  maxAge: z.optional(duration({ min: 1, allowInfinity: true })),
  flushInterval: z.optional(duration({ min: 1 })),
  maxPendingBytes: z.optional(wholeNumber(1)),
  ioClock: z.optional(clockOption()),
  onError: z.optional(callback<ErrorHandler<FeedRecorderErrorContext>>()),
});
