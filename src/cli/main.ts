#!/usr/bin/env node
import { runCli } from './run-cli.js';

const output = {
  print: (line: string): void => void process.stdout.write(`${line}\n`),
  complain: (line: string): void => void process.stderr.write(`${line}\n`),
  progress: (line: string): void => {
    // Only a terminal can write a line over another; a log file would fill with them.
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
  },
  onInterrupt: (stop: () => void): Disposable => {
    // Once: a second Ctrl-C ends the process at once.
    process.once('SIGINT', stop).once('SIGTERM', stop);
    return { [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
  },
};

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), output);
}

// What goes wrong here is a bug, and ends the process as one.
void main();
