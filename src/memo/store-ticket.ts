import type { StoreKeys } from './store-keys.js';

/** What the registers held before a load began: its result is valid under these only. */
export interface Ticket {
  /** When it was taken, in milliseconds of `ioClock.now()`. */
  readonly takenAt: number;
  /** The same in epoch milliseconds. */
  readonly takenAtWallTime: number;
  /** The register of `clear`. */
  readonly epoch: string;
  /** The register of the key's removal. */
  readonly removal: string;
  /** The register of all tag bumps; undefined when it was not read. */
  readonly bumps: string | undefined;
  /** The registers of tags that the result was expected to have, by tag. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Most keys whose tags are remembered. */
const LIMIT = 1_000;

/** Which tags the results of keys had last: the registers of these are read before the next load. */
export class ExpectedTags {
  readonly #byText = new Map<string, readonly string[]>();
  readonly #keys: StoreKeys;

  constructor(keys: StoreKeys) {
    this.#keys = keys;
  }

  /** The tags to expect. */
  of(text: string): readonly string[] {
    return this.#byText.get(this.#keys.entry(text)) ?? [];
  }

  /** Remembers the tags of a result; the key not seen for longest is forgotten when there are too many. */
  note(text: string, tags: readonly string[]): void {
    const name = this.#keys.entry(text);
    this.#byText.delete(name);
    if (tags.length === 0) return;
    this.#byText.set(name, tags);
    if (this.#byText.size <= LIMIT) return;
    const [oldest] = this.#byText.keys();
    if (oldest !== undefined) this.#byText.delete(oldest);
  }
}
