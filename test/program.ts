import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** A running program. */
export type Program = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Bundles a program with the sources it tests, for a process of its own. Packages stay where they are.
 * @returns the path of the bundle, which is inside the package, so that they are found.
 */
export async function bundleProgram(path: string): Promise<string> {
  const outfile = `build/test/${process.pid}/${path.replace(/\.ts$/, '').replaceAll('/', '-')}.mjs`;
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'es2022',
    format: 'esm',
  });
  return outfile;
}

/** Bundles a program. @returns how to start it; what runs when the test ends is killed. */
export async function programOf(path: string): Promise<(...args: readonly string[]) => Program> {
  const outfile = await bundleProgram(path);
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
