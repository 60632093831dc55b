import type { SecondLevel, SecondLevelSettings, StoreStats } from './second-level.js';
import { newStoreCounters } from './store-stats.js';

/**
 * A second level whose code is loaded at its first use: most caches have none, and it is a third of this package's.
 * What is asked of it is done in the order it was asked for.
 */
export class LazyLevel {
  readonly #settings: SecondLevelSettings;
  #loading: Promise<SecondLevel> | undefined;
  #level: SecondLevel | undefined;
  #localOnly = 0;

  constructor(settings: SecondLevelSettings) {
    this.#settings = settings;
  }

  /** The second level itself. */
  get(): Promise<SecondLevel> {
    return (this.#loading ??= this.#load());
  }

  /** Counts a call whose key must not leave the process. */
  countLocalOnly(): void {
    this.#localOnly++;
  }

  /** Resolves when nothing is on its way to the store. */
  async idle(): Promise<void> {
    if (this.#loading !== undefined) await (await this.#loading).idle();
  }

  /** A snapshot of the counters. */
  stats(): StoreStats {
    const unused = { ...newStoreCounters(), storePending: 0, storeUnsettled: 0, breakerOpened: 0 };
    return { ...(this.#level?.stats() ?? unused), localOnly: this.#localOnly };
  }

  async #load(): Promise<SecondLevel> {
    const { SecondLevel: Level } = await import('./second-level.js');
    return (this.#level = new Level(this.#settings));
  }
}
