import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Verb } from './verb.js';

/** Exit code of a process that a signal has ended: this and the signal's number, as shells have it. */
const SIGNALLED = 128;

/**
 * Runs the reference pipeline in a process of its own: it is a program with processes and options of its own, and
 * nothing of it is loaded by the other verbs. It prints by itself, its help included.
 */
export const demo: Verb = {
  summary: 'run a bot written the usual way beside one written with tickwise, and compare',
  async run(args) {
    // Beside the command, also when the bundler has put this file into a shared one.
    const program = fileURLToPath(new URL('./demo/main.js', import.meta.url));
    const child = spawn(process.execPath, [program, ...args], {
      stdio: 'inherit',
      env: { ...process.env, TICKWISE_COMMAND: 'npx tickwise demo' },
    });
    // Ctrl-C reaches the child through the terminal; this process stays until it has stored what it has.
    const wait = (): void => undefined;
    const end = (): void => void child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', end);
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]; // as documented
      return signal === null ? (code ?? 1) : SIGNALLED + constants.signals[signal];
    } finally {
      process.off('SIGINT', wait).off('SIGTERM', end);
    }
  },
};
