import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { inspectJournal } from '../../../src/batch/journal/inspect.js';
import { lockDirectory } from '../../../src/batch/journal/directory-lock.js';
import { range } from '../fake-sink.js';
import { drain, leaveRows, rows, segmentsOf, Table, temporaryFolder, writerOn } from './rig.js';

/** A directory with 10 rows, of which the table has the first five and the ledger says so. */
async function halfWritten(): Promise<{ directory: string; table: Table; ledger: Buffer }> {
  const directory = await temporaryFolder();
  const table = new Table();
  table.onSend = (batch) => {
    if (batch.some(({ number }) => number >= 5)) throw new Error('down');
  };
  const writer = writerOn(directory, table, { maxItems: 5, closeTimeout: 100 });
  for (const row of rows(0, 10)) writer.add(row);
  await writer.secured();
  await writer.close().catch(() => undefined);
  table.onSend = () => undefined;
  return { directory, table, ledger: await readFile(join(directory, 'ledger')) };
}

describe('a ledger', () => {
  it('that ends at any byte costs a second sending of rows it no longer names, and none is lost', async () => {
    const { directory, table, ledger } = await halfWritten();
    const files = await Promise.all(
      (await segmentsOf(directory)).map(async (path) => ({ path, bytes: await readFile(path) })),
    );
    for (let length = 0; length <= ledger.length; length++) {
      for (const { path, bytes } of files) await writeFile(path, bytes);
      await writeFile(join(directory, 'ledger'), ledger);
      await truncate(join(directory, 'ledger'), length);
      const next = new Table();
      for (const [id, row] of [...table.rows].filter(([, { number }]) => number < 5)) next.rows.set(id, row);

      const { journal } = await drain(directory, next);

      expect(
        [...next.rows.values()].map(({ number }) => number),
        `cut at ${length}`,
      ).toEqual(range(0, 10));
      expect(journal?.replayed, `cut at ${length}`).toBe(length === ledger.length ? 5 : 10);
      expect(next.repeats, `cut at ${length}`).toBe(length === ledger.length ? 0 : 5);
    }
  });

  it('that is missing, or no ledger, costs a second sending', async () => {
    for (const contents of [undefined, Buffer.alloc(0), Buffer.alloc(100, 'x')]) {
      const { directory, table } = await halfWritten();
      await rm(join(directory, 'ledger'));
      if (contents !== undefined) await writeFile(join(directory, 'ledger'), contents);

      await drain(directory, table);

      expect(table.order).toEqual(range(0, 10));
      expect(table.repeats).toBe(5);
    }
  });

  it('that names rows of files that are gone, or of a run that never was, does no harm', async () => {
    const { directory, table } = await halfWritten();
    for (const path of await segmentsOf(directory)) await rm(path);

    const { journal } = await drain(directory, table);
    const writer = writerOn(directory, table);
    for (const row of rows(20, 30)) writer.add(row);
    await writer.close();

    expect(journal).toMatchObject({ replayed: 0, corrupt: 0 });
    expect(table.order).toEqual([...range(0, 5), ...range(20, 30)]);
  });

  it('whose draft was left by a crash is not read', async () => {
    const { directory, table, ledger } = await halfWritten();
    await writeFile(join(directory, 'ledger.new'), ledger.subarray(0, 20));
    await writeFile(join(directory, 'copy.new'), 'half a file of rows');

    await drain(directory, table);

    expect(table.order).toEqual(range(0, 10));
    expect(table.repeats).toBe(0);
  });
});

