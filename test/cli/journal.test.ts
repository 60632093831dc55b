import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SEGMENT_HEADER } from '../../src/batch/journal/segment-format.js';
import { runCli } from '../../src/cli/run-cli.js';
import { edit, leaveRows, rows, segmentsOf, Table, temporaryFolder, writerOn } from '../batch/journal/rig.js';

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, { print: (line) => out.push(line), complain: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('tickwise journal', () => {
  it('lists a whole journal', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 12));
    await leaveRows(directory, rows(12, 20));

    const { code, out } = await run('journal', directory);

    const lines = out.split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toBe(`${directory}: no writer has it`);
    expect(lines[1]).toMatch(/^file +created +bytes +rows +waiting +state$/);
    expect(lines[2]).toMatch(/^00000001-000001\.journal +\d{4}-\d\d-\d\dT[\d:.]+Z +\d+ +12 +12 +whole$/);
    expect(lines[3]).toMatch(/^00000002-000001\.journal .* 8 +8 +whole$/);
    expect(lines[4]).toMatch(/^2 files, \d+ bytes, 20 rows, 20 of them not known to be at the sink; all whole$/);
  });

  it('says what is damaged, with exit code 1', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 12));
    const [path = ''] = await segmentsOf(directory);
    await edit(path, (bytes) => {
      bytes[SEGMENT_HEADER + 25] = (bytes[SEGMENT_HEADER + 25] ?? 0) ^ 4;
      return bytes.subarray(0, bytes.length - 5);
    });

    const { code, out } = await run('journal', directory);

    expect(code).toBe(1);
    expect(out).toMatch(/ 10 +10 +1 damaged, torn tail of \d+ bytes/);
    expect(out).toContain('DAMAGED');
  });

  it('says of each file why it cannot be read', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, '00000001-000001.journal'), 'x'.repeat(100));
    await writeFile(join(directory, '00000002-000001.journal'), 'TWJOUR');
    const ledger = Buffer.alloc(40);
    ledger.write('TWLEDGER');
    ledger.writeUInt16LE(1, 8);
    await writeFile(join(directory, 'ledger'), ledger);

    const { code, out } = await run('journal', directory);

    expect(code).toBe(1);
    expect(out).toContain('is no journal segment');
    expect(out).toContain('torn tail of 6 bytes');
    expect(out).toContain('ledger: 1 damaged entries; their rows are sent again');
  });

  it('says that a file is none, and does not wait for a pipe', async () => {
    const directory = await temporaryFolder();
    await leaveRows(directory, rows(0, 12));
    execFileSync('mkfifo', [join(directory, '00000001-000002.journal')]);

    const { code, out } = await run('journal', directory);

    expect(code).toBe(1);
    expect(out).toMatch(/00000001-000001\.journal .* whole/);
    expect(out).toMatch(/00000001-000002\.journal .*is no regular file/);
    expect(out).toContain('2 files, ');
  });

  it('refuses a ledger of another version with a sentence', async () => {
    const directory = await temporaryFolder();
    const ledger = Buffer.alloc(16);
    ledger.write('TWLEDGER');
    ledger.writeUInt16LE(9, 8);
    await writeFile(join(directory, 'ledger'), ledger);

    const { code, out } = await run('journal', directory);

    expect(code).toBe(1);
    expect(out).toContain('has format version 9, this release reads 1');
  });

  it('may be called while a writer has the directory', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    table.isDown = true;
    const writer = writerOn(directory, table, { closeTimeout: 0 });
    for (const row of rows(0, 5)) writer.add(row);
    await writer.secured();

    const { code, out } = await run('journal', directory, '--json');

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      directory,
      isInUse: true,
      segments: [{ run: 1, rows: 5, waiting: 5, torn: 0 }],
    });
    expect(writer.add({ number: 6 })).toBe(true);
  });

  it('counts rows that the sink has as no longer waiting', async () => {
    const directory = await temporaryFolder();
    const table = new Table();
    const writer = writerOn(directory, table, { maxDelay: Infinity, closeTimeout: 0 });
    for (const row of rows(0, 5)) writer.add(row);
    await writer.secured();
    await writer.flush();
    table.isDown = true;
    for (const row of rows(5, 8)) writer.add(row);
    await writer.secured();

    const { out } = await run('journal', directory, '--json');

    expect(JSON.parse(out)).toMatchObject({ segments: [{ rows: 8, waiting: 3 }] });
  });

  it('prints an empty journal', async () => {
    const { code, out } = await run('journal', await temporaryFolder());

    expect(code).toBe(0);
    expect(out).toContain('0 files, 0 bytes, 0 rows');
  });

  it.each([
    [['journal'], 'give one directory'],
    [['journal', 'a', 'b'], 'give one directory'],
    [['journal', '/does/not/exist'], '/does/not/exist cannot be read: ENOENT'],
    [['journal', '--verbose', 'a'], "Unknown option '--verbose'"],
    [['jurnal', 'a'], "there is no verb 'jurnal'"],
  ])('called as %o says what is wrong, with exit code 2', async (args, expected) => {
    const { code, out, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toContain(expected);
    expect(out).toBe('');
  });

  it('explains itself', async () => {
    await expect(run('--help')).resolves.toMatchObject({ code: 0, out: expect.stringContaining('list and verify') });
    await expect(run('journal', '-h')).resolves.toMatchObject({ code: 0, out: expect.stringContaining('--json') });
    await expect(run()).resolves.toMatchObject({ code: 2, out: expect.stringContaining('Usage: tickwise') });
  });
});
