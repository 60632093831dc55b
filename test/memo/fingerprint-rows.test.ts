import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CallKeys } from '../../src/memo/call-keys.js';
import { type Compile, RowReader } from '../../src/memo/fingerprint-rows.js';
import { keyOfList } from '../../src/memo/call-key.js';
import { shapeOf } from '../../src/memo/object-shape.js';

const forbidden = (): never => {
  throw new EvalError('Code generation from strings disallowed for this context');
};

const rowsOf = (names: readonly string[], count = 40): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, row) => {
    const entries = names.map((name, column): [string, number] => [name, row + column / 8]);
    return Object.fromEntries(entries);
  });

/** Reads with a fresh reader, several times, so that it has made its function, or tried. */
function readWith(rows: readonly unknown[], compile?: Compile): Float64Array | undefined {
  const reader = new RowReader(shapeOf(rows[0] as object), compile);
  const out = new Float64Array(rows.length * 8);
  let isRead = true;
  for (let round = 0; round < 10; round++) isRead = reader.read(rows, rows.length, out);
  return isRead ? out : undefined;
}

const bytesOf = (out: Float64Array = new Float64Array()): number[] => [...new Uint8Array(out.buffer)];

describe('RowReader', () => {
  it.each<[string, readonly unknown[]]>([
    ['bars', rowsOf(['open', 'close'])],
    ['names in another order', [...rowsOf(['a', 'b']), ...rowsOf(['b', 'a'])]],
    ['NaN and -0', [...rowsOf(['a']), { a: NaN }, { a: -0 }, { a: -Infinity }]],
    ['infinities that cancel out', [...rowsOf(['a', 'b']), { a: Infinity, b: -Infinity }]],
    ['rows without prototype', rowsOf(['a']).map((row) => Object.assign(Object.create(null), row))],
    ['a text', [...rowsOf(['a']), { a: '1' }]],
    ['another name', [...rowsOf(['a']), { b: 1 }]],
    ['one name more', [...rowsOf(['a']), { a: 1, b: 2 }]],
    ['one name less', [...rowsOf(['a', 'b']), { a: 1 }]],
    ['an inherited number', [...rowsOf(['a', 'b']), Object.create({ a: 1, b: 1 })]],
    ['null', [...rowsOf(['a']), null]],
    ['a hole', Object.assign(Array(41), rowsOf(['a']))],
    ['a number', [...rowsOf(['a']), 5]],
    ['a function', [...rowsOf(['name']), () => 5]],
  ])('answers alike with and without a function made for the names: %s', (_, rows) => {
    const compile = vi.fn<() => never>(forbidden);

    const made = readWith(rows);
    const looped = readWith(rows, compile);

    expect(compile).toHaveBeenCalledTimes(1);
    expect(made === undefined).toBe(looped === undefined);
    expect(bytesOf(made)).toEqual(bytesOf(looped));
  });

  it('makes a function only when names have come a few times', () => {
    const compile = vi.fn<() => never>(forbidden);
    const rows = rowsOf(['a']);
    const reader = new RowReader(shapeOf({ a: 1 }), compile);

    for (let round = 0; round < 3; round++) reader.read(rows, 40, new Float64Array(40));

    expect(compile).not.toHaveBeenCalled();
  });

  it.each([
    ['quotes', `"];globalThis.broken=1;//`],
    ['other quotes', "'+(globalThis.broken=1)+'"],
    ['a template', '${globalThis.broken=1}`'],
    ['a backslash', '\\"];globalThis.broken=1;//'],
    ['an end of line', 'a\n};globalThis.broken=1;//'],
    ['other ends of lines', '\u2028globalThis.broken=1;\u2029'],
    ['the end of a comment', '*/globalThis.broken=1/*'],
    ['a lone surrogate', '\ud800'],
    ['nothing', ''],
    ['a number', '5'],
    ['constructor', 'constructor'],
    ['hasOwnProperty', 'hasOwnProperty'],
    ['v0', 'v0'],
  ])('takes any name for a name: %s', (_, name) => {
    const rows = rowsOf([name, 'x']);

    const made = readWith(rows);

    expect(made).toEqual(readWith(rows, forbidden));
    expect(made?.slice(0, 2).toSorted()).toEqual(new Float64Array([0, 1 / 8]));
    expect(Reflect.get(globalThis, 'broken')).toBeUndefined();
  });

  it('reads an own __proto__', () => {
    const rows = Array.from({ length: 40 }, (_, i): unknown => JSON.parse(`{"__proto__":${i},"x":1}`));
    const keys = new CallKeys('fingerprint');

    for (let round = 0; round < 6; round++) keys.ofOne(rows);

    expect(keys.ofOne(rows)).toMatch(/^\0P/);
    expect(keys.ofOne(rows)).not.toBe(keys.ofOne(rows.with(7, JSON.parse('{"__proto__":8,"x":1}'))));
  });

  it('is of use still when hundreds of kinds of rows have come', () => {
    const keys = new CallKeys('fingerprint');

    const seen = Array.from({ length: 300 }, (_, i) => keys.ofOne(rowsOf([`x${i}`])));

    expect(new Set(seen).size).toBe(300);
    expect(keys.ofOne(rowsOf(['x7']))).toBe(seen[7]);
    expect(seen[7]).not.toBe(keyOfList([rowsOf(['x7'])]));
  });
});

describe('a runtime that forbids code made from text', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickwise-fingerprint-'));
    await build({
      stdin: {
        contents: `
          import { CallKeys } from './call-keys.js';
          const keys = new CallKeys('fingerprint');
          const bars = Array.from({ length: 200 }, (_, i) => ({ open: i, close: i / 7, volume: NaN }));
          let key;
          for (let round = 0; round < 10; round++) key = keys.ofOne(bars);
          let isForbidden = false;
          try { new Function(''); } catch { isForbidden = true; }
          process.stdout.write(JSON.stringify({ key, isForbidden }));`,
        resolveDir: fileURLToPath(new URL('../../src/memo', import.meta.url)),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
      outfile: join(folder, 'program.cjs'),
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives the same keys', async () => {
    const run = promisify(execFile);
    const program = join(folder, 'program.cjs');

    const free = await run(process.execPath, [program]);
    const strict = await run(process.execPath, ['--disallow-code-generation-from-strings', program]);

    expect(JSON.parse(free.stdout)).toEqual({ key: expect.stringMatching(/^\0P12:/), isForbidden: false });
    expect(JSON.parse(strict.stdout)).toEqual({ ...JSON.parse(free.stdout), isForbidden: true });
  });
});
