import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SOURCE = fileURLToPath(new URL('../../../examples/trading-pipeline/model-process.ts', import.meta.url));

/** Builds the program of the worker threads into a folder. Answers its path. */
export async function modelProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'model-process.mjs');
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Packages that are not ES modules ask for Node's own by `require`.
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
  return outfile;
}
