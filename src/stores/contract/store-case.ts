import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { CacheStore } from '../../memo/cache-store.js';
import { passRealTime } from './eventually.js';

/**
 * Makes a store that is ready for use. Each call makes another over the same data, as another process would have it.
 * The cases close what they make.
 */
export type MakeStore = () => CacheStore | Promise<CacheStore>;

/** Lets time pass for the store: a real wait, or an advance of the clock that the store was given. */
export type PassTime = (ms: number) => Promise<void>;

/** One thing that every store has to do. */
export interface StoreCase {
  /** What it does, in words. */
  readonly title: string;
  /** Rejects with an AssertionError when the store does not. Takes milliseconds, with real time up to 1 s. */
  readonly run: (makeStore: MakeStore, passTime?: PassTime) => Promise<void>;
}

/** What a case of this suite works with. */
export interface Bench {
  /** The store. */
  readonly store: CacheStore;
  /** Another over the same data. */
  readonly open: () => Promise<CacheStore>;
  /** A key that nobody used before. */
  readonly newKey: () => string;
  /** Lets time pass. */
  readonly passTime: PassTime;
}

/** Bytes of a text, for comparisons. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Asserts that a store returns these bytes, or none. */
export async function assertHolds(store: CacheStore, key: string, expected: Uint8Array | undefined): Promise<void> {
  const found = await store.get(key);
  // A Buffer and a Uint8Array of the same bytes are the same here.
  assert.deepEqual(found && Array.from(found), expected && Array.from(expected));
}

/** Makes a case of this suite from what it asserts. */
export function storeCase(title: string, check: (bench: Bench) => Promise<void>): StoreCase {
  return {
    title,
    async run(makeStore, passTime = passRealTime) {
      const stores: CacheStore[] = [];
      const open = async (): Promise<CacheStore> => {
        const store = await makeStore();
        stores.push(store);
        return store;
      };
      try {
        await check({ store: await open(), open, newKey: () => `contract:${randomUUID()}`, passTime });
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    },
  };
}

/** Longer than any case takes, in milliseconds. */
export const LONG = 600_000;

/** Short enough to wait for, in milliseconds. */
export const SHORT = 150;
