import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { diskStore } from 'tickwise/stores/disk';
import { decodeRecord, encodeRecord } from '../../src/stores/disk/record.js';
import { fileOf } from './disk-files.js';
import { temporaryFolder } from './temporary-folder.js';

const LONG = 600_000;
const BYTES = Uint8Array.from({ length: 40 }, (_, index) => index * 7);

async function setUp() {
  const folder = await temporaryFolder();
  const onError = vi.fn();
  return { folder, onError, store: diskStore({ folder, onError }) };
}

describe('a file of a disk store', () => {
  it('is a miss when it is torn at any byte, and the key works again', async () => {
    const { folder, onError, store } = await setUp();
    await using _ = store;
    await store.set('key', BYTES, LONG);
    const { length } = await readFile(await fileOf(folder, 'key'));

    for (let end = 0; end < length; end++) {
      await store.set('key', BYTES, LONG);
      await truncate(await fileOf(folder, 'key'), end);
      expect(await store.get('key')).toBeUndefined();
    }
    await store.set('key', BYTES, LONG);

    expect(await store.get('key')).toEqual(Buffer.from(BYTES));
    expect(store.stats()).toMatchObject({ reads: length + 1, hits: 1, misses: length, corrupt: length });
    expect(onError).toHaveBeenCalledTimes(length);
    expect(onError.mock.calls[0]).toMatchObject([{ code: 'ERR_CORRUPT_DATA' }, { during: 'read' }]);
  });

  it('is a miss when any of its bytes has changed', async () => {
    const { folder, store } = await setUp();
    await using _ = store;
    await store.set('key', BYTES, LONG);
    const whole = await readFile(await fileOf(folder, 'key'));

    for (let at = 0; at < whole.length; at++) {
      await store.set('key', BYTES, LONG);
      const path = await fileOf(folder, 'key');
      const changed = await readFile(path);
      changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at);
      await writeFile(path, changed);
      expect(await store.get('key')).toBeUndefined();
    }
  });

  it.each([
    ['is longer than written', (path: string) => appendFile(path, 'x')],
    ['is of another program', (path: string) => writeFile(path, '{"value":1}')],
    ['has only zeros, as after a power cut', (path: string) => writeFile(path, new Uint8Array(200))],
    ['is the file of another key', (path: string) => writeFile(path, record('other key'))],
    ['is of a later format', async (path: string) => writeFile(path, withVersion(2, await readFile(path)))],
  ])('is a miss when it %s', async (_title, damage) => {
    const { folder, store } = await setUp();
    await using _ = store;
    await store.set('key', BYTES, LONG);

    await damage(await fileOf(folder, 'key'));

    expect(await store.get('key')).toBeUndefined();
    expect(await store.get('key')).toBeUndefined();
    expect(store.stats()).toMatchObject({ misses: 2, corrupt: 1 });
  });

  it('takes what was written before it along when it is damaged, and nothing that came later', async () => {
    const folder = await temporaryFolder();
    // Two files per eighth.
    const store = diskStore({ folder, maxEntries: 16, onError: () => undefined });
    await using _ = store;
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await store.set(key, BYTES, LONG);

    await truncate(await fileOf(folder, 'c'), 10);
    const damaged = await store.get('c');

    expect(damaged).toBeUndefined();
    const left = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => store.get(key)));
    expect(left.map((bytes) => bytes !== undefined)).toEqual([false, false, false, false, true, true]);
  });
});

describe('a record', () => {
  it('gives back what was written, whatever it is', () => {
    const parts = [
      fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }),
      fc.oneof(fc.constant(Infinity), fc.double({ min: 0, noNaN: true })),
      fc.uint8Array({ maxLength: 1_000, size: 'max' }),
    ] as const;
    fc.assert(
      fc.property(...parts, (key, expiry, bytes) => {
        const decoded = decodeRecord(encodeRecord({ key, expiry, bytes }), key);

        expect(decoded).toEqual({ key, expiry, bytes: Buffer.from(bytes) });
      }),
    );
  });

  it('is not read from arbitrary bytes, and reading never throws', () => {
    const key = 'key';
    const start = record(key).subarray(0, 8);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), fc.boolean(), (bytes, isOurs) => {
        const file = isOurs ? Buffer.concat([start, bytes]) : Buffer.from(bytes);

        expect(decodeRecord(file, key)).toBeUndefined();
      }),
    );
  });
});

function record(key: string): Buffer {
  return encodeRecord({ key, expiry: Infinity, bytes: BYTES });
}

function withVersion(version: number, file: Buffer): Buffer {
  file.writeUInt32LE(version, 4);
  return file;
}
