import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/**
 * Bundles a program with the sources it tests, runs it in a process of its own with these flags of Node, and returns
 * what it prints.
 */
export async function runFixture(path: string, flags: readonly string[] = []): Promise<string> {
  const outfile = `build/test/${process.pid}/${basename(path, '.ts')}.mjs`;
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'es2022',
    format: 'esm',
  });
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, outfile], { env: {} });
  return stdout;
}
