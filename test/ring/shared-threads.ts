import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { SharedRingHandle } from 'tickwise/ring';
import type { ThreadTask } from './shared-records.js';

/** A program as JavaScript, `tickwise/…` being this package's sources. */
export async function bundled(program: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`fixtures/${program}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
  });
  return outputFiles[0]?.text ?? '';
}

/** Where a thread finds a program. */
export function urlOf(program: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

/** Starts threads that run `fixtures/shared-thread.ts`. */
export async function threadStarter(): Promise<(task: Partial<ThreadTask> & { handle: SharedRingHandle }) => Worker> {
  const program = await bundled('shared-thread');
  const url = urlOf(program);
  const defaults = { role: 'read', records: 0, waits: 'ready', hangs: false };
  return (task) => new Worker(url, { workerData: { ...defaults, ...task } });
}

/** The next message of a thread. Rejects when the thread fails. */
export async function messageOf(thread: Worker): Promise<unknown> {
  const [message] = (await once(thread, 'message')) as [unknown];
  return message;
}

/** Runs a program in a process of its own, until it ends by itself. */
export async function runNode(program: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-'], { timeout: 30_000 });
  child.stdin.end(program);
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
