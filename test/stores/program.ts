import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** A running program of the fixtures. */
export type Program = ChildProcessByStdio<Writable, Readable, null>;

/** Bundles a program of the fixtures. @returns how to start it; what runs when the test ends is killed. */
export async function programOf(name: string): Promise<(...args: readonly string[]) => Program> {
  const outfile = `build/test/${process.pid}/${name}.mjs`;
  await build({
    entryPoints: [`test/stores/fixtures/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { 'tickwise/stores/disk': resolve('src/stores/disk.ts') },
  });
  return (...args) => {
    const program = spawn(process.execPath, [outfile, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void program.kill('SIGKILL'));
    return program;
  };
}
