import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { COMPILERS, runCommand } from '../tools/command.js';

/** The compilers that check this package itself; 5.9 is for users only. */
const OWN = ['6.0', '7.0'];

/** What runs in a browser has a browser's types and no others. */
const PROJECTS = ['.', 'examples/trading-pipeline/dashboard/page', 'test/integration/page/in-page'];

/** Sources, tests, examples and scripts compile. */
export const types: Gate = {
  name: 'types',
  claim: `everything compiles with TypeScript ${OWN.join(' and ')}`,
  async run() {
    const problems: string[] = [];
    for (const version of OWN) {
      for (const project of PROJECTS) {
        const { exitCode, output } = await runCommand(COMPILERS.get(version) ?? '', ['-p', project]);
        if (exitCode !== 0) problems.push(`TypeScript ${version}, ${project}:\n${output}`);
      }
    }
    return verdict(`TypeScript ${OWN.join(', ')}`, problems);
  },
};
