import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { type CodeBlock, findBlocks } from '../readme/blocks.js';
import { COMPILERS, runCommand, tool } from '../tools/command.js';

/** Inside the package, whose own name then leads to its build. */
const FOLDER = 'build/readme';

/** Every program in the README compiles, runs against the build, and prints what the README says. */
export const readme: Gate = {
  name: 'readme',
  claim: 'every ts block of the README runs and prints the text block behind it',
  needs: ['build'],
  async run() {
    const blocks = findBlocks(readFileSync('README.md', 'utf8'));
    writePrograms(blocks);
    const problems = await compile();
    for (const block of blocks.filter(({ isRun }) => isRun)) problems.push(...(await runBlock(block)));
    const compared = blocks.filter(({ output }) => output !== undefined).length;
    return verdict(`${blocks.length} blocks, ${compared} outputs compared`, problems);
  },
};

function writePrograms(blocks: readonly CodeBlock[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { line, code } of blocks) writeFileSync(join(FOLDER, `line-${line}.ts`), `${code}\nexport {};\n`);
  const project = {
    extends: '../../tsconfig.json',
    // No paths: the blocks see the built declarations, as users do.
    compilerOptions: { paths: {}, noUnusedLocals: false, noUnusedParameters: false, rootDir: '.' },
    include: ['*.ts'],
    exclude: [],
  };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(project));
}

async function compile(): Promise<string[]> {
  const { exitCode, output } = await runCommand(COMPILERS.get('6.0') ?? '', ['-p', FOLDER]);
  return exitCode === 0 ? [] : [output.replaceAll(`${FOLDER}/line-`, 'README.md, block at line ')];
}

async function runBlock({ line, output }: CodeBlock): Promise<string[]> {
  const program = join(FOLDER, `line-${line}`);
  const options = ['--format=esm', '--target=node20', '--log-level=error', `--outfile=${program}.mjs`];
  await runCommand(tool('esbuild'), [`${program}.ts`, ...options]);
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, [`${program}.mjs`], { timeout: 20_000 });
  if (exitCode !== 0) return [`README.md:${line} exits ${exitCode}:\n${stderr}`];
  if (output === undefined || stdout.trimEnd() === output.trimEnd()) return [];
  return [`README.md:${line} prints\n${stdout.trimEnd()}\nbut the README says\n${output.trimEnd()}`];
}
