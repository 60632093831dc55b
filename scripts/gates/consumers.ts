import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { COMPILERS, runCommand } from '../tools/command.js';
import { peerPackages, subPaths } from '../tools/manifest.js';
import { linkPackages } from '../tools/packed-package.js';

/** How a user's project may be set up. */
interface Setup {
  readonly name: string;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

/**
 * Each resolution and each decorator mode once. The other two pairs would check the same declarations again,
 * for 20 seconds more.
 */
const SETUPS: readonly Setup[] = [
  { name: 'nodenext', compilerOptions: { module: 'NodeNext' } },
  {
    name: 'bundler',
    compilerOptions: { module: 'ESNext', moduleResolution: 'bundler', experimentalDecorators: true },
  },
];

/** What every user's project has in common here. */
const COMMON = { target: 'ES2022', strict: true, skipLibCheck: false, noEmit: true, types: ['node'] };

/** Projects of users compile against the packed package. */
export const consumers: Gate = {
  name: 'consumers',
  claim: `a project compiles with TypeScript ${[...COMPILERS.keys()].join(', ')}, both resolutions, both decorator modes`,
  isExtra: true,
  needs: ['build'],
  async run(run) {
    const { folder } = await run.packed();
    const home = await prepare(folder);
    const builds = SETUPS.flatMap((setup) => [...COMPILERS].map(([version, tsc]) => ({ setup, version, tsc })));
    const problems: string[] = [];
    for (const { setup, version, tsc } of builds) {
      const { exitCode, output } = await runCommand(tsc, ['-p', join(home, `tsconfig.${setup.name}.json`)]);
      if (exitCode !== 0) problems.push(`TypeScript ${version}, ${setup.name}:\n${output}`);
    }
    return verdict(`${builds.length} builds with skipLibCheck off`, problems);
  },
};

/** A second project around the installed package: with the types and peers a user of all of it has. */
async function prepare(folder: string): Promise<string> {
  const home = join(folder, 'consumer');
  await mkdir(join(home, 'node_modules'), { recursive: true });
  await cp(join(folder, 'node_modules'), join(home, 'node_modules'), { recursive: true });
  await linkPackages(home, ['@types/node', '@types/ws', ...peerPackages()]);
  await writeFile(join(home, 'package.json'), '{"private":true,"type":"module"}');
  await writeFile(join(home, 'esm.ts'), importAll());
  await writeFile(join(home, 'cjs.cts'), requireAll());
  for (const setup of SETUPS)
    await writeFile(join(home, `tsconfig.${setup.name}.json`), JSON.stringify(project(setup)));
  return home;
}

function project({ name, compilerOptions }: Setup): unknown {
  const include = name === 'bundler' ? ['esm.ts'] : ['esm.ts', 'cjs.cts'];
  return { compilerOptions: { ...COMMON, ...compilerOptions }, include };
}

function importAll(): string {
  return importing((name, specifier) => `import * as ${name} from '${specifier}';`);
}

function requireAll(): string {
  return importing((name, specifier) => `import ${name} = require('${specifier}');`);
}

function importing(statement: (name: string, specifier: string) => string): string {
  const imports = subPaths().map(({ specifier }, index) => statement(`entry${index}`, specifier));
  const names = imports.map((_, index) => `entry${index}`);
  return [...imports, `export const entries = [${names.join(', ')}];`, ''].join('\n');
}
