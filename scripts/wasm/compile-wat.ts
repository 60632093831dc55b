import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import openWabt from 'wabt';
import { filesBelow } from '../tools/files.js';

/** A WebAssembly source and the TypeScript file that carries its bytes. */
export interface CompiledWat {
  /** Path of the source, ending in `.wat`. */
  readonly source: string;
  /** Path of the file made of it, which is kept in the repository: tests and type checks run without a build. */
  readonly target: string;
  /** What that file has to say. */
  readonly text: string;
}

/** Characters of base64 per line. */
const LINE = 112;

/** Compiles every `.wat` file below `folder`. */
export async function compileWat(folder: string): Promise<CompiledWat[]> {
  const wabt = await openWabt();
  return filesBelow(folder)
    .filter((path) => path.endsWith('.wat'))
    .map((source) => {
      const module = wabt.parseWat(source, readFileSync(source, 'utf8'), { simd: true });
      module.resolveNames();
      module.validate();
      const { buffer } = module.toBinary({});
      module.destroy();
      return { source, target: source.replace(/\.wat$/, '-wasm.ts'), text: embed(basename(source), buffer) };
    });
}

/** Compiles every `.wat` file below `folder` and writes the bytes that changed. Returns the paths written. */
export async function writeWasm(folder: string): Promise<string[]> {
  const stale = (await compileWat(folder)).filter(({ target, text }) => !isWritten(target, text));
  for (const { target, text } of stale) writeFileSync(target, text);
  return stale.map(({ target }) => target);
}

/** Whether the file says exactly this. */
function isWritten(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

function embed(source: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const literal = lines.map((line) => `  '${line}'`).join(' +\n');
  return (
    `/** The bytes of ${source}, in base64. Made by the build; edit the source instead. */\n` +
    `export const WASM_BYTES =\n${literal};\n`
  );
}
