import { cacheKey } from '../core/cache-key.js';
import { type CallKey, ENCODED, isOwnKey } from './call-key.js';
import { encodeFingerprint } from './fingerprint.js';
import { checkKeyLength } from './key-limits.js';
import { ABSENT, RecentKeys, spreadOf } from './recent-keys.js';
import { encode, suppliedKey } from './structural-key.js';
import { SuppliedKey, SuppliedKeys } from './supplied-keys.js';

/** How the arguments of a call become its key. */
export type KeyMode = 'exact' | 'fingerprint';

/**
 * Makes the keys of one cache's calls: equal exactly when all arguments have the same content.
 *
 * In mode 'fingerprint', arguments that are long rows of numbers are taken for the same when their fingerprints are;
 * see fingerprint.ts for the odds.
 */
export class CallKeys {
  readonly #isFingerprint: boolean;
  readonly #recent: RecentKeys;
  readonly #supplied = new SuppliedKeys();

  /** Makes the keys of a cache of at most `maxEntries` entries. */
  constructor(mode: KeyMode, maxEntries = 10_000) {
    this.#isFingerprint = mode === 'fingerprint';
    this.#recent = new RecentKeys(maxEntries);
  }

  /**
   * The key of a call with 0 to 3 arguments. Hot path: a string or a number is its own key, two or three primitives
   * are compared with those of recent calls.
   * @throws UnsupportedKeyError when an argument has content that cannot be read.
   */
  ofFew(count: number, first: unknown, second: unknown, third: unknown): CallKey {
    if (count === 1) return this.ofOne(first);
    if (count === 0) return ENCODED;
    const last = count === 2 ? ABSENT : third;
    const expected = this.#recent.expect(first, second, last);
    if (expected !== undefined) return expected;
    const spread = spreadOf(first, second, last);
    if (spread < 0) return this.#ofMixed(first, second, last);
    return this.#recent.find(spread, first, second, last) ?? this.#remember(spread, first, second, last);
  }

  /** The key of a call with one argument, or what a `key` option returned. Hot path. @throws as `ofFew` does. */
  ofOne(value: unknown): CallKey {
    if (isOwnKey(value)) return value;
    const part = this.#partOf(value);
    return part instanceof SuppliedKey ? part.key : checkKeyLength(ENCODED + this.#encode(part), value);
  }

  /** The key of a call with any number of arguments. @throws UnsupportedKeyError as `ofFew` does. */
  ofList(args: readonly unknown[]): CallKey {
    if (args.length <= 3) return this.ofFew(args.length, args[0], args[1], args[2]);
    let text = ENCODED;
    for (const value of args) text += this.#encode(this.#partOf(value));
    return checkKeyLength(text, args);
  }

  /** The key of values that are not all primitives. */
  #ofMixed(first: unknown, second: unknown, third: unknown): CallKey {
    const a = this.#partOf(first);
    const b = this.#partOf(second);
    const c = this.#partOf(third);
    const expected = this.#recent.expect(a, b, c);
    if (expected !== undefined) return expected;
    const spread = spreadOf(a, b, c);
    if (spread < 0) return this.#write(a, b, c);
    return this.#recent.find(spread, a, b, c) ?? this.#remember(spread, a, b, c);
  }

  #remember(spread: number, first: unknown, second: unknown, third: unknown): CallKey {
    const key = this.#write(first, second, third);
    this.#recent.add(spread, first, second, third, key);
    return key;
  }

  #write(first: unknown, second: unknown, third: unknown): CallKey {
    return checkKeyLength(ENCODED + this.#encode(first) + this.#encode(second) + this.#encode(third), first);
  }

  /** An argument, or what stands for it when it has a [cacheKey]. */
  #partOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    // Asked of every object; what it is, is checked then.
    const method = (value as { readonly [cacheKey]?: unknown })[cacheKey];
    return method === undefined ? value : this.#supplied.of(suppliedKey(value, method));
  }

  #encode(part: unknown): string {
    if (part instanceof SuppliedKey) return part.piece;
    if (part === ABSENT) return '';
    return this.#isFingerprint ? encodeFingerprint(part) : encode(part, 0);
  }
}
