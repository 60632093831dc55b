import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { COMPILERS, runCommand } from '../tools/command.js';

/** The compiler that checks this package itself in seconds, and the one whose turn comes when minutes do not matter. */
const OWN = ['7.0', '6.0'];

/** What runs in a browser has a browser's types and no others. */
const PROJECTS = ['.', 'examples/trading-pipeline/dashboard/page', 'test/integration/page/in-page'];

/** Sources, tests, examples and scripts compile. */
export const types: Gate = {
  name: 'types',
  claim: `everything compiles with TypeScript ${OWN[0]}; with --all or by name also with ${OWN[1]}`,
  async run({ isThorough }) {
    const problems: string[] = [];
    const versions = isThorough ? OWN : OWN.slice(0, 1);
    for (const version of versions) {
      for (const project of PROJECTS) {
        const { exitCode, output } = await runCommand(COMPILERS.get(version) ?? '', ['-p', project]);
        if (exitCode !== 0) problems.push(`TypeScript ${version}, ${project}:\n${output}`);
      }
    }
    return verdict(`TypeScript ${versions.join(', ')}`, problems);
  },
};
