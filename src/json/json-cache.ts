import { LRUCache } from 'lru-cache';
import { FrozenValues } from './frozen-values.js';
import { type JsonCacheOptions, readJsonCacheOptions } from './json-cache-options.js';
import type { JsonCacheExplanation, JsonCacheStats } from './json-cache-stats.js';
import { hasPlainPrototypes } from './json-rules.js';
import { record } from './record.js';
import type { Snapshot } from './snapshot.js';
import { Unfit } from './unfit.js';

/** The JSON of a value. */
interface Entry {
  /** What `JSON.stringify` gave. */
  readonly text: string | undefined;
  /** The text as UTF-8, once asked for. */
  readonly bytes: Buffer | undefined;
  /** Tells whether a value would give this text; missing when it is not kept. */
  readonly proof?: Snapshot;
}

type KeptEntry = Entry & { readonly proof: Snapshot };

/** About what a recorded value takes, its place and its number. */
const BYTES_PER_VALUE = 16;
/** About what an entry takes beyond its text and values. */
const BYTES_PER_ENTRY = 200;

const CHANGED_PROTOTYPES = 'Object.prototype or Array.prototype has toJSON or a name of its own that enumerates';
const KEPT = {
  key: 'the key that it supplies is the same as when it was serialised',
  frozen: 'it is frozen down to its last value',
  comparison: 'every value in it is what it was when it was serialised',
} as const;

/**
 * `Text`, or `undefined` for what has no JSON: `undefined`, functions, symbols. Where the type of a value does not
 * tell, both.
 */
export type JsonResult<Value, Text> = unknown extends Value
  ? Text | undefined
  : Value extends symbol | undefined | ((...args: never[]) => unknown)
    ? undefined
    : Value extends {
          /** What JSON.stringify takes instead of the object. */
          toJSON(...args: never[]): infer Result;
        }
      ? undefined extends Result
        ? Text | undefined
        : Text
      : Text;

/**
 * Serialises a value once, however many ask for its JSON, and again only when it has changed.
 *
 * The text is always to the byte what `JSON.stringify(value)` gives at that moment. A value is never taken for
 * unchanged because it is the same object:
 *
 * - An object with `[cacheKey]`, such as one of yours that counts its versions, is unchanged while its key is.
 * - A plain object or array that is frozen down to its last value, without getters, is verified once.
 * - Any other object or array is compared with what it held when it was serialised, value by value.
 *
 * Serialised anew each time, and counted as `uncacheable`: what holds a function, a BigInt, a boxed primitive, a typed
 * array, or an object with `toJSON` and without `[cacheKey]` (such as a Date).
 *
 * Cost of a hit: a lookup for a key or a frozen value, else one comparison per value in it. A miss takes a copy on top
 * of `JSON.stringify`: a value that differs at every call is better serialised without a cache. The objects that are
 * kept cannot be collected until they are dropped.
 *
 * @example
 * const cache = new JsonCache({ maxEntries: 500 });
 * const book = { symbol: 'BTCUSDT', bids: [[60_000, 1.5]] };
 * cache.stringify(book); // '{"symbol":"BTCUSDT","bids":[[60000,1.5]]}'
 * cache.bytes(book); // the same as a Buffer, not serialised again
 * book.bids.push([59_999.5, 2]);
 * cache.stringify(book); // '{"symbol":"BTCUSDT","bids":[[60000,1.5],[59999.5,2]]}'
 */
export class JsonCache {
  readonly #entries: LRUCache<object, KeptEntry>;
  readonly #frozen = new FrozenValues();
  #calls = 0;
  #hits = 0;
  #misses = 0;
  #uncacheable = 0;
  #primitives = 0;
  #evictions = 0;

