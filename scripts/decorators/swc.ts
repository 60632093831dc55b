import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TransformConfig, transformFile, version } from '@swc/core';
import type { DecoratorBuild } from './builds.js';

const MODES: ReadonlyMap<string, TransformConfig> = new Map([
  ['2022-03', { decoratorVersion: '2022-03' }],
  ['2023-11', { decoratorVersion: '2023-11' as '2022-03' }], // known to the compiler, not yet to its types
  ['legacy', { legacyDecorator: true }],
]);

/** swc in its three decorator modes. */
export function swcBuilds(fixture: string): DecoratorBuild[] {
  return [...MODES].map(([mode, transform]) => ({
    name: `swc ${version} ${mode}`,
    async compile(target) {
      const { code } = await transformFile(join(fixture, 'service.ts'), {
        swcrc: false,
        configFile: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform },
        module: { type: 'es6' },
      });
      await writeFile(join(target, 'service.js'), code);
    },
  }));
}
