import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { diskStore } from 'tickwise/stores/disk';
import { Files } from '../../src/stores/disk/files.js';
import { clean, findLayout, makeLayout } from '../../src/stores/disk/layout.js';
import { encodeRecord } from '../../src/stores/disk/record.js';
import { fileOf, filesBelow } from './disk-files.js';
import { temporaryFolder } from './temporary-folder.js';

const LONG = 600_000;
const LONG_AGO = new Date(2_020, 1);

describe('the folder of a disk store', () => {
  it('is made, for the user of the process only', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    const store = diskStore({ folder });
    await using _ = store;

    await store.set('key', Buffer.of(1), LONG);

    const path = await fileOf(folder, 'key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const each of [folder, dirname(path), dirname(dirname(path))]) {
      expect((await stat(each)).mode & 0o777).toBe(0o700);
    }
  });

  it('is opened before the first operation by ready', async () => {
    const folder = join(await temporaryFolder(), 'new');
    const store = diskStore({ folder });

    await store.ready();
    const made = await readdir(folder);
    await store.close();

    expect(made).toHaveLength(1);
    await expect(store.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('keeps what others have in it, and a later format of the store', async () => {
    const folder = await temporaryFolder();
    const foreign = [join(folder, 'notes.txt'), join(folder, 'tickwise-v2-process-x', 'g000000000001', 'a'.repeat(64))];
    for (const path of foreign) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'mine');
      await utimes(path, LONG_AGO, LONG_AGO);
    }
    const store = diskStore({ folder, maxEntries: 8 });
    for (let index = 0; index < 30; index++) await store.set(`key ${index}`, Buffer.of(1), LONG);

    await store.close();

    for (const path of foreign) expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('holds every key inside, whatever its text', async () => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'store');
    const store = diskStore({ folder });
    await using _ = store;
    const keys = [
      '../../outside',
      '/etc/passwd',
      '..',
      '.',
      'a\0b',
      'C:\\x',
      'x'.repeat(60_000),
      'temporary',
      'leases',
    ];

    for (const key of keys) await store.set(key, Buffer.from(key), LONG);

    for (const key of keys) expect(await store.get(key)).toEqual(Buffer.from(key));
    expect(await readdir(outer)).toEqual(['store']);
    expect((await filesBelow(outer)).length).toBe(keys.length);
  });

  it('may be removed under a running store', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder });
    await using _ = store;
    await store.set('key', Buffer.of(1), LONG);

    await rm(folder, { recursive: true });
    const found = await store.get('key');
    await store.delete('key');
    await store.set('key', Buffer.of(2), LONG);
    await rm(folder, { recursive: true });
    const isTaken = await store.acquireLease('key', 'token', LONG);

    expect(found).toBeUndefined();
    expect(isTaken).toBe(true);
    await store.set('key', Buffer.of(3), LONG);
    expect(await store.get('key')).toEqual(Buffer.of(3));
  });

  it('that cannot be made rejects the operation, and the next one tries again', async () => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'file');
    await writeFile(folder, 'no folder');
    const store = diskStore({ folder });
    await using _ = store;

    await expect(store.get('key')).rejects.toThrow(/EEXIST|ENOTDIR/);
    await rm(folder);

    expect(await store.get('key')).toBeUndefined();
    expect(store.stats()).toMatchObject({ failures: 1, misses: 1 });
  });
});

describe('a write that fails', () => {
  it('leaves no file behind', async () => {
    const folder = await temporaryFolder();
    const files = new Files(folder, 'process');

    await expect(files.writeTemporary(1 as never)).rejects.toThrow(/Received type number/); // stands for a full disk

    expect(await readdir(folder)).toEqual([]);
  });

  it('rejects, and later ones work', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder });
    await using _ = store;
    await store.set('key', Buffer.of(1), LONG);
    const path = await fileOf(folder, 'key');
    await rm(path);
    await mkdir(path);

    await expect(store.set('key', Buffer.of(2), LONG)).rejects.toThrow(/EISDIR|EEXIST/);
    await rm(path, { recursive: true });
    await store.set('key', Buffer.of(3), LONG);

    expect(await store.get('key')).toEqual(Buffer.of(3));
    expect(await filesBelow(folder)).toHaveLength(1);
  });
});

describe('what others have left', () => {
  it('is removed when it is old, and kept when it may be in use', async () => {
    const folder = await temporaryFolder();
    const layout = await findLayout({ folder, durability: 'process' });
    await makeLayout(layout);
    const over = encodeRecord({ key: 'a', expiry: 0, bytes: Buffer.from('token') });
    const held = encodeRecord({ key: 'b', expiry: Infinity, bytes: Buffer.from('token') });
    const left = {
      'old file': join(layout.temporary, 'old'),
      'new file': join(layout.temporary, 'new'),
      'old lease, over': join(layout.leases, 'over'),
      'old lease, held': join(layout.leases, 'held'),
      'new lease, over': join(layout.leases, 'just over'),
    };
    for (const [what, path] of Object.entries(left)) {
      await writeFile(path, what.includes('held') ? held : over);
      if (what.startsWith('old')) await utimes(path, LONG_AGO, LONG_AGO);
    }
    const dropped = join(layout.temporary, 'dropped generation');
    await mkdir(dropped);
    await writeFile(join(dropped, 'file'), 'x');
    await utimes(dropped, LONG_AGO, LONG_AGO);

    const store = diskStore({ folder });
    await store.get('key');
    await store.close();

    expect((await readdir(layout.temporary)).toSorted()).toEqual(['new']);
    expect((await readdir(layout.leases)).toSorted()).toEqual(['held', 'just over']);
  });

  it('that cannot be removed is reported, and operations go on', async () => {
    const folder = await temporaryFolder();
    const layout = await findLayout({ folder, durability: 'process' });
    await makeLayout(layout);
    await writeFile(layout.leases.replace('leases', 'x'), '');
    await rm(layout.leases, { recursive: true });
    await writeFile(layout.leases, 'no folder');
    const files = new Files(layout.temporary, 'process');

    await expect(clean(folder, layout, files)).rejects.toThrow('ENOTDIR');

    const onError = vi.fn();
    await rm(layout.leases);
    const store = diskStore({ folder, onError });
    await using _ = store;
    expect(await store.get('key')).toBeUndefined();
    expect(onError).not.toHaveBeenCalled();
  });
});

describe('a restart of the machine', () => {
  const boot = (id: string | undefined) => () => Promise.resolve(id);

  it('empties a store that survives the end of the process only', async () => {
    const folder = await temporaryFolder();
    const before = await findLayout({ folder, durability: 'process' }, boot('first'));
    const after = await findLayout({ folder, durability: 'process' }, boot('second'));
    const durable = await findLayout({ folder, durability: 'power' }, boot('first'));
    for (const layout of [before, after, durable]) {
      await makeLayout(layout);
      await writeFile(join(layout.root, 'file'), 'x');
    }

    await clean(folder, after, new Files(after.temporary, 'process'));

    expect((await readdir(folder)).toSorted()).toEqual(['tickwise-v1-power', 'tickwise-v1-process-second']);
    expect(await readdir(after.temporary)).toEqual([]);
  });

  it('is survived by default where it cannot be told', async () => {
    const folder = await temporaryFolder();

    const layout = await findLayout({ folder, durability: 'process' }, boot(undefined));

    expect(layout).toMatchObject({ root: join(folder, 'tickwise-v1-power'), durability: 'power' });
  });
});
