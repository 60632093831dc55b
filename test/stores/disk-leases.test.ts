import { truncate } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { diskStore } from 'tickwise/stores/disk';
import { fileOf, filesBelow } from './disk-files.js';
import { temporaryFolder } from './temporary-folder.js';

async function setUp() {
  const folder = await temporaryFolder();
  const ioClock = new VirtualClock(1_000);
  return { folder, ioClock, store: diskStore({ folder, ioClock }), other: diskStore({ folder, ioClock }) };
}

describe('a lease on disk', () => {
  it('goes to one of two who take one over that has ended', async () => {
    for (let round = 0; round < 20; round++) {
      const { ioClock, store, other } = await setUp();
      await store.acquireLease('key', 'first', 1_000);
      await ioClock.advance(1_000);

      const answers = await Promise.all([
        store.acquireLease('key', 'second', 1_000),
        other.acquireLease('key', 'third', 1_000),
      ]);

      expect(answers.filter(Boolean)).toHaveLength(1);
      await Promise.all([store.close(), other.close()]);
    }
  });

  it('is prolonged by its holder', async () => {
    const { ioClock, store, other } = await setUp();
    await store.acquireLease('key', 'token', 1_000);
    await ioClock.advance(900);

    const isProlonged = await store.acquireLease('key', 'token', 1_000);
    await ioClock.advance(900);

    expect(isProlonged).toBe(true);
    expect(await other.acquireLease('key', 'other', 1_000)).toBe(false);
    await Promise.all([store.close(), other.close()]);
  });

  it('is free when its file is damaged', async () => {
    const { folder, store, other } = await setUp();
    await store.acquireLease('key', 'token', 1_000);

    await truncate(await fileOf(folder, 'key'), 20);

    expect(await other.acquireLease('key', 'other', 1_000)).toBe(true);
    await store.releaseLease('key', 'token');
    expect(await store.acquireLease('key', 'token', 1_000)).toBe(false);
    await Promise.all([store.close(), other.close()]);
  });

  it('leaves no file once it is released', async () => {
    const { folder, store, other } = await setUp();

    for (let index = 0; index < 20; index++) {
      await store.acquireLease(`key ${index}`, 'token', 1_000);
      await other.acquireLease(`key ${index}`, 'other', 1_000);
      await store.releaseLease(`key ${index}`, 'token');
    }

    expect(await filesBelow(folder)).toEqual([]);
    await Promise.all([store.close(), other.close()]);
  });

  it('does what a table of holders does, over random histories', async () => {
    const step = fc.record({
      kind: fc.constantFrom('acquire', 'release', 'wait'),
      key: fc.constantFrom('x', 'y'),
      token: fc.constantFrom('a', 'b', 'c'),
      ms: fc.integer({ min: 1, max: 1_000 }),
    });
    const runs = fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const { ioClock, store, other } = await setUp();
      const model = new Map<string, { token: string; end: number }>();

      for (const [index, { kind, key, token, ms }] of steps.entries()) {
        const each = index % 2 === 0 ? store : other;
        const held = model.get(key);
        const isHeld = held !== undefined && held.end > ioClock.wallTime();
        if (kind === 'wait') await ioClock.advance(ms);
        else if (kind === 'release') {
          await each.releaseLease(key, token);
          if (held?.token === token) model.delete(key);
        } else {
          const expected = !isHeld || held.token === token;
          expect(await each.acquireLease(key, token, ms)).toBe(expected);
          if (expected) model.set(key, { token, end: ioClock.wallTime() + ms });
        }
      }
      await Promise.all([store.close(), other.close()]);
    });
    await fc.assert(runs, { numRuns: 30 });
  });
});
