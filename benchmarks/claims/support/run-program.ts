import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './data-folder.js';

/** Most characters kept of what a program says on stderr. */
const LONGEST_COMPLAINT = 500;

/**
 * Runs a program of the checkout, as `npm run <name> -- <args>` does, and returns the JSON it prints. It ends with
 * this process.
 * @throws Error when it fails; the pipeline and the examples do when their two versions differ.
 */
export async function runProgram(name: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), name, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill();
  process.once('exit', end);
  let [text, complaint] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-LONGEST_COMPLAINT)));
  const code = await new Promise((settle, fail) => child.on('error', fail).on('close', settle));
  process.off('exit', end);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${String(code)}: ${complaint.trim()}`);
  return JSON.parse(text);
}
