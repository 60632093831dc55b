import type { CallKey } from './call-key.js';

/** Which keys have which tags. */
export class TagIndex {
  readonly #keysByTag = new Map<string, Set<CallKey>>();

  /** The keys with a tag, as they are now. */
  keysOf(tag: string): readonly CallKey[] {
    return Array.from(this.#keysByTag.get(tag) ?? []);
  }

  /** Gives a key tags. */
  add(key: CallKey, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag);
      if (keys === undefined) this.#keysByTag.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  /** Takes tags from a key. */
  remove(key: CallKey, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag);
      if (keys === undefined) continue;
      keys.delete(key);
      if (keys.size === 0) this.#keysByTag.delete(tag);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#keysByTag.clear();
  }
}
