import { readdir, stat } from 'node:fs/promises';
import { VirtualClock } from 'tickwise';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { range, settle } from '../fake-sink.js';
import { drain, leaveRows, rows, segmentsOf, Table, temporaryFolder, writerOn } from './rig.js';

const disk = vi.hoisted(() => ({
  /** What the next writes fail with. */
  error: undefined as Error | undefined,
  /** Bytes that are written all the same. */
  partial: 0,
  writes: 0,
  /** What the next waits for the disk fail with. */
  syncError: undefined as Error | undefined,
  syncs: 0,
}));

vi.mock(import('../../../src/batch/journal/journal-files.js'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    writeAll: async (file, bytes, position) => {
      disk.writes++;
      if (disk.error === undefined) return original.writeAll(file, bytes, position);
      await original.writeAll(file, bytes.subarray(0, disk.partial), position);
      throw disk.error;
    },
    syncData: async (file) => {
      disk.syncs++;
      if (disk.syncError !== undefined) throw disk.syncError;
      return original.syncData(file);
    },
  };
});

afterEach(() => {
  disk.error = undefined;
  disk.partial = 0;
  disk.syncError = undefined;
});

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** Waits for a condition that real I/O brings about. */
function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 5 });
}

/** Lets time of I/O pass until a promise settles. */
async function passUntil(clock: VirtualClock, promise: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const end = (): void => void (state.isOver = true);
  promise.then(end, end);
  while (!state.isOver) await clock.advance(500);
}

describe('a disk that is full', () => {
  it('costs no rows while the sink takes them, is reported once, and is used again when there is room', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    const ioClock = new VirtualClock();
    const onError = vi.fn();
    const writer = writerOn(directory, table, { ioClock, onError });
    await writer.ready();
    disk.error = full();

    for (const row of rows(0, 100)) writer.add(row);
    await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));
    await writer.flush();
    for (let time = 0; time < 20; time++) await ioClock.advance(5_000);
    const whileFull = writer.stats();
    table.isDown = true;
    disk.error = undefined;
    for (const row of rows(100, 150)) writer.add(row);
    await passUntil(ioClock, writer.secured());
    const after = writer.stats();

    expect(table.order).toEqual(range(0, 100));
    expect(whileFull).toMatchObject({ written: 100, deadLettered: 0 });
    expect(onError.mock.calls.filter(([, { operation }]) => operation === 'journal')).toHaveLength(1);
    expect(onError.mock.calls[0]).toMatchObject([{ code: 'ENOSPC' }, { operation: 'journal' }]);
    expect(after.journal).toMatchObject({ isFailing: false, unsecured: 0 });
    table.isDown = false;
    await passUntil(ioClock, writer.flush());
    expect(table.order).toEqual(range(0, 150));
  });

  it.each([0, 1, 63, 64, 70, 100])(
    'in the middle of a write, after %i bytes, leaves nothing that is read twice or wrongly',
    async (partial) => {
      const directory = await temporaryFolder();
      const table = new Table();
      table.isDown = true;
      const writer = writerOn(directory, table, { closeTimeout: 0 });
      for (const row of rows(0, 5)) writer.add(row);
      await writer.secured();
      disk.partial = partial;
      disk.error = full();
      for (const row of rows(5, 10)) writer.add(row);
      await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));
      disk.error = undefined;
      await writer.secured();
      await writer.close().catch(() => undefined);

      const next = new Table();
      const stats = await drain(directory, next);

      expect(next.order).toEqual(range(0, 10));
      expect(stats.journal).toMatchObject({ replayed: 10, corrupt: 0 });
    },
  );

  it('keeps no copies of rows that the sink has taken meanwhile', async () => {
    const table = new Table();
    const ioClock = new VirtualClock();
    const writer = writerOn(await temporaryFolder(), table, { ioClock, journal: { maxBytes: 1_048_576 } });
    await writer.ready();
    disk.error = full();

    for (let group = 0; group < 100; group++) {
      for (const row of rows(group * 500, group * 500 + 500)) writer.add(row);
      await writer.flush();
      await ioClock.advance(5_000);
      await settle();
    }

    // 50 000 rows are 2 MB; what waits for the disk would exceed the limit, and rows would be refused.
    expect(writer.stats()).toMatchObject({ refused: 0, written: 50_000 });
    expect(writer.stats().journal?.unsecured).toBe(0);
  });

  it('at the end gives the rows that are neither here nor there to deadLetter, and says so', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const dead: number[] = [];
    const writer = writerOn(directory, table, { closeTimeout: 10, deadLetter: ({ number }) => dead.push(number) });
    await writer.ready();
    disk.error = full();
    for (const row of rows(0, 10)) writer.add(row);
    await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));

    await expect(writer.close()).rejects.toThrow('10 rows were not written within 10 ms of close');

    expect(dead).toEqual(range(0, 10));
    expect(writer.stats()).toMatchObject({ pending: 0, deadLettered: 10 });
  });
});

