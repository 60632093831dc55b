import type { Gate } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';

/** The packed file's package.json says what the files are. */
export const publint: Gate = {
  name: 'publint',
  claim: 'publint --strict finds nothing in the packed package',
  needs: ['build'],
  async run(run) {
    const { tarball } = await run.packed();
    const { exitCode, output } = await runCommand(tool('publint'), ['--strict', tarball]);
    return { isPassed: exitCode === 0, summary: exitCode === 0 ? 'clean' : 'has findings', details: output };
  },
};
