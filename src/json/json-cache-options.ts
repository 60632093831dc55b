import * as z from 'zod/mini';
import { MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';

/** Options of a `JsonCache`. */
export interface JsonCacheOptions {
  /**
   * Most values whose JSON is kept, from 1 to 16777216; beyond it the one used longest ago is dropped.
   * @default 1_000
   */
  readonly maxEntries?: number;
  /**
   * Most bytes of what is kept, about: the texts, the bytes where asked for, and 16 for each value recorded. A value
   * that takes more alone is serialised anew each time.
   * @default 67_108_864 (64 MiB)
   */
  readonly maxBytes?: number;
}

const OPTIONS = z.strictObject({
  maxEntries: z._default(wholeNumber(1, MAX_CAPACITY), 1_000),
  maxBytes: z._default(wholeNumber(1), 2 ** 26),
});

/** Checks options and applies defaults. @throws ConfigError that names the option. */
export function readJsonCacheOptions(options: unknown): Required<JsonCacheOptions> {
  return readOptions('JsonCache', OPTIONS, options);
}