describe('a disk that fails', () => {
  it('is not trusted with the same file again', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { closeTimeout: 0, journal: { durability: 'batch' } });
    for (const row of rows(0, 5)) writer.add(row);
    await writer.secured();
    disk.error = Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
    for (const row of rows(5, 10)) writer.add(row);
    await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));
    disk.error = undefined;

    await writer.secured();
    const names = (await readdir(directory)).filter((name) => name.endsWith('.journal')).toSorted();
    await writer.close().catch(() => undefined);
    const next = new Table();
    await drain(directory, next);

    expect(names.length).toBeGreaterThanOrEqual(2);
    expect(names[0]).toBe('00000001-000001.journal');
    expect(next.order).toEqual(range(0, 10));
  });

  it('while the ledger is written costs a second sending at most', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 20));
    const table = new Table();
    const writer = writerOn(directory, table, { maxItems: 5, closeTimeout: 0 });
    disk.error = full();
    await writer.flush();
    await writer.close().catch(() => undefined);
    disk.error = undefined;

    await drain(directory, table);

    expect(table.order).toEqual(range(0, 20));
    expect(table.rows.size).toBe(20);
  });

  it.each(['batch', 'interval'] as const)(
    "while it is waited for makes secured wait until the rows are in another file, with '%s'",
    async (durability) => {
      const directory = await temporaryFolder();
      const table = new Table();
      table.isDown = true;
      const ioClock = new VirtualClock();
      const writer = writerOn(directory, table, { ioClock, closeTimeout: 0, journal: { durability } });
      for (const row of rows(0, 5)) writer.add(row);
      await writer.secured();
      const [first = ''] = await segmentsOf(directory);
      const inode = (await stat(first)).ino;
      disk.syncError = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
      for (const row of rows(5, 10)) writer.add(row);
      const secured = writer.secured();
      await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));
      disk.syncError = undefined;

      await passUntil(ioClock, secured);
      const files = await segmentsOf(directory);
      const isSameFile = files.length === 1 && (await stat(files[0] ?? '')).ino === inode;
      void writer.close().catch(() => undefined);
      await ioClock.advance(10_000);
      await writer.close().catch(() => undefined);
      const next = new Table();
      await drain(directory, next);

      expect(isSameFile).toBe(false);
      expect(next.order).toEqual(range(0, 10));
    },
  );

  it("beside a write costs no row that counts, with 'interval'", async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const ioClock = new VirtualClock();
    const onError = vi.fn();
    const journal = { durability: 'interval' as const, maxBytes: 65_536 };
    const writer = writerOn(directory, table, { ioClock, onError, closeTimeout: 0, journal });
    await writer.ready();
    disk.syncError = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });

    for (let turn = 0; turn < 40; turn++) {
      for (const row of rows(turn * 10, turn * 10 + 10)) writer.add(row);
      await ioClock.advance(100);
    }
    await eventually(() => expect(writer.stats().journal?.isFailing).toBe(true));
    disk.syncError = undefined;
    await passUntil(ioClock, writer.secured());
    void writer.close().catch(() => undefined);
    await ioClock.advance(10_000);
    await writer.close().catch(() => undefined);
    const next = new Table();
    const { journal: counts } = await drain(directory, next);

    expect(onError.mock.calls.filter(([, { operation }]) => operation === 'journal')).not.toEqual([]);
    expect(next.order).toEqual(range(0, 400));
    expect(counts).toMatchObject({ replayed: 400, corrupt: 0, torn: 0 });
  });

  it("is waited for with 'interval' before a full file is left", async () => {
    const table = new Table();
    table.isDown = true;
    const ioClock = new VirtualClock();
    const journal = { durability: 'interval' as const, maxBytes: 65_536 };
    const writer = writerOn(await temporaryFolder(), table, { ioClock, journal });
    await writer.ready();
    const before = disk.syncs;

    for (let turn = 0; turn < 10; turn++) {
      for (const row of rows(turn * 50, turn * 50 + 50)) writer.add(row);
      await eventually(() => expect(writer.stats().journal?.unsecured).toBe(0));
    }

    // No time has passed, so that each of them is for a file that was full.
    const { segments = 0 } = writer.stats().journal ?? {};
    const syncs = disk.syncs - before;
    table.isDown = false;
    await passUntil(ioClock, writer.close());

    expect(segments).toBeGreaterThan(2);
    expect(syncs).toBe(segments - 1);
  });

  it('at the end is told by close, and the directory is free for the next writer', async () => {
    const directory = await temporaryFolder();
    const writer = writerOn(directory, new Table(), { journal: { durability: 'interval' } });
    await writer.ready();
    writer.add({ number: 1 });
    await writer.flush();
    const down = new Table();
    down.isDown = true;
    const second = writerOn(await temporaryFolder(), down, { closeTimeout: 50, journal: { durability: 'interval' } });
    second.add({ number: 2 });
    await second.secured();
    second.add({ number: 3 });
    await eventually(() => expect(second.stats().journal?.unsecured).toBe(0));
    disk.syncError = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });

    const [first, other] = await Promise.allSettled([writer.close(), second.close()]);
    disk.syncError = undefined;

    expect([first.status, other.status]).toEqual(['fulfilled', 'rejected']);
    await expect(drain(directory, new Table())).resolves.toMatchObject({ accepted: 0 });
  });

  it('at the start is reported, and the writer takes no rows', async () => {
    const onError = vi.fn();
    const writer = writerOn('/dev/null/journal', new Table(), { onError });

    await expect(writer.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED', cause: { code: 'ENOTDIR' } });

    expect(onError.mock.calls[0]).toMatchObject([{ code: 'ENOTDIR' }, { operation: 'journal' }]);
    expect(() => writer.add({ number: 1 })).toThrow(/could not be opened/);
  });
});
