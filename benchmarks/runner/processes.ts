import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClaimAssignment, ClaimOutcome } from './claim.js';
import type { Assignment, Outcome } from './contract.js';

/** Longest life of a contender's process, in milliseconds. */
const LONGEST_RUN = 180_000;
/** The same of a process that measures claims: one of them waits for a whole run of the reference pipeline. */
const LONGEST_CLAIM = 600_000;
/** How long a process has to end those it started, in milliseconds. */
const GRACE = 2_000;
/** Most characters kept of what a process writes to stderr. */
const LONGEST_COMPLAINT = 2_000;

const running = new Set<ChildProcess>();

/** Runs one contender in a process of its own. Never rejects: a crash or a hang is an outcome. */
export async function runContender(assignment: Assignment, longestRun = LONGEST_RUN): Promise<Outcome> {
  const { answer, reason } = await runWorker('worker.js', assignment, longestRun);
  // The worker sends nothing else.
  return reason === undefined ? (answer as Outcome) : { type: 'failed', reason };
}

/** Measures claims of one group in a process of their own. Never rejects. */
export async function runClaims(assignment: ClaimAssignment, longestRun = LONGEST_CLAIM): Promise<ClaimOutcome[]> {
  const { answer, reason } = await runWorker('claim-worker.js', assignment, longestRun);
  // The worker sends nothing else.
  return reason === undefined ? (answer as ClaimOutcome[]) : assignment.claims.map(() => ({ type: 'failed', reason }));
}

/** Ends every process that is still running. Those that measure claims end what they started. */
export function killContenders(): void {
  for (const child of running) child.kill();
}

/** What a process sent, or why it sent nothing. */
interface Reply {
  readonly answer?: unknown;
  readonly reason?: string;
}

function runWorker(name: string, assignment: object, longestRun: number): Promise<Reply> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), [JSON.stringify(assignment)], {
    execArgv: ['--expose-gc', '--max-old-space-size=6000', '--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  running.add(child);
  return new Promise((settle) => {
    let complaint = '';
    let reply: Reply | undefined;
    let timer = setTimeout(() => {
      reply = { reason: `still running after ${longestRun} ms` };
      child.kill();
      timer = setTimeout(() => child.kill('SIGKILL'), GRACE);
    }, longestRun);
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-LONGEST_COMPLAINT);
    });
    child.on('message', (answer) => (reply ??= { answer }));
    child.on('error', (error) => (reply ??= { reason: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      settle(reply ?? { reason: `ended with ${signal ?? code}: ${complaint.trim()}` });
    });
  });
}
