import assert from 'node:assert/strict';
import { type StoreCase, storeCase } from './store-case.js';

/** The cases about wrong calls and about the end. */
export const misuseCases: readonly StoreCase[] = [
  storeCase('refuses a time that is none, and keeps what is there', async ({ store, newKey }) => {
    const key = newKey();
    await store.set(key, Uint8Array.of(1), 600_000);
    for (const ttl of [0, -1, NaN, -Infinity]) {
      await assert.rejects(() => store.set(key, Uint8Array.of(2), ttl), `ttl ${ttl} was taken`);
    }
    assert.deepEqual(Array.from((await store.get(key)) ?? []), [1]);
  }),
  storeCase('rejects every call once it is closed', async ({ store, newKey }) => {
    const key = newKey();
    await store.close();
    await assert.rejects(() => store.get(key));
    await assert.rejects(() => store.set(key, Uint8Array.of(1), 1_000));
    await assert.rejects(() => store.delete(key));
    if (store.acquireLease !== undefined) await assert.rejects(async () => store.acquireLease?.(key, 'a', 1_000));
    if (store.releaseLease !== undefined) await assert.rejects(async () => store.releaseLease?.(key, 'a'));
  }),
  storeCase('is closed twice as once', async ({ store }) => {
    await Promise.all([store.close(), store.close()]);
    await store.close();
  }),
];
