#!/usr/bin/env node
import { runCli } from './run-cli.js';

const output = {
  print: (line: string): void => void process.stdout.write(`${line}\n`),
  complain: (line: string): void => void process.stderr.write(`${line}\n`),
};

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), output);
}

// What goes wrong here is a bug, and ends the process as one.
void main();
