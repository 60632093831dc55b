import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CodecColumns, type CodecValue, SeriesCodec } from 'tickwise/codec';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checksums } from '../../examples/formats/checksums.js';
import { blocksOf, pathOf, RECORDINGS, recordedTrades } from './recorded-trades.js';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'examples/python/checksums.py');
// Python leaves no compiled files beside the sources.
const PYTHON = { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } } as const;
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwise-formats-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function byPython(): string[] {
  return execFileSync('python3', [SCRIPT, folder], PYTHON).trimEnd().split('\n');
}

/** Numbers that are the same each time. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Columns and rows of every kind, of a size and mixture that the seed decides. */
function anyBlock(seed: number): Uint8Array {
  const random = seeded(seed);
  const kinds = ['time', 'dictionary', 'f64', { decimals: 2 }, 'dictionary'] as const;
  const first = random(5);
  const columns: CodecColumns = Object.fromEntries(
    kinds
      .slice(first)
      .concat(kinds.slice(0, first))
      .slice(0, 1 + random(5))
      .map((kind, index) => [`c${index}€`, kind]),
  );
  const odd = [-0, Number.NaN, Infinity, 1e300, 2 ** 52, -(2 ** 52), 2 ** 53, 1 / 3, null, 0.1 + 0.2, 5e-324];
  const words = ['a', 'b', '', '\ud800x', '€', null, true, false, 'a much longer word than the others'];
  const [oddness, spread] = [1 + random(40), 1 + random(words.length)];
  const value = (kind: unknown): CodecValue => {
    if (kind === 'dictionary') return words[random(spread)] ?? null;
    if (random(oddness) === 0) return odd[random(odd.length)] ?? null;
    return kind === 'time' ? 1.7e12 + random(1e6) : random(1e6) / 10 ** random(4);
  };
  const rows = Array.from({ length: random(3) === 0 ? random(4) : random(200) }, () =>
    Object.fromEntries(Object.entries(columns).map(([name, kind]) => [name, value(kind)])),
  );
  return new SeriesCodec<CodecColumns, Record<string, CodecValue>>(columns, {
    compress: random(2) === 0 ? 'none' : 'gzip',
  }).encode(rows);
}

describe('examples/formats.ts', () => {
  it('prints what examples/python/checksums.py prints of the same files', async () => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'formats', folder]);

    await import('../../examples/formats.js');

    expect(lines).toEqual([
      'hard.twc 10 rows 8a37e6f7',
      // Rows of a journal have the identities of their run: another checksum each time.
      expect.stringMatching(/^journal 100 unsettled rows [0-9a-f]{8}$/),
      'session.ndjson.gz 3 frames 78d6ce79',
      'trades-gzip.twc 500 rows 5c97a211',
      'trades-none.twc 500 rows 5c97a211',
    ]);
    if (hasPython) expect(byPython()).toEqual(lines);
  });
});

describe('FORMATS.md', () => {
  const page = readFileSync(join(ROOT, 'FORMATS.md'), 'utf8');

  it('shows a block that is one', () => {
    const shown = /^54 57 43 01[\s\S]*?(?=^```)/m.exec(page)?.[0] ?? '';
    const bytes = shown.split('\n').map((line) => /^(?: {0,2}[\da-f]{2}\b)+/.exec(line)?.[0] ?? '');
    const block = Buffer.from(bytes.join('').replaceAll(' ', ''), 'hex');

    expect(new SeriesCodec({ any: 'f64' }).decode(block)).toEqual([
      { ts: 1_000, side: 'buy' },
      { ts: 1_250, side: null },
    ]);
  });

  it('names the preset dictionary that the codec and the Python reader have', () => {
    const shown = /^\\x04high[\s\S]*?(?=^```)/m.exec(page)?.[0].trimEnd().split('\n') ?? [];

    expect(shown.join('').replaceAll(/\\x../g, '.')).toHaveLength(
      Number(/preset dictionary of these (\d+) bytes/.exec(page)?.[1]),
    );
    for (const line of shown) {
      expect(readFileSync(join(ROOT, 'src/codec/compression.ts'), 'utf8')).toContain(`'${line}'`);
      expect(readFileSync(join(ROOT, 'examples/python/tickwise_codec.py'), 'utf8')).toContain(`b"${line}"`);
    }
  });
});

