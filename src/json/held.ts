import { cacheKey } from '../core/cache-key.js';

/** How an object says that its content is what it was. */
type Voucher = { readonly by: 'frozen' } | { readonly by: 'key'; readonly key: string | number };

/** An object whose content need not be looked at: it is frozen, or it supplies a key that tells. */
export class Held {
  readonly #object: object;
  readonly #voucher: Voucher;

  constructor(object: object, voucher: Voucher) {
    this.#object = object;
    this.#voucher = voucher;
  }

  /** What vouches for it. */
  get by(): 'frozen' | 'key' {
    return this.#voucher.by;
  }

  /** Whether a value is this object with the content that it had. */
  matches(value: unknown): boolean {
    if (value !== this.#object) return false;
    return this.#voucher.by === 'frozen' || keyOf(this.#object) === this.#voucher.key;
  }
}

/** The key that an object supplies, or undefined for one that supplies none. */
export function keyOf(object: object): string | number | undefined {
  // Any object may be asked.
  const method = (object as { readonly [cacheKey]?: unknown })[cacheKey];
  if (typeof method !== 'function') return undefined;
  const key: unknown = Reflect.apply(method, object, []);
  return typeof key === 'string' || typeof key === 'number' ? key : undefined;
}
