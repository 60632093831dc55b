import { ConfigError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { CacheStore } from './cache-store.js';
import type { Codec } from './codec.js';
import type { CheckedOptions } from './option-schema.js';
import type { LeaseOptions } from './lease-options.js';

/** What a cache's second level is made of. */
export interface StoreSettings {
  /** Where the bytes are kept. */
  readonly store: CacheStore;
  /** How values become bytes; `undefined` for v8's format. */
  readonly codec: Codec | undefined;
  /** Milliseconds of `ioClock` per operation. */
  readonly storeTimeout: number;
  /** How processes take turns; `undefined` when they do not. */
  readonly lease: LeaseOptions | undefined;
}

/**
 * The second level of the options, if there is one.
 * @throws ConfigError when its name, or on a method its key, is missing, or when there is no store to have options of.
 */
export function storeSettingsOf(options: CheckedOptions, label: string, isMethod: boolean): StoreSettings | undefined {
  const { store, codec, storeTimeout, lease } = options;
  if (store === undefined) {
    const orphan = Object.entries({ codec, storeTimeout, lease }).find(([, value]) => value !== undefined);
    if (orphan === undefined) return undefined;
    throw new ConfigError(`memo ${label}: ${orphan[0]} needs store, got ${show(orphan[1])} without one`);
  }
  if (options.name === undefined) {
    throw new ConfigError(`memo ${label}: store needs name, by which processes find the same cache, got undefined`);
  }
  if (isMethod && options.key === undefined) {
    throw new ConfigError(
      `memo ${label}: store on a method needs key, since other processes cannot tell instances apart, got undefined`,
    );
  }
  const isLeasing = lease !== undefined && lease !== false;
  if (isLeasing && (store.acquireLease === undefined || store.releaseLease === undefined)) {
    throw new ConfigError(`memo ${label}: lease needs a store with acquireLease and releaseLease, got ${show(store)}`);
  }
  return {
    store,
    codec,
    storeTimeout: storeTimeout ?? 50,
    lease: isLeasing ? (lease === true ? {} : lease) : undefined,
  };
}
