import { assertHolds, bytesOf, LONG, type StoreCase, storeCase } from './store-case.js';

/** The cases about several stores over the same data. */
export const sharingCases: readonly StoreCase[] = [
  storeCase(
    'shows what another store of the same data has set, once that resolved',
    async ({ store, open, newKey }) => {
      const other = await open();
      const key = newKey();
      for (const text of ['first', 'second', 'third']) {
        await other.set(key, bytesOf(text), LONG);
        await assertHolds(store, key, bytesOf(text));
        await store.set(key, bytesOf(`${text} again`), LONG);
        await assertHolds(other, key, bytesOf(`${text} again`));
      }
    },
  ),
  storeCase('does not show what another store of the same data has deleted', async ({ store, open, newKey }) => {
    const other = await open();
    const key = newKey();
    await store.set(key, bytesOf('a'), LONG);
    await assertHolds(other, key, bytesOf('a'));
    await other.delete(key);
    await assertHolds(store, key, undefined);
  }),
  storeCase('keeps its data when it is closed', async ({ store, open, newKey }) => {
    const key = newKey();
    await store.set(key, bytesOf('a'), LONG);
    await store.close();
    await assertHolds(await open(), key, bytesOf('a'));
  }),
];
