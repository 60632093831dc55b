import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// Written by a BatchWriter that was killed with three of six rows stored.
const FIXTURE = join(import.meta.dirname, 'fixtures/journal');
const SEGMENT = '00000001-000001.journal';
const RUN = '79c7b97ac116a6f889ed';
const PYTHON = join(import.meta.dirname, '../../examples/python');
const SCRIPT = [
  'import json, sys; sys.path.insert(0, sys.argv[1])',
  'import tickwise_journal as journal',
  'rows = [(row.id, journal.plain_row(row.payload), row.payload.hex()) for row in journal.rows(sys.argv[2])]',
  'print(json.dumps(rows))',
].join('\n');

const hasPython = spawnSync('python3', ['--version']).status === 0;
let folder = '';

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'tickwise-journal-')), 'journal');
  cpSync(FIXTURE, folder, { recursive: true });
});

afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

/** Identity, row and payload of what the Python reader finds. */
function unsettled(): [string, unknown, string][] {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const text = execFileSync('python3', ['-c', SCRIPT, PYTHON, folder], { encoding: 'utf8', env });
  // What the script prints.
  return JSON.parse(text.replaceAll('NaN', '"NaN"')) as [string, unknown, string][];
}

function sequences(): number[] {
  return unsettled().map(([id]) => Number(id.slice(RUN.length + 1)));
}

function edit(name: string, change: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = readFileSync(join(folder, name));
  writeFileSync(join(folder, name), change(bytes) ?? bytes);
}

describe.skipIf(!hasPython)('the reader of journals in Python', () => {
  it('gives the rows that the sink does not have, with their identities', () => {
    const found = unsettled();

    expect(found.map(([id, row]) => [id, row])).toEqual([
      [`${RUN}-4`, { ts: 1_723_161_256_400.5, symbol: 'ETHUSDT', price: -0, n: null }],
      [`${RUN}-5`, { ts: 7, symbol: '€😀', price: 'NaN' }],
      [`${RUN}-6`, { ts: 2_147_483_648, f: false }],
    ]);
    for (const [, row, payload] of found.slice(2)) expect(deserialize(Buffer.from(payload, 'hex'))).toEqual(row);
  });

  it('gives all rows without a ledger, nested ones too', () => {
    rmSync(join(folder, 'ledger'));

    expect(unsettled().map(([, row]) => row)).toMatchObject([
      { ts: 1_723_161_256_322, symbol: 'BTCUSDT', price: 61_800.3, size: 0.006 },
      { ts: 1, symbol: 'é', ok: true, none: null },
      { ts: -5, nested: { a: [1, 'x'] } },
      { ts: 1_723_161_256_400.5 },
      { ts: 7 },
      { ts: 2_147_483_648 },
    ]);
  });

  it('takes no notice of a ledger that is damaged', () => {
    edit('ledger', (bytes) => {
      bytes[30] = 1;
      return bytes;
    });
    expect(sequences()).toEqual([1, 2, 3, 4, 5, 6]);

    edit('ledger', (bytes) => bytes.fill(0, 0, 8));
    expect(sequences()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends at a torn tail and goes on behind a damaged record', () => {
    rmSync(join(folder, 'ledger'));
    const whole = readFileSync(join(folder, SEGMENT));
    const third = whole.indexOf('nested');

    edit(SEGMENT, (bytes) => bytes.subarray(0, -1));
    expect(sequences()).toEqual([1, 2, 3, 4, 5]);

    whole[third] = 0;
    writeFileSync(join(folder, SEGMENT), whole);
    expect(sequences()).toEqual([1, 2, 4, 5, 6]);

    writeFileSync(join(folder, SEGMENT), whole.subarray(0, 40));
    expect(sequences()).toEqual([]);
  });

  it('passes over rows that a second file repeats', () => {
    rmSync(join(folder, 'ledger'));
    cpSync(join(folder, SEGMENT), join(folder, '00000001-000002.journal'));

    expect(sequences()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuses a segment of another version', () => {
    edit(SEGMENT, (bytes) => {
      bytes.writeUInt16LE(2, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
      return bytes;
    });

    expect(() => unsettled()).toThrow(/has version 2/);
  });
});
