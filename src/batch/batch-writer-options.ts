import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ErrorHandler } from '../core/failures.js';
import {
  callback,
  claim,
  clockOrSystem,
  duration,
  flag,
  hasMethods,
  oneOf,
  readOptions,
  text,
  wholeNumber,
} from '../core/options.js';
import { type JournalOptions, journalSchema } from './journal/journal-options.js';
import { isRetryableError } from './retryable.js';
import type { Sink } from './sink.js';

/** What happens to a row that comes while `maxPending` rows are pending. */
export type BatchOverflow = 'wait' | 'reject' | 'drop-oldest' | 'drop-newest';

/** How a batch that failed is sent again. */
export interface RetryOptions {
  /**
   * Sends before the writer reports the failure to `onError` and looks for a row that alone is the
   * cause; the first send counts.
   *
   * Afterwards the batch is tried again, at most `maxDelay` apart, until it is stored or the `deadline` passes.
   * @default 5
   */
  readonly attempts?: number;
  /**
   * Upper bound of the wait before the first retry, in milliseconds. It doubles with each further
   * one; the wait is drawn evenly between 0 and the bound. From 1.
   * @default 100
   */
  readonly minDelay?: number;
  /**
   * Largest bound of a wait between retries, in milliseconds, from 1.
   * @default 10_000
   */
  readonly maxDelay?: number;
  /**
   * Longest time from a row's arrival until it is given up, in milliseconds of `ioClock`. Such rows are
   * dead-lettered with a DeadlineError, oldest first. A row that is due later than that is still sent once.
   * @default Infinity
   */
  readonly deadline?: number;
  /**
   * Whether sending the same rows again may succeed. After `false` the batch is split at once until the bad
   * rows are found. By default everything is retryable but ArgumentErrors, SQLSTATE classes 21 to 23,
   * SQLite constraint errors and the HTTP statuses 400, 409, 413, 415 and 422.
   */
  readonly isRetryable?: (error: unknown) => boolean;
}

/** Where a failure that reaches `onError` happened. */
export interface BatchErrorContext {
  /** Name of the writer. */
  readonly name: string;
  /** What failed. */
  readonly operation: 'send' | 'report' | 'isRetryable' | 'deadLetter' | 'overflow' | 'row' | 'close' | 'journal';
  /** Rows concerned. */
  readonly rows: number;
}

/** Options of a {@link BatchWriter}. */
export interface BatchWriterOptions<T> {
  /** Where batches go: a function, or an object with `write` and perhaps `close`. */
  readonly sink: Sink<T>;
  /**
   * Name in errors and warnings.
   * @default 'BatchWriter'
   */
  readonly name?: string;
  /**
   * Most rows in a batch, from 1.
   * @default 500
   */
  readonly maxItems?: number;
  /** Most bytes in a batch, as `sizeOf` counts them, from 1. A larger row goes alone. Without it no limit. */
  readonly maxBytes?: number;
  /** Size of a row in bytes, 0 or more. Goes together with `maxBytes`. */
  readonly sizeOf?: (item: T) => number;
  /**
   * Longest time a row waits before its batch is due, in milliseconds of `clock`. 0 sends in the same
   * turn; with Infinity only size, `flush` and `close` send, and nothing keeps the process alive until then.
   * @default 2_000
   */
  readonly maxDelay?: number;
  /**
   * Sends as soon as no send runs, so that batches grow only while the sink is busy.
   * @default false
   */
  readonly flushWhenIdle?: boolean;
  /**
   * Most rows held, those in flight included, from 1. Under 'wait' up to as many `write` calls may wait for room.
   * @default 50_000
   */
  readonly maxPending?: number;
  /**
   * What happens to a row beyond `maxPending`: `add` returns false and `write` waits for room ('wait') or
   * rejects ('reject'); the oldest waiting row or the new one is given up ('drop-oldest', 'drop-newest').
   * @default 'wait'
   */
  readonly overflow?: BatchOverflow;
  /**
   * Key of a row: a newer row takes the place of the one of the same key that waits, and needs no room. undefined is no
   * key: such a row stands for itself.
   * With `partition`, rows of one key have to be in one partition; with `concurrency` above 1 it needs `partition`.
   */
  readonly key?: (item: T) => unknown;
  /**
   * Which lane a row goes by, such as its table. Each lane collects batches of its own and sends them in order, one
   * at a time; a lane that fails does not hold up the others.
   * @remarks Batches are per lane: thousands of lanes with a row each are thousands of sends.
   */
  readonly partition?: (item: T) => unknown;
  /** Whether a row must not wait: its batch, and those before it in its lane, are due at once. */
  readonly urgent?: (item: T) => boolean;
  /**
   * Sends at once, from 1. Each lane has one of its own at a time; without `partition` there is no order between
   * the batches as soon as this is above 1.
   * @default 1
   */
  readonly concurrency?: number;
  /** How failed batches are sent again. */
  readonly retry?: RetryOptions;
  /**
   * Longest time of one send, in milliseconds of `ioClock`, from 1; then its signal fires and it counts as
   * failed. Infinity never ends one.
   * @default 30_000
   */
  readonly timeout?: number;
  /** Receives rows that will not be written. Without it they reject `write`, `flush` and `close` and reach `onError`. */
  readonly deadLetter?: (item: T, error: unknown) => void;
  /**
   * Keeps rows in files until the sink has them, so that rows of a process that was killed are sent by the next.
   * Without it a crash loses what is pending.
   */
  readonly journal?: JournalOptions<T>;
  /**
   * Closes the writer when the process gets SIGTERM, SIGINT or SIGHUP, and then lets the signal take its course: it
   * ends the process unless somebody else listens for it. A second signal does so at once.
   * @default false
   */
  readonly handleSignals?: boolean;
  /**
   * Longest time `close` waits for rows, and then for the sink, in milliseconds of `ioClock`.
   * @default 5_000
   */
  readonly closeTimeout?: number;
  /**
   * Time that the age of rows follows.
   * @default systemClock
   */
  readonly clock?: Clock;
  /**
   * Time that timeouts, retries and the deadline follow.
   * @default systemClock
   */
  readonly ioClock?: Clock;
  /** Receives failures of the callbacks, and of sends whose attempts are used up. */
  readonly onError?: ErrorHandler<BatchErrorContext>;
}