describe('a directory with files of others', () => {
  it('leaves them alone', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 3));
    const names = ['notes.txt', 'a.journal', '1-1.journal', '00000001-000001.journal.bak', 'lock.x'];
    for (const name of names) await writeFile(join(directory, name), 'mine');
    const table = new Table();

    await drain(directory, table);

    expect(table.order).toEqual([0, 1, 2]);
    expect(await readdir(directory)).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ['a folder', (path: string) => mkdir(path)],
    ['a link to nothing', (path: string) => symlink('/nowhere/at/all', path)],
    ['a link to a file that is no journal', (path: string) => symlink('/etc/hostname', path)],
    ['a pipe that nobody writes to', async (path: string) => void execFileSync('mkfifo', [path])],
  ])('in whose place of a file of rows is %s, is refused and left as it is', async (_, make) => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 3));
    await make(join(directory, '00000001-000009.journal'));
    const before = (await readdir(directory)).filter((name) => name.endsWith('.journal'));
    const onError = vi.fn();
    const table = new Table();
    const writer = writerOn(directory, table, { onError });

    const isReady = await writer.ready().then(
      () => true,
      () => false,
    );

    if (!isReady) {
      expect(onError.mock.calls[0]).toMatchObject([{ code: expect.any(String) }, { operation: 'journal' }]);
      expect((await readdir(directory)).filter((name) => name.endsWith('.journal'))).toEqual(before);
      await rm(join(directory, '00000001-000009.journal'), { recursive: true });
      await drain(directory, table);
    } else await writer.close();
    expect(table.order).toEqual([0, 1, 2]);
  });

  it('in which a file of rows is a link elsewhere is refused, and the file there stays whole', async () => {
    const [directory, other] = [await temporaryFolder(), await temporaryFolder()];
    await leaveRows(other, rows(0, 3));
    const [foreign = ''] = await segmentsOf(other);
    await appendFile(foreign, 'a write under way');
    const before = await readFile(foreign);
    await symlink(foreign, join(directory, '00000001-000001.journal'));
    const writer = writerOn(directory, new Table());

    await expect(writer.ready()).rejects.toThrow(/00000001-000001\.journal is no regular file/);
    expect(await readFile(foreign)).toEqual(before);
  });

  it.each([
    ['a pipe', async (path: string) => void execFileSync('mkfifo', [path])],
    ['a link', (path: string) => symlink('/etc/hostname', path)],
  ])('in which %s is the ledger is refused with a sentence', async (_, make) => {
    const directory = await temporaryFolder();
    await make(join(directory, 'ledger'));
    const writer = writerOn(directory, new Table());

    await expect(writer.ready()).rejects.toThrow(/ledger is no regular file/);
  });

  it.each([
    ['a pipe', async (path: string) => void execFileSync('mkfifo', [path])],
    ['a link', (path: string, foreign: string) => symlink(foreign, path)],
  ])('in which %s has the name of a draft loses nothing and writes nowhere else', async (_, make) => {
    const directory = await temporaryFolder();
    const foreign = join(await temporaryFolder(), 'foreign');
    await writeFile(foreign, 'mine');
    await make(join(directory, 'ledger.new'), foreign);
    const table = new Table();

    const writer = writerOn(directory, table);
    for (const row of rows(0, 3)) writer.add(row);
    await writer.flush();
    await writer.secured();
    await writer.close();

    expect(table.order).toEqual([0, 1, 2]);
    expect(await readFile(foreign, 'utf8')).toBe('mine');
  });

  it('with a file of the last run there can be is refused with a sentence', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 3));
    await writeFile(join(directory, '4294967295-000001.journal'), '');
    const writer = writerOn(directory, new Table());

    await expect(writer.ready()).rejects.toThrow(/runs are counted up to 4294967295/);
  });

  it('with locks of absurd numbers can be had, again and again, by one at a time', async () => {
    const directory = await temporaryFolder();
    for (const number of ['9007199254740992', '99999999999999999999', '-1', '1e9', '007'])
      await writeFile(join(directory, `lock.${number}`), '');

    for (let run = 0; run < 4; run++) {
      const lock = await lockDirectory(directory);
      await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
      await lock.release();
    }

    expect((await inspectJournal(directory)).isInUse).toBe(false);
  });
});
