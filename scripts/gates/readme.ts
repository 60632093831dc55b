import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { type CodeBlock, findBlocks } from '../readme/blocks.js';
import { readPages } from '../readme/pages.js';
import { COMPILERS, runCommand, tool } from '../tools/command.js';

/** Inside the package, whose own name then leads to its build. */
const FOLDER = 'build/readme';

/** A block, and where it stands. */
interface Program extends CodeBlock {
  /** `src/memo/README.md:12` */
  readonly place: string;
  /** Name of its file in `FOLDER`, without an ending. */
  readonly file: string;
}

/** Every program in the pages compiles, runs against the build, and prints what the page says. */
export const readme: Gate = {
  name: 'readme',
  claim: 'every ts block of the README and the other pages runs and prints the text block behind it',
  needs: ['build'],
  async run() {
    const pages = readPages();
    const programs = pages.flatMap(({ path, text }) => findBlocks(text).map((block) => programOf(path, block)));
    writePrograms(programs);
    const problems = await compile(programs);
    for (const program of programs.filter(({ isRun }) => isRun)) problems.push(...(await runProgram(program)));
    const compared = programs.filter(({ output }) => output !== undefined).length;
    return verdict(`${pages.length} pages, ${programs.length} blocks, ${compared} outputs compared`, problems);
  },
};

function programOf(path: string, block: CodeBlock): Program {
  const file = `${path.replace(/\.md$/, '').replaceAll('/', '-')}-line-${block.line}`;
  return { ...block, place: `${path}:${block.line}`, file };
}

function writePrograms(programs: readonly Program[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, code } of programs) writeFileSync(join(FOLDER, `${file}.ts`), `${code}\nexport {};\n`);
  const project = {
    extends: '../../tsconfig.json',
    // No paths: the blocks see the built declarations, as users do.
    compilerOptions: { paths: {}, noUnusedLocals: false, noUnusedParameters: false, rootDir: '.' },
    include: ['*.ts'],
    exclude: [],
  };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(project));
}

async function compile(programs: readonly Program[]): Promise<string[]> {
  const { exitCode, output } = await runCommand(COMPILERS.get('6.0') ?? '', ['-p', FOLDER]);
  if (exitCode === 0) return [];
  return [
    programs.reduce((text, { file, place }) => text.replaceAll(`${FOLDER}/${file}.ts`, `${place}, block`), output),
  ];
}

async function runProgram({ file, place, output }: Program): Promise<string[]> {
  const program = join(FOLDER, file);
  const options = ['--format=esm', '--target=node20', '--log-level=error', `--outfile=${program}.mjs`];
  await runCommand(tool('esbuild'), [`${program}.ts`, ...options]);
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, [`${program}.mjs`], { timeout: 20_000 });
  if (exitCode !== 0) return [`${place} exits ${exitCode}:\n${stderr}`];
  if (output === undefined || stdout.trimEnd() === output.trimEnd()) return [];
  return [`${place} prints\n${stdout.trimEnd()}\nbut the page says\n${output.trimEnd()}`];
}