  /** @throws ConfigError (ERR_CONFIG) that names the option and what it must be. */
  constructor(options: JsonCacheOptions = {}) {
    const { maxEntries, maxBytes } = readJsonCacheOptions(options);
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      dispose: (_entry, _value, reason) => {
        if (reason === 'evict') this.#evictions++;
      },
    });
  }

  /**
   * The JSON of a value, as `JSON.stringify(value)` gives it.
   *
   * @throws TypeError as `JSON.stringify` does, for circles and BigInts, and what `toJSON` and getters throw.
   */
  stringify<Value>(value: Value): JsonResult<Value, string> {
    const { text } = this.#read(value);
    // What JSON.stringify gives for a value of this type; JsonResult says so.
    return text as JsonResult<Value, string>;
  }

  /**
   * The JSON of a value as UTF-8 bytes.
   *
   * While the value is unchanged everybody gets the same Buffer: do not write to it. It is never written to again, so
   * it can be handed to a socket that sends it later.
   * @throws TypeError as `stringify` does.
   */
  bytes<Value>(value: Value): JsonResult<Value, Buffer> {
    const entry = this.#read(value);
    const bytes = entry.bytes ?? (entry.text === undefined ? undefined : this.#encode(value, entry.text));
    // As in stringify.
    return bytes as JsonResult<Value, Buffer>;
  }

  /** Drops all texts. */
  clear(): void {
    this.#entries.clear();
  }

  /** What happened so far, as a plain object. */
  stats(): JsonCacheStats {
    const [calls, hits, misses] = [this.#calls, this.#hits, this.#misses];
    const [uncacheable, primitives] = [this.#uncacheable, this.#primitives];
    return {
      calls,
      hits,
      misses,
      uncacheable,
      primitives,
      failed: calls - hits - misses - uncacheable - primitives,
      evictions: this.#evictions,
      entries: this.#entries.size,
      heldBytes: this.#entries.calculatedSize,
    };
  }

  /**
   * Why the next call with this value is answered as it is. Counts nothing and changes nothing.
   *
   * Cost: as such a call, without making the text.
   */
  explain(value: unknown): JsonCacheExplanation {
    if (!isObject(value)) return { state: 'uncacheable', reason: 'it is no object' };
    if (!hasPlainPrototypes()) return { state: 'uncacheable', reason: CHANGED_PROTOTYPES };
    const entry = this.#entries.peek(value);
    if (entry?.proof.matches(value) === true)
      return { state: 'kept', by: entry.proof.by, reason: KEPT[entry.proof.by] };
    const recorded = record(value, this.#frozen);
    if (recorded instanceof Unfit) return { state: 'uncacheable', reason: recorded.reason };
    const { by } = recorded.snapshot;
    return entry === undefined
      ? { state: 'absent', by, reason: 'its text was not asked for yet, or was dropped' }
      : { state: 'changed', by, reason: 'it is not what it was when it was serialised' };
  }

  #read(value: unknown): Entry {
    this.#calls++;
    if (!isObject(value)) {
      const text = JSON.stringify(value);
      this.#primitives++;
      return { text, bytes: undefined };
    }
    const entry = hasPlainPrototypes() ? this.#entries.get(value) : undefined;
    if (entry?.proof.matches(value) !== true) return this.#serialise(value);
    this.#hits++;
    return entry;
  }

  #serialise(value: object): Entry {
    const recorded = hasPlainPrototypes() ? record(value, this.#frozen) : new Unfit(CHANGED_PROTOTYPES);
    const text = textOf(recorded instanceof Unfit ? value : recorded.copy);
    if (recorded instanceof Unfit || !this.#keep(value, { text, bytes: undefined, proof: recorded.snapshot })) {
      this.#entries.delete(value);
      this.#uncacheable++;
    } else this.#misses++;
    return { text, bytes: undefined };
  }

  /** Makes the bytes of a text, and keeps them where the text is kept. */
  #encode(value: unknown, text: string): Buffer {
    const bytes = Buffer.from(text);
    const entry = isObject(value) ? this.#entries.peek(value) : undefined;
    if (isObject(value) && entry?.text === text) this.#keep(value, { ...entry, bytes });
    return bytes;
  }

  /** Keeps the text of a value; false when it alone is too large. */
  #keep(value: object, entry: KeptEntry): boolean {
    const size = sizeOf(entry);
    if (size > this.#entries.maxSize) return false;
    this.#entries.set(value, entry, { size });
    return true;
  }
}

/** What JSON.stringify gives, which its type in the standard library does not say of `undefined`. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function sizeOf({ text = '', bytes, proof }: KeptEntry): number {
  return BYTES_PER_ENTRY + text.length + (bytes?.length ?? 0) + BYTES_PER_VALUE * proof.length;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
