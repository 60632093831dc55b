import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { VirtualClock } from 'tickwise/core';
import { ndjsonSink, type NdjsonSinkOptions } from 'tickwise/sinks/ndjson';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../stores/temporary-folder.js';

interface Row {
  readonly n: number;
  readonly text?: string;
}

/** The numbers of all rows in a folder: full files by name, then the open one. */
async function storedIn(directory: string): Promise<number[]> {
  const names = (await readdir(directory)).toSorted(
    (a, b) => Number(a === 'rows.ndjson') - Number(b === 'rows.ndjson') || (a < b ? -1 : 1),
  );
  const texts = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(directory, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    }),
  );
  return texts
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as Row).n);
}

async function bench(options: Partial<NdjsonSinkOptions>): Promise<SinkBench<Row>> {
  const directory = join(await temporaryFolder(), 'made', 'by the sink');
  return {
    open: () => ndjsonSink<Row>({ directory, ...options }),
    row: (n) => ({ n, text: `line\r\n"${n}"` }),
    badRow: () => ({ n: NaN }),
    stored: async () => ((await readdir(directory).catch(() => [])).length === 0 ? [] : storedIn(directory)),
  };
}

describe.each<{ name: string; options: Partial<NdjsonSinkOptions> }>([
  { name: 'one file', options: {} },
  { name: 'small files that stay as they are', options: { maxBytes: 500, compress: 'none', durability: 'os' } },
])('an NDJSON sink with $name', ({ options }) => {
  it.each(sinkContract)('$title', async ({ run }) => {
    await expect(run(() => bench(options))).resolves.toBeUndefined();
  });
});

