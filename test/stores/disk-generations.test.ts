import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Files } from '../../src/stores/disk/files.js';
import { Generations } from '../../src/stores/disk/generations.js';
import { temporaryFolder } from './temporary-folder.js';

/** Room for one file per generation. */
const BOUNDS = { maxBytes: 2 ** 20, maxEntries: 8 };
const NAME = 'a'.repeat(64);

/** Lets something happen between the look at the generations and the write. */
class InterruptedFiles extends Files {
  interrupt: (() => Promise<void>) | undefined;

  override async writeTemporary(bytes: Uint8Array): Promise<string> {
    const path = await super.writeTemporary(bytes);
    const { interrupt } = this;
    this.interrupt = undefined;
    await interrupt?.();
    return path;
  }
}

async function setUp() {
  const root = await temporaryFolder();
  const temporary = join(root, 'temporary');
  await mkdir(temporary);
  const files = new InterruptedFiles(temporary, 'process');
  const other = new Generations(root, new Files(temporary, 'process'), BOUNDS);
  return { files, other, own: new Generations(root, files, BOUNDS) };
}

function nameOf(index: number): string {
  return String(index).padStart(64, '0');
}

describe('a write while another process begins generations', () => {
  it.each([1, 2, 7, 20])('ends in the newest generation (%d begun)', async (count) => {
    const { files, own, other } = await setUp();
    await own.write(nameOf(0), Buffer.of(0));
    files.interrupt = async () => {
      for (let index = 1; index <= count; index++) await other.write(nameOf(index), Buffer.of(1));
    };

    await own.write(NAME, Buffer.of(2));

    const found = await other.read(NAME);
    const newest = await other.read(nameOf(count));
    expect(found?.file).toEqual(Buffer.of(2));
    expect(found?.generation).toBeGreaterThanOrEqual(newest?.generation ?? Infinity);
  });

  it('hides what the other process has written before', async () => {
    const { files, own, other } = await setUp();
    files.interrupt = async () => {
      await other.write(nameOf(1), Buffer.of(1));
      await other.write(NAME, Buffer.of(1));
    };

    await own.write(NAME, Buffer.of(2));

    expect((await own.read(NAME))?.file).toEqual(Buffer.of(2));
    expect((await other.read(NAME))?.file).toEqual(Buffer.of(2));
  });

  it('is given up when that never ends', async () => {
    const { files, own, other } = await setUp();
    let index = 0;
    const again = async (): Promise<void> => {
      files.interrupt = again;
      for (const end = index + 9; index < end; index++) await other.write(nameOf(index), Buffer.of(1));
    };
    files.interrupt = again;

    await expect(own.write(NAME, Buffer.of(2))).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
  });
});

describe('generations', () => {
  it('are numbered on when the newest is given up', async () => {
    const { own } = await setUp();
    await own.write(NAME, Buffer.of(1));
    const first = await own.read(NAME);

    await own.dropUpTo(first?.generation ?? NaN);
    const gone = await own.read(NAME);
    await own.write(NAME, Buffer.of(2));

    expect(gone).toBeUndefined();
    expect((await own.read(NAME))?.generation).toBe((first?.generation ?? NaN) + 1);
  });

  it('are counted when they are given up, by one of two who do it at once', async () => {
    const { own, other } = await setUp();
    for (let index = 0; index < 8; index++) await own.write(nameOf(index), Buffer.of(index));

    await Promise.all([own.dropUpTo(3), other.dropUpTo(3)]);

    expect(own.dropped + other.dropped).toBe(3);
    const left = await Promise.all(Array.from({ length: 8 }, (_unused, index) => own.read(nameOf(index))));
    expect(left.map((found) => found !== undefined)).toEqual([false, false, false, true, true, true, true, true]);
  });
});
