import assert from 'node:assert/strict';
import { systemClock } from '../../core/system-clock.js';
import { assertHolds, bytesOf, LONG, SHORT, type StoreCase, storeCase } from './store-case.js';

/** The cases about times. */
export const timeCases: readonly StoreCase[] = [
  storeCase('forgets a value after its time', async ({ store, newKey, passTime }) => {
    const [brief, lasting] = [newKey(), newKey()];
    const start = systemClock.now();
    await store.set(brief, bytesOf('a'), SHORT);
    await store.set(lasting, bytesOf('b'), LONG);
    const found = await store.get(brief);
    // On a machine that was busy for so long, it may be over already.
    if (systemClock.now() - start < SHORT) assert.deepEqual(found && Uint8Array.from(found), bytesOf('a'));
    await passTime(SHORT + 1);
    await assertHolds(store, brief, undefined);
    await assertHolds(store, lasting, bytesOf('b'));
  }),
  storeCase('gives a value that is set again its new time', async ({ store, newKey, passTime }) => {
    const [longer, forEver] = [newKey(), newKey()];
    for (const key of [longer, forEver]) await store.set(key, bytesOf('a'), SHORT);
    await store.set(longer, bytesOf('b'), LONG);
    await store.set(forEver, bytesOf('b'), Infinity);
    await passTime(SHORT + 1);
    await assertHolds(store, longer, bytesOf('b'));
    await assertHolds(store, forEver, bytesOf('b'));
  }),
  storeCase('takes fractions, Infinity and the largest numbers as a time', async ({ store, newKey }) => {
    for (const ttl of [LONG + 0.5, Infinity, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE]) {
      const key = newKey();
      await store.set(key, bytesOf('a'), ttl);
      await assertHolds(store, key, bytesOf('a'));
    }
  }),
  storeCase('takes a time below a millisecond', async ({ store, newKey, passTime }) => {
    const key = newKey();
    await store.set(key, bytesOf('a'), Number.MIN_VALUE);
    await passTime(10);
    await assertHolds(store, key, undefined);
  }),
];
