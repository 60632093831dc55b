/**
 * Runs the COPY and RUN steps of the Dockerfile in an empty folder, stage by stage, where no container engine is at
 * hand. It shows that the steps work and that nothing is missing from the copies; not that the base image has what
 * they need. Steps that change users are left out.
 * Run: npm run example -- deployment/build-steps
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Instruction, readCopy, readDockerfile } from './dockerfile.js';

const root = mkdtempSync(join(tmpdir(), 'tickwise-image-'));
let folder = '/';
try {
  for (const instruction of readDockerfile(readFileSync('examples/deployment/Dockerfile', 'utf8'))) run(instruction);
  const help = execFileSync(process.execPath, ['dist/cli.js', 'demo', '--help'], { cwd: join(root, 'run', 'app') });
  console.log(help.toString().split('\n')[0]);
  console.log('Every step works, and the command starts.');
} finally {
  rmSync(root, { recursive: true, force: true });
}

function run({ name, argument, stage }: Instruction): void {
  const at = (path: string, of = stage): string => join(root, of, resolve(folder, path));
  if (name === 'WORKDIR') folder = argument;
  if (name === 'WORKDIR') mkdirSync(at('.'), { recursive: true });
  if (name === 'COPY') {
    const { from, sources, target } = readCopy(argument);
    for (const source of sources) {
      const path = from === undefined ? source : at(source, from);
      // A folder's content goes into the target, a file into a target that ends in a slash.
      cpSync(path, target.endsWith('/') ? at(join(target, basename(source))) : at(target), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
  if (name === 'RUN' && !argument.includes('chown')) {
    console.log(`${stage}: ${argument}`);
    const { PATH } = process.env;
    execFileSync('sh', ['-ec', argument], {
      cwd: at('.'),
      env: { PATH, HOME: root },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
}
