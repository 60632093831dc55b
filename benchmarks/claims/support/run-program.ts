import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './data-folder.js';

/** Most characters kept of what a program says on stderr. */
const LONGEST_COMPLAINT = 500;
/** How a program ends whose two versions differ. */
const DIFFERENT = 1;

/**
 * Runs a program of the checkout, as `npm run <name> -- <args>` does, and returns the JSON it prints. It ends with
 * this process. The pipeline and the examples end with 1 when their two versions differ; what they print says so.
 * @throws Error when it fails without having printed JSON.
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
  const isWhole = code === 0 || (code === DIFFERENT && text.trimEnd().endsWith('}'));
  if (!isWhole) throw new Error(`${name} ${args.join(' ')} ended with ${String(code)}: ${complaint.trim()}`);
  return JSON.parse(text);
}
