import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { VirtualClock } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { range } from '../fake-sink.js';
import { drain, leaveRows, rows, type Row, segmentsOf, Table, temporaryFolder, writerOn } from './rig.js';

describe('a writer with a journal', () => {
  it('writes as one without, and leaves no file of rows behind', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    const writer = writerOn(directory, table, { maxItems: 100 });

    for (const row of rows(0, 1_000)) writer.add(row);
    await writer.close();

    expect(table.order).toEqual(range(0, 1_000));
    expect(await segmentsOf(directory)).toEqual([]);
    expect(writer.stats()).toMatchObject({ accepted: 1_000, written: 1_000, pending: 0 });
  });

  it('makes the folder and those above it', async () => {
    const directory = join(await temporaryFolder(), 'a', 'b');
    const writer = writerOn(directory, new Table());

    await writer.ready();

    expect(existsSync(directory)).toBe(true);
  });

  it('sends rows that an earlier one has left, first and in order', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 500));
    const table = new Table();
    const writer = writerOn(directory, table, { maxItems: 70 });

    for (const row of rows(500, 1_000)) writer.add(row);
    await writer.flush();

    expect(table.order).toEqual(range(0, 1_000));
    expect(writer.stats()).toMatchObject({ accepted: 1_000, written: 1_000, journal: { replayed: 500, corrupt: 0 } });
  });

  it('sends them under the identities they had, so that a table that has them takes none twice', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isReplyLost = true;
    const first = writerOn(directory, table, { closeTimeout: 50, maxItems: 10 });
    for (const row of rows(0, 30)) first.add(row);
    await first.close().catch(() => undefined);
    const afterFirst = table.rows.size;
    table.isReplyLost = false;

    const stats = await drain(directory, table);

    expect(afterFirst).toBeGreaterThanOrEqual(10);
    expect(stats.journal).toMatchObject({ replayed: 30 });
    expect(table.repeats).toBeGreaterThanOrEqual(10);
    expect([...table.rows.values()].map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(range(0, 30));
  });

  it('does not send again what the sink has, however often it starts', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    for (let run = 0; run < 5; run++) {
      const writer = writerOn(directory, table, { maxItems: 7 });
      for (const row of rows(run * 50, run * 50 + 50)) writer.add(row);
      await writer.close();
    }

    expect(table.order).toEqual(range(0, 250));
    expect(table.repeats).toBe(0);
  });

  it('keeps the rows of several runs in order while the sink is down for all of them', async () => {
    const directory = await temporaryFolder();
    for (let run = 0; run < 4; run++) await leaveRows(directory, rows(run * 10, run * 10 + 10));
    const table = new Table();

    const stats = await drain(directory, table);

    expect(table.order).toEqual(range(0, 40));
    expect(stats).toMatchObject({ accepted: 40, written: 40, journal: { replayed: 40 } });
    expect(await segmentsOf(directory)).toEqual([]);
  });

  it('forgets rows that were given up, dropped or replaced', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.onSend = (batch) => {
      if (batch.some(({ number }) => number === 3)) throw Object.assign(new Error('bad'), { code: '23514' });
    };
    const dead: number[] = [];
    const writer = writerOn(directory, table, {
      deadLetter: ({ number }) => dead.push(number),
      key: ({ number }) => number % 100,
    });
    for (const row of rows(0, 10)) writer.add(row);
    for (const row of rows(105, 107)) writer.add(row);
    await writer.close();

    await drain(directory, table);

    expect(dead).toEqual([3]);
    expect(table.order).toEqual([0, 1, 2, 4, 105, 106, 7, 8, 9]);
    expect(table.repeats).toBe(0);
  });

  it('sends a replacing row under an identity of its own: the replaced one may be stored', async () => {
    const directory = await temporaryFolder();
    const key = (): string => 'same';
    const table = new Table();
    table.isDown = true;
    const first = writerOn(directory, table, { closeTimeout: 0, key });
    first.add({ number: 1 });
    await first.secured();
    await first.close().catch(() => undefined);
    const ids: string[] = [];
    // The first run had stored the row, and its reply was lost.
    const second = writerOn(directory, table, {
      closeTimeout: 0,
      key,
      sink: async (_, context) => void ids.push(...context.ids),
    });
    second.add({ number: 2 });
    await second.flush();

    expect(ids).toHaveLength(1);
    expect(ids[0]).toMatch(/-1$/);
    expect(second.stats()).toMatchObject({ accepted: 2, coalesced: 1, written: 1 });
  });

  it('takes rows of its journal up whatever maxPending is, and new ones when there is room', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 100));
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { maxPending: 10, maxItems: 5 });
    await vi.waitFor(() => expect(writer.explain().state).not.toBe('opening'), 10_000);

    const isTaken = writer.add({ number: 100 });
    const pending = writer.stats().pending;
    table.isDown = false;
    await writer.ready();
    writer.add({ number: 101 });
    await writer.flush();

    expect(isTaken).toBe(false);
    expect(pending).toBe(100);
    expect(table.order).toEqual([...range(0, 100), 101]);
  });

  it('lets flush wait for rows of earlier runs', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 20));
    const table = new Table();
    const writer = writerOn(directory, table);

    await writer.flush();

    expect(table.order).toEqual(range(0, 20));
  });

  it('sends rows of earlier runs by their partitions and keys', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 30));
    const sent: number[][] = [];
    const writer = writerOn(directory, new Table(), {
      partition: ({ number }) => number % 3,
      key: ({ number }) => number % 6,
      concurrency: 3,
      sink: async (batch) => void sent.push(batch.map(({ number }) => number)),
    });

    writer.add({ number: 36 });
    await writer.flush();

    expect(range(0, 3).map((lane) => sent.flat().filter((number) => number % 3 === lane))).toEqual([
      [27, 36],
      [25, 28],
      [26, 29],
    ]);
    expect(writer.stats()).toMatchObject({ accepted: 31, coalesced: 25, written: 6 });
  });

  it('stays with the rows a write waits for: it resolves when the sink has them', async () => {
    const table = new Table();
    const writer = writerOn(await temporaryFolder(), table);

    await Promise.all(rows(0, 10).map((row) => writer.write(row)));

    expect(table.order).toEqual(range(0, 10));
  });
});

