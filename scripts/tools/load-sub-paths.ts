import { runCommand } from './command.js';
import { subPaths } from './manifest.js';

/** Loads each sub-path by `import` and by `require`, each in a new process. Returns what went wrong. */
export async function loadEverySubPath(node: string, folder: string): Promise<string[]> {
  const problems: string[] = [];
  for (const { specifier } of subPaths()) {
    problems.push(...(await load(node, folder, ['--input-type=module', '-e', importing(specifier)])));
    problems.push(...(await load(node, folder, ['--input-type=commonjs', '-e', requiring(specifier)])));
  }
  return problems;
}

async function load(node: string, cwd: string, args: readonly string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runCommand(node, args, { cwd, timeout: 30_000 });
  if (exitCode === 0 && stderr === '' && Number(stdout) > 0) return [];
  return [`${args.at(-1)}: exit ${exitCode}, ${stdout.trim()} exports, stderr: ${stderr.trim()}`];
}

function importing(specifier: string): string {
  return `import * as all from ${JSON.stringify(specifier)}; console.log(Object.keys(all).length)`;
}

function requiring(specifier: string): string {
  return `console.log(Object.keys(require(${JSON.stringify(specifier)})).length)`;
}
