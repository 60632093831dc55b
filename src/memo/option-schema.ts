import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import {
  callback,
  claim,
  clockOption,
  duration,
  flag,
  hasMethods,
  numberWithin,
  oneOf,
  readOptions,
  text,
  wholeNumber,
} from '../core/options.js';
import type { CacheStore, InvalidationBus } from './cache-store.js';
import type { Codec } from './codec.js';
import type { MemoErrorContext } from './memo-options.js';
import { LEASE_SCHEMA } from './lease-options.js';

const SHARED = {
  name: z.optional(text()),
  ttl: z.optional(z.union([duration({ allowInfinity: true }), callback<(...args: unknown[]) => unknown>()])),
  maxEntries: z.optional(wholeNumber(1, 2 ** 24)),
  maxBytes: z.optional(claim<number>('a whole number from 1 up, or Infinity', isByteLimit)),
  sizeOf: z.optional(callback<(...args: unknown[]) => unknown>()),
  policy: z.optional(oneOf('lru', 'tinylfu')),
  key: z.optional(callback<(...args: unknown[]) => unknown>()),
  keyMode: z.optional(oneOf('exact', 'fingerprint')),
  staleWhileRevalidate: z.optional(duration({ allowInfinity: true })),
  staleIfError: z.optional(duration({ allowInfinity: true })),
  errorTtl: z.optional(duration({ allowInfinity: true })),
  jitter: z.optional(numberWithin(0, 1)),
  earlyRefresh: z.optional(z.union([flag(), numberWithin(0, 1_000)])),
  tags: z.optional(callback<(...args: unknown[]) => unknown>()),
  isStorable: z.optional(callback<(...args: unknown[]) => unknown>()),
  freeze: z.optional(oneOf('never', 'development', 'always')),
  audit: z.optional(numberWithin(0, 1)),
  bus: z.optional(
    claim<InvalidationBus>('an InvalidationBus (publish, subscribe and close)', (value) =>
      hasMethods(value, 'publish', 'subscribe', 'close'),
    ),
  ),
  version: z.optional(text()),
  onError: z.optional(callback<ErrorHandler<MemoErrorContext>>()),
  timeout: z.optional(duration({ allowInfinity: true })),
  abortable: z.optional(flag()),
  store: z.optional(
    claim<CacheStore>('a CacheStore (get, set, delete and close)', (value) =>
      hasMethods(value, 'get', 'set', 'delete', 'close'),
    ),
  ),
  codec: z.optional(claim<Codec>('a Codec (encode and decode)', (value) => hasMethods(value, 'encode', 'decode'))),
  storeTimeout: z.optional(duration()),
  lease: z.optional(z.union([flag(), LEASE_SCHEMA])),
  ioClock: z.optional(clockOption()),
};

function isByteLimit(value: unknown): boolean {
  return value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1);
}

const FUNCTION_SCHEMA = z.strictObject({ ...SHARED, clock: z.optional(clockOption()) });

const METHOD_SCHEMA = z.strictObject({
  ...SHARED,
  clock: z.optional(z.union([clockOption(), callback<(self: object) => Clock>()])),
});

/** Options as checked, without defaults. */
export type CheckedOptions = z.output<typeof FUNCTION_SCHEMA>;

/** Options of a decorated method as checked, without defaults. */
export type CheckedMethodOptions = z.output<typeof METHOD_SCHEMA>;

/** Checks the options of a function's cache. @throws ConfigError */
export function readMemoOptions(owner: string, options: unknown): CheckedOptions {
  return readOptions(owner, FUNCTION_SCHEMA, options ?? {});
}

/** Checks the options of a decorator. @throws ConfigError */
export function readMethodOptions(owner: string, options: unknown): CheckedMethodOptions {
  return readOptions(owner, METHOD_SCHEMA, options ?? {});
}
