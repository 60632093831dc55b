import assert from 'node:assert/strict';
import { assertHolds, bytesOf, LONG, type StoreCase, storeCase } from './store-case.js';

/** Keys that a store may take for one another, or for something else than a key. */
const ODD_KEYS = [
  '',
  ' ',
  '*',
  '?',
  '..',
  '../x',
  '/',
  '\\',
  'a/b',
  'a\0b',
  'a\nb',
  'A',
  'a',
  'é',
  'e\u0301',
  '💹',
  ':',
  '%',
  '{a}',
];

/** The cases about keys and values. */
export const valueCases: readonly StoreCase[] = [
  storeCase('returns undefined for a key that was never set', async ({ store, newKey }) => {
    await assertHolds(store, newKey(), undefined);
  }),
  storeCase('returns the bytes that were set, whatever they are', async ({ store, newKey }) => {
    const every = Uint8Array.from({ length: 1_024 }, (_, index) => index % 256);
    for (const bytes of [every, Uint8Array.of(), Uint8Array.of(0), bytesOf('null'), bytesOf('\r\n$-1\r\n')]) {
      const key = newKey();
      await store.set(key, bytes, LONG);
      await assertHolds(store, key, bytes);
    }
  }),
  storeCase('returns a value of one megabyte', async ({ store, newKey }) => {
    const key = newKey();
    const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 31) % 251);
    await store.set(key, bytes, LONG);
    assert.ok(Buffer.from((await store.get(key)) ?? []).equals(bytes));
  }),
  storeCase('takes a view into a larger buffer for its own bytes only', async ({ store, newKey }) => {
    const key = newKey();
    await store.set(key, Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 4), LONG);
    await assertHolds(store, key, Uint8Array.of(2, 3, 4));
  }),
  storeCase('replaces a value', async ({ store, newKey }) => {
    const key = newKey();
    await store.set(key, bytesOf('a longer old value'), LONG);
    await store.set(key, bytesOf('new'), LONG);
    await assertHolds(store, key, bytesOf('new'));
  }),
  storeCase('never merges two different keys', async ({ store, newKey }) => {
    const base = newKey();
    const keys = [...ODD_KEYS, 'x'.repeat(1_000), `${'x'.repeat(999)}y`].map((key) => `${base}${key}`);
    for (const key of keys) await store.set(key, bytesOf(key), LONG);
    for (const key of keys) await assertHolds(store, key, bytesOf(key));
  }),
  storeCase('forgets a deleted key and no other', async ({ store, newKey }) => {
    const [key, other] = [newKey(), newKey()];
    await store.set(key, bytesOf('a'), LONG);
    await store.set(other, bytesOf('b'), LONG);
    await store.delete(key);
    await store.delete(newKey());
    await assertHolds(store, key, undefined);
    await assertHolds(store, other, bytesOf('b'));
  }),
  storeCase('ends with the last of several changes that nobody waited for', async ({ store, newKey }) => {
    const [key, deleted] = [newKey(), newKey()];
    const values = Array.from({ length: 20 }, (_, index) => bytesOf(`value ${index}`.repeat(20 - index)));
    await Promise.all([
      ...values.map((bytes) => store.set(key, bytes, LONG)),
      store.set(deleted, bytesOf('x'.repeat(100_000)), LONG),
      store.delete(deleted),
    ]);
    await assertHolds(store, key, values.at(-1));
    await assertHolds(store, deleted, undefined);
  }),
];
