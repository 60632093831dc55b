import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleProgram } from './program.js';

/**
 * Bundles a program with the sources it tests, runs it in a process of its own with these flags of Node, and returns
 * what it prints.
 */
export async function runFixture(path: string, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, await bundleProgram(path)], { env: {} });
  return stdout;
}