describe('secured', () => {
  it.each(['batch', 'interval', 'os'] as const)('resolves when rows are in the files, with %s', async (durability) => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { closeTimeout: 0, journal: { durability } });
    for (const row of rows(0, 100)) writer.add(row);

    await writer.secured();
    const { journal } = writer.stats();
    await writer.close().catch(() => undefined);
    const next = new Table();
    await drain(directory, next);

    expect(journal).toMatchObject({ unsecured: 0, isFailing: false });
    expect(next.order).toEqual(range(0, 100));
  });

  it('resolves at once when nothing is pending', async () => {
    const writer = writerOn(await temporaryFolder(), new Table());

    await expect(writer.secured()).resolves.toBeUndefined();
  });

  it('is as flush without a journal', async () => {
    const table = new Table();
    const clock = new VirtualClock();
    const writer = new BatchWriter<Row>({ sink: table.sink, clock });
    writer.add({ number: 1 });

    await writer.secured();

    expect(table.order).toEqual([1]);
  });

  it('rejects after close', async () => {
    const writer = writerOn(await temporaryFolder(), new Table());
    await writer.close();

    await expect(writer.secured()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('close with a sink that is down', () => {
  it('leaves the rows to the journal, says how many, and hands none to deadLetter', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const dead: Row[] = [];
    const writer = writerOn(directory, table, { closeTimeout: 20, deadLetter: (row) => dead.push(row) });
    for (const row of rows(0, 25)) writer.add(row);
    const write = writer.write({ number: 25 });

    const closed = writer.close();

    await expect(closed).rejects.toMatchObject({ code: 'ERR_TIMEOUT', items: rows(0, 26) });
    await expect(closed).rejects.toThrow('26 rows were not written within 20 ms of close; the journal has them');
    await expect(write).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(dead).toEqual([]);
    expect(writer.stats()).toMatchObject({ accepted: 26, pending: 26, deadLettered: 0 });
    const next = new Table();
    await drain(directory, next);
    expect(next.order).toEqual(range(0, 26));
  });

  it('leaves nothing of rows that passed ahead of the others', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    const busy = (number: number): Error =>
      Object.assign(new Error('busy'), { where: `COPY t, line ${number}`, code: '23514' });
    let calls = 0;
    const writer = writerOn(directory, table, {
      closeTimeout: 0,
      maxItems: 4,
      sink: async (batch, context) => {
        if (++calls === 1) throw busy(3);
        if (calls > 2) throw new Error('down');
        await table.sink(batch, context);
      },
    });
    for (const row of rows(0, 4)) writer.add(row);

    await vi.waitFor(() => expect(calls).toBeGreaterThan(2), 30_000);
    await writer.close().catch(() => undefined);
    await drain(directory, table);

    expect(table.order).toEqual([2, 0, 1, 3]);
    expect(table.repeats).toBe(0);
  });
});

describe('the options encode and decode', () => {
  it('make the bytes and the rows', async () => {
    const directory = await temporaryFolder();
    const encode = ({ number }: Row): Uint8Array => Buffer.from(`row ${number}`);
    const decode = (bytes: Uint8Array): Row => ({ number: Number(Buffer.from(bytes).toString().slice(4)) });
    await leaveRows(directory, rows(0, 10), { encode, decode });
    const table = new Table();

    await drain(directory, table, { encode, decode });

    expect(table.order).toEqual(range(0, 10));
  });

  it('refuse a row that cannot be encoded, and take nothing of it', async () => {
    const writer = writerOn(await temporaryFolder(), new Table());
    const hostile = { number: 1, text: (() => 'function') as unknown as string };

    expect(() => writer.add(hostile)).toThrow(/could not be cloned/);
    await expect(writer.write(hostile)).rejects.toThrow(/could not be cloned/);
    expect(writer.stats()).toMatchObject({ accepted: 0, pending: 0, refused: 0 });
  });

  it('refuse what encode returns if it is no bytes', async () => {
    const encode = (): Uint8Array => 'text' as unknown as Uint8Array;
    const writer = writerOn(await temporaryFolder(), new Table(), { journal: { encode } });

    expect(() => writer.add({ number: 1 })).toThrow("journal.encode must return a Uint8Array, got 'text'");
  });

  it('refuse a row larger than half of maxBytes', async () => {
    const writer = writerOn(await temporaryFolder(), new Table(), { journal: { maxBytes: 65_536 } });

    expect(() => writer.add({ number: 1, text: 'ü☃'.repeat(20_000) })).toThrow(/at most half of journal.maxBytes/);
    expect(writer.add({ number: 2, text: 'x'.repeat(20_000) })).toBe(true);
  });

  it('keep a row that decode refuses, report it, and send the others', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 5));
    const table = new Table();
    const onError = vi.fn();
    const writer = writerOn(directory, table, {
      onError,
      journal: {
        decode: () => {
          throw new Error('a newer program');
        },
      },
    });
    await writer.flush();
    const { journal } = writer.stats();
    await writer.close();

    await drain(directory, table);

    expect(journal).toMatchObject({ replayed: 0, undecodable: 5 });
    expect(onError.mock.calls).toMatchObject([[{ message: 'a newer program' }, { operation: 'journal' }]]);
    expect(table.order).toEqual(range(0, 5));
  });
});

