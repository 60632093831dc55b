import { deserialize } from 'node:v8';
import * as z from 'zod/mini';
import { callback, oneOf, text, wholeNumber } from '../../core/options.js';

/** When the rows of a journal are safe. */
export type JournalDurability = 'batch' | 'interval' | 'os';

/** Options of a journal. */
export interface JournalOptions<T> {
  /** Folder of the journal; made when it is missing. One writer at a time may have it, whatever its process. */
  readonly directory: string;
  /**
   * What rows outlive. 'batch' waits for the disk after each group of rows, so they outlive a loss of power;
   * 'interval' does so every 500 ms; 'os' leaves it to the operating system, so rows outlive the process only.
   * @default 'batch'
   */
  readonly durability?: JournalDurability;
  /**
   * Most bytes of all files together and of what waits to be written, from 65 536. Beyond it there is no room for
   * rows until the sink has taken some; 'drop-oldest' then drops the new row.
   * @default 1_073_741_824
   */
  readonly maxBytes?: number;
  /** Makes bytes of a row, once, as it is taken in; what it throws `add` throws. By default as `v8.serialize` does. */
  readonly encode?: (item: T) => Uint8Array;
  /**
   * Makes a row of its bytes. A row for which it throws is reported and stays in the journal.
   * @default v8.deserialize
   */
  readonly decode?: (bytes: Uint8Array) => T;
}

/** The options with their defaults. */
export interface JournalSettings<T> {
  readonly directory: string;
  readonly durability: JournalDurability;
  readonly maxBytes: number;
  readonly encode?: ((item: T) => Uint8Array) | undefined;
  readonly decode: (bytes: Uint8Array) => T;
}

/** Checks the options of a journal. */
export function journalSchema<T>() {
  return z.strictObject({
    directory: text(),
    durability: z._default(oneOf('batch', 'interval', 'os'), 'batch'),
    maxBytes: z._default(wholeNumber(65_536), 2 ** 30),
    encode: z.optional(callback<(item: T) => Uint8Array>()),
    decode: z._default(callback<(bytes: Uint8Array) => T>(), () => deserialize as (bytes: Uint8Array) => T),
  });
}