describe.skipIf(!hasPython)('the readers in Python', () => {
  it('have the checksums of blocks of all kinds', () => {
    for (let seed = 0; seed < 300; seed++) writeFileSync(join(folder, `${seed}.twc`), anyBlock(seed));

    expect(byPython()).toEqual(checksums(folder));
  });

  it.each(RECORDINGS)('have the checksums of %s and of its trades', (recording) => {
    const codec = new SeriesCodec<CodecColumns, Record<string, CodecValue>>({
      ts: 'time',
      symbol: 'dictionary',
      side: 'dictionary',
      price: { decimals: 2 },
      size: 'f64',
    });
    copyFileSync(pathOf(recording), join(folder, 'recording.ndjson.gz'));
    for (const [index, rows] of blocksOf(recordedTrades(recording), 500).entries())
      writeFileSync(join(folder, `${index}.twc`), codec.encode(rows));

    const found = byPython();

    expect(found).toEqual(checksums(folder));
    expect(found.at(-1)).toMatch(/^recording\.ndjson\.gz \d{5} frames/);
  });

  it('have the checksum of a journal, with and without its ledger', () => {
    for (const name of ['journal', 'unsettled'])
      cpSync(join(import.meta.dirname, 'fixtures/journal'), join(folder, name), { recursive: true });
    rmSync(join(folder, 'unsettled/ledger'));

    const found = byPython();

    expect(found).toEqual(checksums(folder));
    expect(found).toEqual(['journal 3 unsettled rows 7662ed3e', expect.stringMatching(/^unsettled 6 unsettled rows /)]);
  });

  it('leave out lines that are no frames, and read plain files', () => {
    const lines = ['', 'no JSON', '{"t":"1","dir":"in","msg":1}', '{"t":1,"dir":"up","msg":1}', '[1]', '{"t":1}', '7'];
    const frames = ['{"t":1.125,"dir":"in","msg":"text"}\r', '{"t":2,"dir":"out","msg": {"a": [1]} }'];
    writeFileSync(join(folder, 'plain.ndjson'), [...lines, ...frames].join('\n'));

    const found = byPython();

    expect(found).toEqual(checksums(folder));
    expect(found[0]).toMatch(/^plain\.ndjson 2 frames/);
  });

  it('refuse a block with any byte altered', () => {
    const block = anyBlock(7);
    const script = [
      'import sys; sys.path.insert(0, sys.argv[1])',
      'import tickwise_codec as codec',
      'block = open(sys.argv[2], "rb").read()',
      'codec.decode(block)',
      'refused = 0',
      'for at in range(len(block)):',
      '    for altered in (block[:at], block[:at] + bytes([block[at] ^ 1]) + block[at + 1:]):',
      '        try: codec.decode(altered)',
      '        except codec.CorruptBlock: refused += 1',
      'print(refused)',
    ].join('\n');
    writeFileSync(join(folder, 'block'), block);

    const refused = execFileSync(
      'python3',
      ['-c', script, join(ROOT, 'examples/python'), join(folder, 'block')],
      PYTHON,
    );

    expect(Number(refused)).toBe(block.length * 2);
  });

  it('say that the package for Brotli is missing, if it is', () => {
    const codec = new SeriesCodec({ ts: 'time' }, { compress: 'brotli' });
    writeFileSync(join(folder, 'block.twc'), codec.encode(Array.from({ length: 200 }, () => ({ ts: 5 }))));

    const { status, stdout, stderr } = spawnSync('python3', [SCRIPT, folder], PYTHON);

    if (status === 0) expect(stdout.trimEnd()).toBe(checksums(folder)[0]);
    else expect(stderr).toContain('compressed with Brotli: pip install brotli');
  });
});
