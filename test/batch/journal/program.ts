import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** A running program of the fixtures. */
export type Program = ChildProcessByStdio<Writable, Readable, null>;

/** Bundles a program of the fixtures. @returns how to start it; what runs when the test ends is killed. */
export async function programOf(name: string): Promise<(...args: readonly string[]) => Program> {
  const outfile = `build/test/${process.pid}/${name}.mjs`;
  await build({
    entryPoints: [`test/batch/journal/fixtures/${name}.ts`],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'es2022',
    format: 'esm',
    alias: { 'tickwise/batch': resolve('src/batch/index.ts') },
  });
  return (...args) => {
    const program = spawn(process.execPath, [outfile, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void program.kill('SIGKILL'));
    return program;
  };
}

/** What a program prints, line by line. */
export function readLines(program: Program): AsyncIterator<string> {
  return createInterface({ input: program.stdout })[Symbol.asyncIterator]();
}

/** Waits for a program's end. @returns its exit code, or the signal that ended it. */
export async function endOf(program: Program): Promise<number | string> {
  const isOver = program.exitCode !== null || program.signalCode !== null;
  if (!isOver) await once(program, 'exit');
  return program.exitCode ?? program.signalCode ?? 'unknown';
}
