import * as z from 'zod/mini';
import { callback, claim, flag, readOptions } from '../core/options.js';

/** What may be said of one list. */
export interface RunOptions<Key = unknown> {
  /**
   * Whether the report holds results, failures and skipped keys; without them a list of any length needs no memory.
   * @default true
   */
  readonly collect?: boolean;
  /** Ends the list: what runs is given up, and the report says what there is. */
  readonly signal?: AbortSignal;
  /** What a key takes of the rate limit, above 0. By default 1. */
  readonly weight?: (key: Key) => number;
  /** Which of the venue's doors a key knocks at: a 429 pauses, and a learned limit counts, one endpoint. */
  readonly endpoint?: (key: Key) => string;
  /**
   * Whether a key may be asked twice at once, so that `hedge` applies.
   * @default false
   */
  readonly idempotent?: boolean;
}

const runSchema = z.strictObject({
  collect: z._default(flag(), true),
  signal: z.optional(claim<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal)),
  weight: z.optional(callback<(key: unknown) => number>()),
  endpoint: z.optional(callback<(key: unknown) => string>()),
  idempotent: z._default(flag(), false),
});

/** Checks the options of a list and applies the defaults. */
export function readRunOptions<Key>(options: RunOptions<Key>): RunSettings<Key> {
  // The functions take the caller's keys, which a schema cannot say.
  return readOptions('run', runSchema, options);
}

/** The options of a list with their defaults. */
export interface RunSettings<Key> {
  readonly collect: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly weight?: ((key: Key) => number) | undefined;
  readonly endpoint?: ((key: Key) => string) | undefined;
  readonly idempotent: boolean;
}
