import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskStore } from 'tickwise/stores/disk';
import { filesBelow } from './disk-files.js';
import { temporaryFolder } from './temporary-folder.js';

describe('closing a disk store', () => {
  it('waits for what is under way, and keeps it', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder });
    const ends: string[] = [];
    const writing = Array.from({ length: 20 }, async (_unused, index) => {
      await store.set(`key ${index}`, Buffer.alloc(50_000, index), Infinity);
      ends.push('set');
    });

    await store.close();
    ends.push('closed');
    await Promise.all(writing);

    expect(ends.indexOf('closed')).toBeGreaterThanOrEqual(19);
    expect(await filesBelow(folder)).toHaveLength(20);
    await using again = diskStore({ folder });
    expect(await again.get('key 19')).toEqual(Buffer.alloc(50_000, 19));
  });

  it('waits for its folder to be opened', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder });
    const ready = store.ready();

    await store.close();

    await expect(ready).resolves.toBeUndefined();
  });

  it('succeeds when the folder cannot be opened', async () => {
    const folder = join(await temporaryFolder(), 'file');
    await writeFile(folder, 'no folder');
    const store = diskStore({ folder });
    const ends = Promise.allSettled([store.ready(), store.get('key')]);

    await store.close();

    expect(await ends).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  });

  it('is done by leaving the scope', async () => {
    const folder = await temporaryFolder();
    const stores = [];
    {
      await using store = diskStore({ folder });
      stores.push(store);
    }

    await expect(stores[0]?.get('key')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
