import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type CommandResult, runCommand } from '../../scripts/tools/command.js';

const PROGRAMS = 'test/gates/fixtures/programs';

/** Longest a program may take on a busy machine; one that hangs is killed then, which is a failure. */
const LIMIT = 30_000;

/** Runs one of the fixtures in the project that has the packed package installed. */
export async function runProgram(name: string): Promise<CommandResult> {
  const folder = inject('packedFolder');
  await cp(join(PROGRAMS, name), join(folder, name));
  return runCommand(process.execPath, [name], { cwd: folder, timeout: LIMIT });
}
