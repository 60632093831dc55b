import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { crc32 } from 'node:zlib';
import { decodeSegment, RECORD_HEADER, SEGMENT_HEADER } from '../../../src/batch/journal/segment-format.js';
import { range } from '../fake-sink.js';
import { drain, edit, leaveRows, rows, segmentsOf, Table, temporaryFolder, writerOn } from './rig.js';

/** The only file of a journal with so many rows, and where its records begin. */
async function journalOf(count: number) {
  const directory = await temporaryFolder();
  await leaveRows(directory, rows(0, count));
  const [path = ''] = await segmentsOf(directory);
  const bytes = await readFile(path);
  const contents = decodeSegment(bytes, path);
  const starts: number[] = [];
  let at = SEGMENT_HEADER;
  for (const { payload } of contents?.records ?? []) {
    starts.push(at);
    at += RECORD_HEADER + payload.length;
  }
  return { path, bytes, starts };
}

/** A directory with one file of these bytes. */
async function directoryWith(bytes: Uint8Array): Promise<string> {
  const directory = await temporaryFolder();
  await writeFile(join(directory, '00000001-000001.journal'), bytes);
  return directory;
}

describe('a file that ends within its last record', () => {
  it('gives all rows before it, whatever byte it ends at, and takes new ones', { timeout: 120_000 }, async () => {
    const { bytes, starts } = await journalOf(5);
    const last = starts[4] ?? 0;
    for (let length = last; length < bytes.length; length++) {
      const directory = await directoryWith(bytes.subarray(0, length));
      const table = new Table();
      const writer = writerOn(directory, table);
      writer.add({ number: 99 });
      await writer.flush();
      const { journal } = writer.stats();
      await writer.close();

      expect(table.order, `cut at ${length}`).toEqual([0, 1, 2, 3, 99]);
      expect(journal, `cut at ${length}`).toMatchObject({ replayed: 4, corrupt: 0, torn: length - last });
    }
  });

  it('is cut there, so that it is whole the next time', async () => {
    const { bytes, starts } = await journalOf(5);
    const directory = await directoryWith(bytes.subarray(0, bytes.length - 3));
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { closeTimeout: 0 });
    await writer.ready();
    await writer.close().catch(() => undefined);

    const [path = ''] = await segmentsOf(directory);

    expect((await stat(path)).size).toBe(starts[4]);
    expect(await drain(directory, new Table())).toMatchObject({ journal: { replayed: 4, torn: 0 } });
  });

  it.each(range(0, SEGMENT_HEADER))('is no journal yet when it ends in the header, after %i bytes', async (length) => {
    const { bytes } = await journalOf(1);
    const directory = await directoryWith(bytes.subarray(0, length));

    const stats = await drain(directory, new Table());

    expect(stats).toMatchObject({ accepted: 0, journal: { replayed: 0, torn: length, segments: 0 } });
  });
});