describe('files of a journal', () => {
  it('are removed as soon as the sink has all their rows, and begun anew at a sixteenth of maxBytes', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { maxPending: 100_000, journal: { maxBytes: 1_048_576 } });
    for (let group = 0; group < 20; group++) {
      for (const row of rows(group * 500, group * 500 + 500)) writer.add(row);
      await writer.secured();
    }
    const whileDown = await segmentsOf(directory);
    const { journal } = writer.stats();

    table.isDown = false;
    await writer.flush();
    await vi.waitFor(async () => expect(await segmentsOf(directory)).toHaveLength(1), 10_000);

    expect(whileDown.length).toBeGreaterThan(4);
    expect(journal?.segments).toBe(whileDown.length);
    expect(journal?.bytes).toBeGreaterThan(10_000 * 30);
    expect(writer.stats().journal?.bytes).toBeLessThan(100_000);
  });

  it('end with the writer: only the ledger and the lock stay', async () => {
    const directory = await temporaryFolder();
    const writer = writerOn(directory, new Table(), { maxDelay: Infinity });
    for (const row of rows(0, 10)) writer.add(row);
    await writer.secured();

    await writer.close();

    expect((await readdir(directory)).toSorted()).toEqual(['ledger', 'lock.1']);
  });

  it.each(['wait', 'reject'] as const)('have no room beyond maxBytes: with %s add returns false', async (overflow) => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { overflow, journal: { maxBytes: 65_536 }, maxPending: 100_000 });
    await writer.ready();
    const text = 'x'.repeat(100);
    let taken = 0;
    while (taken < 10_000 && writer.add({ number: taken, text })) taken++;
    await writer.secured();

    const { journal, refused } = writer.stats();
    table.isDown = false;
    await writer.ready();
    const isTaken = writer.add({ number: taken, text });
    await writer.flush();

    expect(taken).toBeGreaterThan(300);
    expect(taken).toBeLessThan(700);
    expect(refused).toBe(1);
    expect(journal?.bytes).toBeLessThan(66_000);
    expect(isTaken).toBe(true);
    expect(table.order).toEqual(range(0, taken + 1));
  });

  it.each(['drop-oldest', 'drop-newest'] as const)('drop the new row beyond maxBytes with %s', async (overflow) => {
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(await temporaryFolder(), table, { overflow, journal: { maxBytes: 65_536 } });
    await writer.ready();

    for (let number = 0; number < 1_000; number++) writer.add({ number, text: 'x'.repeat(100) });
    const { accepted, dropped, pending } = writer.stats();
    table.isDown = false;
    await writer.flush();

    expect(accepted).toBe(1_000);
    expect(dropped).toBeGreaterThan(300);
    expect(pending + dropped).toBe(1_000);
    expect(table.order).toEqual(range(0, pending));
  });
});
