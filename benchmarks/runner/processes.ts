import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Assignment, Outcome } from './contract.js';

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));
/** Longest life of a contender's process, in milliseconds. */
const LONGEST_RUN = 180_000;
/** Most characters kept of what a process writes to stderr. */
const LONGEST_COMPLAINT = 2_000;

const running = new Set<ChildProcess>();

/** Runs one contender in a process of its own. Never rejects: a crash or a hang is an outcome. */
export function runContender(assignment: Assignment, longestRun = LONGEST_RUN): Promise<Outcome> {
  const child = fork(WORKER, [JSON.stringify(assignment)], {
    execArgv: ['--expose-gc', '--max-old-space-size=6000', '--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  running.add(child);
  return new Promise((settle) => {
    let complaint = '';
    let outcome: Outcome | undefined;
    const timer = setTimeout(() => {
      outcome = { type: 'failed', reason: `still running after ${longestRun} ms` };
      child.kill('SIGKILL');
    }, longestRun);
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-LONGEST_COMPLAINT);
    });
    // The worker sends nothing else.
    child.on('message', (message) => (outcome ??= message as Outcome));
    child.on('error', (error) => (outcome ??= { type: 'failed', reason: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      settle(outcome ?? { type: 'failed', reason: `ended with ${signal ?? code}: ${complaint.trim()}` });
    });
  });
}

/** Ends every contender that is still running. */
export function killContenders(): void {
  for (const child of running) child.kill('SIGKILL');
}