/** The options with their defaults. */
export type BatchSettings<T> = ReturnType<typeof readBatchOptions<T>>;

function retrySchema() {
  return z.strictObject({
    attempts: z._default(wholeNumber(1), 5),
    minDelay: z._default(duration({ min: 1 }), 100),
    maxDelay: z._default(duration({ min: 1 }), 10_000),
    deadline: z._default(duration({ allowInfinity: true }), Infinity),
    isRetryable: z._default(callback<(error: unknown) => boolean>(), () => isRetryableError),
  });
}

function batchSchema<T>() {
  return z.strictObject({
    sink: claim<Sink<T>>(
      'a function or an object with a write method',
      (value) => typeof value === 'function' || hasMethods(value, 'write'),
    ),
    name: z._default(text(), 'BatchWriter'),
    maxItems: z._default(wholeNumber(1), 500),
    maxBytes: z.optional(wholeNumber(1)),
    sizeOf: z.optional(callback<(item: T) => number>()),
    maxDelay: z._default(duration({ allowInfinity: true }), 2_000),
    flushWhenIdle: z._default(flag(), false),
    maxPending: z._default(wholeNumber(1), 50_000),
    overflow: z._default(oneOf('wait', 'reject', 'drop-oldest', 'drop-newest'), 'wait'),
    key: z.optional(callback<(item: T) => unknown>()),
    partition: z.optional(callback<(item: T) => unknown>()),
    urgent: z.optional(callback<(item: T) => boolean>()),
    concurrency: z._default(wholeNumber(1, 1_024), 1),
    journal: z.optional(journalSchema<T>()),
    handleSignals: z._default(flag(), false),
    retry: z.prefault(retrySchema(), {}),
    timeout: z._default(duration({ min: 1, allowInfinity: true }), 30_000),
    deadLetter: z.optional(callback<(item: T, error: unknown) => void>()),
    closeTimeout: z._default(duration({ allowInfinity: true }), 5_000),
    clock: clockOrSystem(),
    ioClock: clockOrSystem(),
    onError: z.optional(callback<ErrorHandler<BatchErrorContext>>()),
  });
}

/** Checks the options and applies the defaults. */
export function readBatchOptions<T>(options: BatchWriterOptions<T>) {
  const settings = readOptions('BatchWriter', batchSchema<T>(), options);
  if ((settings.maxBytes === undefined) !== (settings.sizeOf === undefined)) {
    throw new ConfigError('BatchWriter: maxBytes and sizeOf must be given together, got only one of them');
  }
  if (settings.key !== undefined && settings.concurrency > 1 && settings.partition === undefined) {
    // Two sends at once could store an older row of a key after a newer one.
    throw new ConfigError(
      `BatchWriter: key with concurrency ${settings.concurrency} needs partition, which keeps the rows of a key in order`,
    );
  }
  return settings;
}
