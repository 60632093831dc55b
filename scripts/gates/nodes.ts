import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { runCommand } from '../tools/command.js';
import { loadEverySubPath } from '../tools/load-sub-paths.js';

/** The Node versions that users run, besides the one that runs this. */
const VERSIONS = ['20', '22', '24', '26'];

/** The packed package loads on every supported Node, each fetched from npm. */
export const nodes: Gate = {
  name: 'nodes',
  claim: `every sub-path loads by import and require on Node ${VERSIONS.join(', ')}`,
  needs: ['build'],
  isExtra: true,
  async run(run) {
    const { folder } = await run.packed();
    const seen: string[] = [];
    const problems: string[] = [];
    for (const version of VERSIONS) {
      const node = await findNode(version, folder);
      seen.push((await runCommand(node, ['--version'])).stdout.trim());
      const failed = await loadEverySubPath(node, folder);
      problems.push(...failed.map((problem) => `Node ${version}: ${problem}`));
    }
    return verdict(seen.join(', '), problems);
  },
};

async function findNode(version: string, folder: string): Promise<string> {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  const home = join(folder, `node-${version}`);
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{"private":true}');
  // Its install script fetches nothing: it puts the binary, another package, in place.
  const args = ['install', `node@${version}`, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { exitCode, output } = await runCommand('npm', args, { cwd: home });
  if (exitCode !== 0) throw new Error(`npm install node@${version} fails:\n${output}`);
  return join(home, 'node_modules', 'node', 'bin', 'node');
}
