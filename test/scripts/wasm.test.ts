import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileWat, writeWasm } from '../../scripts/wasm/compile-wat.js';

const ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';

describe('the bytes of WebAssembly in the repository', () => {
  it('are those that their sources give', async () => {
    const compiled = await compileWat('src');

    expect(compiled.map(({ source }) => source)).toEqual([
      'src/memo/fingerprint-digest.wat',
      'src/rolling/co-moments.wat',
    ]);
    for (const { target, text } of compiled) expect(readFileSync(target, 'utf8'), `${target} is stale`).toBe(text);
  });

  it('use nothing that differs by machine', () => {
    const source = readFileSync('src/rolling/co-moments.wat', 'utf8');

    expect(source).not.toMatch(/relaxed|fma|madd/);
  });
});

describe('the build step for WebAssembly', () => {
  it('writes a file that carries the bytes, and leaves it alone while they are the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-wat-'));
    try {
      writeFileSync(join(folder, 'add.wat'), ADD);

      const first = await writeWasm(folder);
      const second = await writeWasm(folder);
      writeFileSync(join(folder, 'add.wat'), ADD.replace('i32.add', 'i32.sub'));
      const third = await writeWasm(folder);

      expect([first, second, third]).toEqual([[join(folder, 'add-wasm.ts')], [], [join(folder, 'add-wasm.ts')]]);
      expect(readFileSync(join(folder, 'add-wasm.ts'), 'utf8')).toMatch(/^\/\*\* The bytes of add\.wat/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('fails on a source that is wrong, naming it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-wat-'));
    try {
      writeFileSync(join(folder, 'broken.wat'), '(module (func (result i32)))');

      await expect(writeWasm(folder)).rejects.toThrow(/broken\.wat/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
