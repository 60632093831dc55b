import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Esbuild from 'esbuild';
import type { DecoratorBuild } from './builds.js';

/** Our own esbuild, and the older one that the bundler brings. */
export function esbuildBuilds(fixture: string): DecoratorBuild[] {
  const require = createRequire(join(process.cwd(), 'package.json'));
  return [require, createRequire(require.resolve('tsup'))].flatMap((from) => {
    const esbuild = from('esbuild') as typeof Esbuild; // `require` knows no types
    return [false, true].map((experimentalDecorators) => ({
      name: `esbuild ${esbuild.version} ${experimentalDecorators ? 'legacy' : 'standard'}`,
      async compile(target: string) {
        await esbuild.build({
          entryPoints: [join(fixture, 'service.ts')],
          outdir: target,
          format: 'esm',
          target: 'es2022',
          logLevel: 'silent',
          tsconfigRaw: { compilerOptions: { experimentalDecorators } },
        });
      },
    }));
  });
}