describe('a file with a wrong bit', () => {
  it('loses only the record it is in, whichever bit that is', { timeout: 300_000 }, async () => {
    const { path, bytes, starts } = await journalOf(4);
    const ends = [...starts.slice(1), bytes.length];
    for (const [index, start] of starts.entries()) {
      for (let bit = start * 8; bit < (ends[index] ?? 0) * 8; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));

        const contents = decodeSegment(damaged, path);

        const left = contents?.records.map(({ sequence }) => sequence);
        expect(left, `bit ${bit}`).toEqual([1, 2, 3, 4].filter((sequence) => sequence !== index + 1));
        const lost = (contents?.corrupt ?? 0) + (damaged.length - (contents?.length ?? 0));
        expect(lost, `bit ${bit}`).toBeGreaterThan(0);
      }
    }
  });

  it('in each of its records is counted, and the writer goes on', async () => {
    const { bytes, starts } = await journalOf(50);
    const damaged = Buffer.from(bytes);
    for (const start of starts.filter((_, index) => index % 5 === 2)) damaged[start + RECORD_HEADER] = 0x0f;
    const directory = await directoryWith(damaged);
    const table = new Table();

    const stats = await drain(directory, table);

    expect(table.order).toEqual(range(0, 50).filter((number) => number % 5 !== 2));
    expect(stats.journal).toMatchObject({ replayed: 40, corrupt: 10, torn: 0 });
  });

  it('in the length of a record does not hide those behind it', async () => {
    const { bytes, starts } = await journalOf(10);
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32LE(0xffff_ffff, (starts[3] ?? 0) + 8);
    const table = new Table();

    const stats = await drain(await directoryWith(damaged), table);

    expect(table.order).toEqual(range(0, 10).filter((number) => number !== 3));
    expect(stats.journal).toMatchObject({ corrupt: 1 });
  });

  it('in its header is refused with a sentence, and no row is touched', async () => {
    const { bytes } = await journalOf(3);
    const damaged = Buffer.from(bytes);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    const directory = await directoryWith(damaged);
    const onError = vi.fn();
    const writer = writerOn(directory, new Table(), { onError });

    await expect(writer.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED', cause: { code: 'ERR_CORRUPT_DATA' } });
    expect(onError.mock.calls[0]).toMatchObject([{ code: 'ERR_CORRUPT_DATA' }, { operation: 'journal' }]);
    expect(await readFile(join(directory, '00000001-000001.journal'))).toEqual(damaged);
  });

  it('in the ledger costs a second sending and no row', async () => {
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
    await edit(join(directory, 'ledger'), (bytes) => bytes.map((byte, index) => (index >= 20 ? byte ^ 0x55 : byte)));

    await drain(directory, table);

    expect(table.order).toEqual(range(0, 10));
    expect(table.rows.size).toBe(10);
  });
});

describe('bytes of a record inside a row', () => {
  it('are no record when the row around them is damaged', async () => {
    const { bytes, starts } = await journalOf(2);
    const inner = bytes.subarray(starts[0], starts[1]);
    const directory = await temporaryFolder();
    const encode = (): Uint8Array => Buffer.concat([Buffer.alloc(3), inner, Buffer.alloc(3)]);
    await leaveRows(directory, rows(0, 3), { encode });
    const [path = ''] = await segmentsOf(directory);
    await edit(path, (file) => {
      file[SEGMENT_HEADER + RECORD_HEADER] = 1;
      return file;
    });

    const contents = decodeSegment(await readFile(path), path);

    expect(contents?.records.map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(contents?.corrupt).toBe(1);
  });
});

describe('files of other versions', () => {
  const fixtures = 'test/batch/journal/fixtures';

  it('of version 1 are read: this one lies here since', async () => {
    const directory = await temporaryFolder();
    for (const name of await readdir(join(fixtures, 'version-1'))) {
      await copyFile(join(fixtures, 'version-1', name), join(directory, name));
    }
    const sent: unknown[] = [];
    const ids: string[] = [];
    const writer = writerOn(directory, new Table(), {
      sink: async (batch, context) => {
        sent.push(...batch);
        ids.push(...context.ids);
      },
    });

    await writer.flush();

    expect(sent).toEqual([
      { number: 2, text: 'second' },
      { number: 3, text: 'dritte, größer' },
      { number: 4.5, text: '☃' },
      { number: -0 },
    ]);
    expect(ids).toEqual([2, 3, 4, 5].map((sequence) => `74657374666978747572-${sequence}`));
  });

  it.each(['00000001-000001.journal', 'ledger'])('of a later version are refused with a sentence: %s', async (name) => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 3));
    const table = new Table();
    table.isDown = true;
    await edit(join(directory, '00000001-000001.journal'), (bytes) => bytes);
    await mkdir(directory, { recursive: true });
    const ledger = Buffer.alloc(16);
    ledger.write('TWLEDGER', 'latin1');
    ledger.writeUInt16LE(1, 8);
    await writeFile(join(directory, 'ledger'), ledger);
    await edit(join(directory, name), (bytes) => {
      bytes.writeUInt16LE(2, 8);
      if (name !== 'ledger') bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
      return bytes;
    });
    const writer = writerOn(directory, table);

    await expect(writer.ready()).rejects.toThrow(/has format version 2, this release reads 1/);
    expect(() => writer.add({ number: 1 })).toThrow(/is closed, as its journal could not be opened/);
  });

  it('that are no segments at all are refused', async () => {
    const directory = await directoryWith(Buffer.alloc(200, 'x'));
    const writer = writerOn(directory, new Table());

    await expect(writer.ready()).rejects.toThrow(/is no journal segment/);
  });
});
