import { link, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isLocked, lockDirectory } from '../../../src/batch/journal/directory-lock.js';
import { range } from '../fake-sink.js';
import { drain, leaveRows, rows, Table, temporaryFolder, writerOn } from './rig.js';
import { programOf, readLines } from '../../program.js';

describe('a directory that a writer has', () => {
  it('is refused to a second one, which takes nothing and says why', async () => {
    const directory = await temporaryFolder();
    const first = writerOn(directory, new Table());
    await first.ready();
    const onError = vi.fn();
    const table = new Table();
    const second = writerOn(directory, table, { onError });
    second.add({ number: 1 });

    await expect(second.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED', cause: { code: 'ERR_CONFIG' } });

    expect(onError.mock.calls[0]).toMatchObject([{ code: 'ERR_CONFIG' }, { operation: 'journal', rows: 1 }]);
    expect(String(onError.mock.calls[0]?.[0])).toContain('must be a directory that no other writer has');
    expect(() => second.add({ number: 2 })).toThrow(/no other writer/);
    await expect(second.close()).rejects.toMatchObject({ items: [{ number: 1 }] });
    expect(second.stats()).toMatchObject({ accepted: 1, deadLettered: 1, pending: 0 });
    expect(table.order).toEqual([]);
    await expect(isLocked(directory)).resolves.toBe(true);
  });

  it('is free again after close, at once', async () => {
    const directory = await temporaryFolder();
    for (let run = 0; run < 5; run++) {
      const lock = await lockDirectory(directory);
      await lock.release();
    }

    await expect(isLocked(directory)).resolves.toBe(false);
    expect((await readdir(directory)).filter((name) => name.startsWith('lock'))).toEqual(['lock.5']);
  });

  it('goes to one of many who try at once', async () => {
    for (let round = 0; round < 10; round++) {
      const directory = await temporaryFolder();
      if (round % 2 === 1) await (await lockDirectory(directory)).release();

      const tries = await Promise.allSettled(range(0, 12).map(() => lockDirectory(directory)));

      const held = tries.filter((outcome) => outcome.status === 'fulfilled');
      expect(held).toHaveLength(1);
      for (const { value } of held) await value.release();
    }
  });

  it('is told by a path too long for a socket as well', async () => {
    const directory = join(await temporaryFolder(), 'x'.repeat(120));
    await leaveRows(directory, rows(0, 3));
    const first = writerOn(directory, new Table());
    await first.ready();

    await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
  });

  it('is free when the lock is no socket', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'lock.3'), '');

    const lock = await lockDirectory(directory);
    await lock.release();

    expect((await readdir(directory)).filter((name) => name.startsWith('lock'))).toEqual(['lock.4']);
  });

  it('is not lost to one who was slower and got a number that had been removed', async () => {
    const directory = await temporaryFolder();
    const holder = await lockDirectory(directory);
    await rename(join(directory, 'lock.1'), join(directory, 'lock.7'));

    await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
    const server = createServer().listen(join(directory, 'claim.x'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    await link(join(directory, 'claim.x'), join(directory, 'lock.2'));

    await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
    await holder.release();
    await rm(join(directory, 'lock.2'));
    await (await lockDirectory(directory)).release();
  });
});

describe('a directory of another process', () => {
  it(
    'is refused while that runs, also while it is stopped, and free once it is killed',
    { timeout: 120_000 },
    async () => {
      const directory = await temporaryFolder();
      const start = await programOf('test/batch/journal/fixtures/holder.ts');
      const program = start(directory);
      const lines = readLines(program);
      expect(await lines.next()).toMatchObject({ value: 'ready' });

      await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
      program.kill('SIGSTOP');
      await expect(lockDirectory(directory)).rejects.toThrow('no other writer');
      program.kill('SIGKILL');
      await once(program, 'exit');
      const table = new Table();
      const stats = await drain(directory, table);

      expect(stats.journal).toMatchObject({ replayed: 10 });
      expect(table.order).toEqual(range(0, 10));
    },
  );
});
