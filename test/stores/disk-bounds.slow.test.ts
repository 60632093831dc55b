import { truncate } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { type DiskStore, diskStore } from 'tickwise/stores/disk';
import { bytesBelow, fileOf, filesBelow } from './disk-files.js';
import { temporaryFolder } from './temporary-folder.js';

const BLOCK = 4_096;
const LONG = 600_000;

interface Step {
  readonly kind: 'set' | 'delete' | 'get' | 'damage';
  readonly key: number;
  /** Bytes of a set. */
  readonly size: number;
  /** Which of the stores does it. */
  readonly by: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'set', 'set', 'set', 'set', 'delete', 'get', 'damage'),
  key: fc.nat(30),
  size: fc.nat(6_000),
  by: fc.nat(2),
});

describe.each([1, 3])('a full folder of %d disk stores', (count) => {
  const maxBytes = 8 * 3 * BLOCK;
  const maxEntries = 16;

  it(
    'keeps its bounds, returns no old value, and gives up none before an older one',
    { timeout: 120_000 },
    async () => {
      const runs = fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
        const folder = await temporaryFolder();
        const make = () => diskStore({ folder, maxBytes, maxEntries, onError: () => undefined });
        const stores: readonly [DiskStore, ...DiskStore[]] = [make(), ...Array.from({ length: count - 1 }, make)];
        const model = new WriteOrder();

        for (const [index, each] of steps.entries()) {
          await take(each, stores[each.by] ?? stores[0], folder, model, index);
          // A store knows of the others' files from time to time.
          expect(await bytesBelow(folder)).toBeLessThanOrEqual(maxBytes * (1 + (count - 1) / 8));
          expect((await filesBelow(folder)).length).toBeLessThanOrEqual(maxEntries * (1 + (count - 1) / 8));
        }

        const found: boolean[] = [];
        for (const [key, bytes] of model.newestFirst()) {
          const kept = await stores[0].get(key);
          if (kept !== undefined) expect(kept).toEqual(bytes);
          found.push(kept !== undefined);
        }
        // Once one is gone, all that were written before it are.
        expect(found).toEqual(found.toSorted((a, b) => Number(b) - Number(a)));
        await Promise.all(stores.map((store) => store.close()));
      });
      await fc.assert(runs, { numRuns: 8 });
    },
  );
});

/** The last value per key, in the order of the last writes. */
class WriteOrder {
  readonly values = new Map<string, Buffer>();

  set(key: string, bytes: Buffer): void {
    this.values.delete(key);
    this.values.set(key, bytes);
  }

  newestFirst(): [string, Buffer][] {
    return [...this.values].toReversed();
  }
}

async function take(each: Step, store: DiskStore, folder: string, model: WriteOrder, index: number): Promise<void> {
  const key = `key ${each.key}`;
  switch (each.kind) {
    case 'set': {
      const bytes = Buffer.alloc(each.size, index % 256);
      await store.set(key, bytes, LONG);
      model.set(key, bytes);
      expect(await store.get(key)).toEqual(bytes);
      return;
    }
    case 'delete':
      await store.delete(key);
      model.values.delete(key);
      return;
    case 'get': {
      const found = await store.get(key);
      if (found !== undefined) expect(found).toEqual(model.values.get(key));
      return;
    }
    case 'damage':
      await fileOf(folder, key).then((path) => truncate(path, 20), nothing);
  }
}

function nothing(): void {
  // There is no file of this key to be damaged.
}

