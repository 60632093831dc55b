import type { Gate } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';

/** Types resolve wherever the code does. */
export const attw: Gate = {
  name: 'attw',
  claim: 'types resolve for every sub-path from ESM, CJS and bundlers',
  needs: ['build'],
  async run(run) {
    const { tarball } = await run.packed();
    const { exitCode, output } = await runCommand(tool('attw'), [tarball, '--profile', 'node16', '--no-emoji']);
    return { isPassed: exitCode === 0, summary: exitCode === 0 ? 'all green' : 'has findings', details: output };
  },
};
