import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DecoratorBuild } from './builds.js';

/** The part of `@babel/core` used here; the package brings no types. */
interface Babel {
  readonly version: string;
  transformFileAsync(path: string, options: unknown): Promise<{ readonly code: string }>;
}

/** Babel in its current and its legacy decorator mode. */
export function babelBuilds(fixture: string): DecoratorBuild[] {
  const require = createRequire(join(process.cwd(), 'package.json'));
  const babel = require('@babel/core') as Babel; // see above
  return ['2023-11', 'legacy'].map((version) => ({
    name: `Babel ${babel.version} ${version}`,
    async compile(target) {
      const { code } = await babel.transformFileAsync(join(fixture, 'service.ts'), {
        babelrc: false,
        configFile: false,
        presets: [require.resolve('@babel/preset-typescript')],
        plugins: [[require.resolve('@babel/plugin-proposal-decorators'), { version }]],
      });
      await writeFile(join(target, 'service.js'), code);
    },
  }));
}
