import type { CallKey } from './call-key.js';

/** Why a key has no entry. */
export type Departure = 'expired' | 'evicted' | 'invalidated' | 'failed' | 'not-stored' | 'too-large';

/** Keys remembered after they left. */
const LIMIT = 256;
/** Longer keys are not remembered. */
const LONGEST_KEY = 1_024;

/** What became of the keys that left last, for `explain`. */
export class Departures {
  readonly #byKey = new Map<CallKey, { readonly reason: Departure; readonly error: unknown }>();

  /** Remembers why a key has no entry; the oldest is forgotten when there are too many. */
  note(key: CallKey, reason: Departure, error?: unknown): void {
    if (typeof key === 'string' && key.length > LONGEST_KEY) return;
    this.#byKey.delete(key);
    this.#byKey.set(key, { reason, error });
    if (this.#byKey.size <= LIMIT) return;
    const [oldest] = this.#byKey.keys();
    if (oldest !== undefined) this.#byKey.delete(oldest);
  }

  /** The key is back. */
  forget(key: CallKey): void {
    this.#byKey.delete(key);
  }

  /** What became of a key, as far as it is remembered. */
  find(key: CallKey): { readonly reason: Departure; readonly error: unknown } | undefined {
    return this.#byKey.get(key);
  }
}