describe('an NDJSON sink', () => {
  it('begins another file when one is full, compresses it, and goes on where it was', async () => {
    const directory = await temporaryFolder();
    for (let from = 0; from < 100; from += 20) {
      const sink = ndjsonSink<Row>({ directory, maxBytes: 100 });
      for (let n = from; n < from + 20; n++) await sink.write([{ n }]);
      await sink.close();
    }

    const names = (await readdir(directory)).toSorted();
    expect(await storedIn(directory)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(names.filter((name) => /^rows\.\d{8}T\d{9}Z-\d{4}\.ndjson\.gz$/.test(name)).length).toBeGreaterThan(5);
    expect(names.filter((name) => !name.endsWith('.gz'))).toEqual(['rows.ndjson']);
  });

  it('begins another file when one is old', async () => {
    const directory = await temporaryFolder();
    const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    const sink = ndjsonSink<Row>({ directory, maxAge: 60_000, compress: 'none', clock });

    await sink.write([{ n: 1 }]);
    await clock.advance(59_999);
    await sink.write([{ n: 2 }]);
    await clock.advance(1);
    await sink.write([{ n: 3 }]);
    await sink.close();

    expect((await readdir(directory)).toSorted()).toEqual(['rows.20260102T030505006Z-0000.ndjson', 'rows.ndjson']);
    expect(await readFile(join(directory, 'rows.ndjson'), 'utf8')).toBe('{"n":3}\n');
    expect(sink.stats()).toMatchObject({ rows: 3, bytes: 24, files: 1 });
  });

  it('keeps so many full files, and no file of another name is touched', async () => {
    const directory = await temporaryFolder();
    const others = ['rows.txt', 'rows.20260102T030505006Z-0000.ndjson.bak', 'rowsB.20200102T030505006Z-0000.ndjson'];
    for (const name of others) await writeFile(join(directory, name), 'other');
    const sink = ndjsonSink<Row>({ directory, maxBytes: 1, maxFiles: 3, compress: 'none' });

    for (let n = 0; n < 10; n++) await sink.write([{ n }]);
    await sink.close();

    const names = await readdir(directory);
    expect(names).toEqual(expect.arrayContaining(others));
    expect(names).toHaveLength(others.length + 3 + 1);
  });

  it('cuts a half-written line off, however long, and keeps whole ones', async () => {
    const directory = await temporaryFolder();
    const path = join(directory, 'rows.ndjson');
    for (const [before, after] of [
      ['{"n":1}\n{"n":2', '{"n":1}\n'],
      [`{"n":1}\n${'x'.repeat(200_000)}`, '{"n":1}\n'],
      ['{"n"', ''],
      ['', ''],
    ] as const) {
      await writeFile(path, before);
      const sink = ndjsonSink<Row>({ directory });

      await sink.write([{ n: 9 }]);
      await sink.close();

      expect(await readFile(path, 'utf8')).toBe(`${after}{"n":9}\n`);
      expect(sink.stats().cutBytes).toBe(before.length - after.length);
    }
  });

  it('compresses what an earlier process has left', async () => {
    const directory = await temporaryFolder();
    const full = join(directory, 'rows.20260102T030405006Z-0000.ndjson');
    await writeFile(full, '{"n":1}\n');
    await appendFile(`${full}.gz.tmp`, 'half');
    const sink = ndjsonSink<Row>({ directory });

    await sink.write([{ n: 2 }]);
    await sink.close();

    expect((await readdir(directory)).toSorted()).toEqual(['rows.20260102T030405006Z-0000.ndjson.gz', 'rows.ndjson']);
    expect(await storedIn(directory)).toEqual([1, 2]);
  });

  it('tells of a file that cannot be compressed, and keeps it', async () => {
    const directory = await temporaryFolder();
    const full = join(directory, 'rows.20260102T030405006Z-0000.ndjson');
    await writeFile(full, '{"n":1}\n');
    await mkdir(`${full}.gz.tmp`);
    const failures: unknown[] = [];
    const sink = ndjsonSink<Row>({ directory, onError: (_error, context) => failures.push(context) });

    await sink.write([{ n: 2 }]);
    await sink.close();

    expect(failures).toEqual([{ during: 'compress', path: full }]);
    expect(await readFile(full, 'utf8')).toBe('{"n":1}\n');
  });

  it('refuses what JSON would turn into something else, and lines that are none', async () => {
    const directory = await temporaryFolder();
    const sink = ndjsonSink<object>({ directory });
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const bad: unknown[] = [
      { a: NaN },
      { a: [Infinity] },
      { a: 1n },
      { a: () => 1 },
      { a: Symbol('x') },
      { a: '\udc00' },
      cycle,
      null,
      7,
    ];

    const { rejected } = await sink.write([...(bad as object[]), { a: undefined, b: null, c: new Date(0) }]);
    const split = await ndjsonSink<object>({ directory: await temporaryFolder(), encode: () => 'a\nb' }).write([{}]);

    expect(rejected.map(({ index }) => index)).toEqual(bad.map((_, index) => index));
    for (const { error } of [...rejected, ...split.rejected])
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await sink.close();
    expect(await readFile(join(directory, 'rows.ndjson'), 'utf8')).toBe('{"b":null,"c":"1970-01-01T00:00:00.000Z"}\n');
  });

  it('rejects while the folder cannot be made, and stores afterwards', async () => {
    const folder = await temporaryFolder();
    const inTheWay = join(folder, 'file');
    await writeFile(inTheWay, '');
    const sink = ndjsonSink<Row>({ directory: join(inTheWay, 'rows') });

    await expect(sink.write([{ n: 1 }])).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
    expect(sink.stats()).toMatchObject({ rows: 0, failures: 1 });
  });

  it.each<readonly [string, object]>([
    ['a name that leaves the folder', { name: '../x' }],
    ['no folder', { directory: '' }],
    ['no bytes', { maxBytes: 0 }],
    ['no files', { maxFiles: 0 }],
    ['a compression it does not have', { compress: 'zstd' }],
    ['an unknown option', { rotate: true }],
  ])('refuses %s', (_, options) => {
    expect(() => ndjsonSink({ directory: 'x', ...options })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });
});
