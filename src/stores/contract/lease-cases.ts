import assert from 'node:assert/strict';
import type { CacheStore } from '../../memo/cache-store.js';
import { type Bench, LONG, SHORT, type StoreCase, storeCase } from './store-case.js';

/** A store with both of its optional methods. */
type LeaseStore = Required<CacheStore>;

function leaseCase(title: string, check: (store: LeaseStore, bench: Bench) => Promise<void>): StoreCase {
  return storeCase(title, async (bench) => {
    const { store } = bench;
    assert.equal(store.acquireLease === undefined, store.releaseLease === undefined, 'one method without the other');
    if (hasLeases(store)) await check(store, bench);
  });
}

/** The cases about leases. */
export const leaseCases: readonly StoreCase[] = [
  leaseCase('gives a lease to one of many', async (store, { open, newKey }) => {
    const key = newKey();
    const stores = [store, await open(), await open()].filter(hasLeases);
    const answers = await Promise.all(
      stores.flatMap((each, index) =>
        ['a', 'b', 'c', 'd'].map((letter) => each.acquireLease(key, `${index}${letter}`, LONG)),
      ),
    );
    assert.equal(answers.filter(Boolean).length, 1);
  }),
  leaseCase('gives a lease again once it is released', async (store, { newKey }) => {
    const key = newKey();
    assert.equal(await store.acquireLease(key, 'a', LONG), true);
    assert.equal(await store.acquireLease(key, 'b', LONG), false);
    await store.releaseLease(key, 'a');
    assert.equal(await store.acquireLease(key, 'b', LONG), true);
  }),
  leaseCase('keeps a lease when another token releases it', async (store, { newKey }) => {
    const key = newKey();
    await store.acquireLease(key, 'a', LONG);
    await store.releaseLease(key, 'b');
    assert.equal(await store.acquireLease(key, 'b', LONG), false);
  }),
  leaseCase(
    'lets a lease end after its time, and its late release undo nothing',
    async (store, { newKey, passTime }) => {
      const key = newKey();
      assert.equal(await store.acquireLease(key, 'a', SHORT), true);
      await passTime(SHORT + 1);
      assert.equal(await store.acquireLease(key, 'b', LONG), true);
      await store.releaseLease(key, 'a');
      assert.equal(await store.acquireLease(key, 'c', LONG), false);
    },
  ),
  leaseCase('releases a lease that nobody holds', async (store, { newKey }) => {
    await store.releaseLease(newKey(), 'a');
  }),
  leaseCase('keeps the lease and the value of a key apart', async (store, { newKey }) => {
    const key = newKey();
    await store.set(key, Uint8Array.of(1), LONG);
    assert.equal(await store.acquireLease(key, 'a', LONG), true);
    await store.delete(key);
    assert.equal(await store.acquireLease(key, 'b', LONG), false);
    await store.set(key, Uint8Array.of(2), LONG);
    await store.releaseLease(key, 'a');
    assert.deepEqual(Array.from((await store.get(key)) ?? []), [2]);
  }),
];

function hasLeases(store: CacheStore): store is LeaseStore {
  return store.acquireLease !== undefined && store.releaseLease !== undefined;
}