describe('a full disk store', () => {
  it('counts the files that were there before', async () => {
    const folder = await temporaryFolder();
    const options = { folder, maxBytes: 8 * 4 * BLOCK };
    const first = diskStore(options);
    for (let index = 0; index < 40; index++) await first.set(`first ${index}`, Buffer.alloc(100), LONG);
    await first.close();

    const second = diskStore(options);
    await using _ = second;
    for (let index = 0; index < 40; index++) {
      await second.set(`second ${index}`, Buffer.alloc(100), LONG);
      expect(await bytesBelow(folder)).toBeLessThanOrEqual(options.maxBytes);
    }

    expect(await second.get('second 39')).toBeDefined();
    expect(await second.get('first 0')).toBeUndefined();
    expect(second.stats().evictions).toBeGreaterThan(0);
  });

  it('gives nothing up while the same keys are written again and again', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder, maxBytes: 8 * 4 * BLOCK });
    await using _ = store;
    await store.set('quiet', Buffer.of(1), LONG);

    for (let index = 0; index < 200; index++) await store.set(`busy ${index % 2}`, Buffer.of(index), LONG);

    expect(await store.get('quiet')).toEqual(Buffer.of(1));
    expect(store.stats().evictions).toBe(0);
  });

  it.each([8, 16, 40])('takes many writes at once with room for %d', async (maxEntries) => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder, maxEntries });
    await using _ = store;
    const keys = Array.from({ length: 60 }, (_unused, index) => `key ${index}`);

    await Promise.all(keys.map((key) => store.set(key, Buffer.from(key), LONG)));

    expect((await filesBelow(folder)).length).toBeLessThanOrEqual(maxEntries);
    const kept = await Promise.all(keys.map((key) => store.get(key)));
    expect(kept.filter((bytes) => bytes !== undefined).length).toBeGreaterThan(maxEntries / 2);
  });

  it('refuses a value that fits into no eighth with its key', async () => {
    const folder = await temporaryFolder();
    const store = diskStore({ folder, maxBytes: 8 * BLOCK });
    await using _ = store;

    await store.set('key', Buffer.alloc(BLOCK - 52 - 3), LONG);
    await expect(store.set('key', Buffer.alloc(BLOCK - 51 - 3), LONG)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    await expect(store.set('key', Buffer.alloc(BLOCK + 1), LONG)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });

    expect((await store.get('key'))?.byteLength).toBe(BLOCK - 52 - 3);
  });

  it('refuses the operation beyond maxPending, and takes more once those have ended', async () => {
    const store = diskStore({ folder: await temporaryFolder(), maxPending: 2 });
    await using _ = store;

    const ends = await Promise.allSettled([store.get('a'), store.get('a'), store.get('b')]);

    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(ends[2]).toMatchObject({ reason: { code: 'ERR_OVERFLOW' } });
    expect(await store.get('b')).toBeUndefined();
    expect(store.stats()).toMatchObject({ reads: 4, misses: 3, failures: 1, pending: 0 });
  });
});

describe('time in a disk store', () => {
  it('is the wall time of its clock', async () => {
    const clock = new VirtualClock(1_000_000);
    const store = diskStore({ folder: await temporaryFolder(), clock });
    await using _ = store;
    await store.set('key', Buffer.of(1), 1_000);

    await clock.advance(999);
    const before = await store.get('key');
    await clock.advance(1);

    expect(before).toEqual(Buffer.of(1));
    expect(await store.get('key')).toBeUndefined();
    expect(store.stats()).toMatchObject({ hits: 1, misses: 1, expired: 1 });
  });

  it('does not bring an older value of the key to light when the newer has expired', async () => {
    const clock = new VirtualClock();
    const store = diskStore({ folder: await temporaryFolder(), clock, maxEntries: 16 });
    await using _ = store;
    await store.set('key', Buffer.of(1), LONG);
    for (const other of ['a', 'b', 'c']) await store.set(other, Buffer.of(0), LONG);
    await store.set('key', Buffer.of(2), 1_000);

    await clock.advance(1_000);

    expect(await store.get('key')).toBeUndefined();
  });

  it('deletes a key from all ages', async () => {
    const store = diskStore({ folder: await temporaryFolder(), maxEntries: 16 });
    await using _ = store;
    for (const value of [1, 2, 3]) {
      await store.set('key', Buffer.of(value), LONG);
      for (const other of ['a', 'b']) await store.set(`${other} ${value}`, Buffer.of(0), LONG);
    }

    await store.delete('key');

    expect(await store.get('key')).toBeUndefined();
  });
});
