import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPILERS, runCommand } from '../tools/command.js';
import type { DecoratorBuild } from './builds.js';

/** The compilers check types too, so they take `misuse.ts` along, whose errors are all expected. */
export function typescriptBuilds(fixture: string): DecoratorBuild[] {
  return [...COMPILERS].flatMap(([version, tsc]) =>
    [false, true].map((experimentalDecorators) => ({
      name: `TypeScript ${version} ${experimentalDecorators ? 'legacy' : 'standard'}`,
      async compile(target) {
        const project = join(fixture, `tsconfig.${version}.${String(experimentalDecorators)}.json`);
        await writeFile(project, JSON.stringify(settings(target, experimentalDecorators)));
        const { exitCode, output } = await runCommand(tsc, ['-p', project]);
        if (exitCode !== 0) throw new Error(output);
      },
    })),
  );
}

function settings(outDir: string, experimentalDecorators: boolean): unknown {
  return {
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      rootDir: '.',
      outDir,
      experimentalDecorators,
    },
    files: ['service.ts', 'misuse.ts'],
  };
}
