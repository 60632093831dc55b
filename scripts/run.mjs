// Runs one of the TypeScript programs beside it: `node scripts/run.mjs check --help`.
// The oldest supported Node cannot run TypeScript, so esbuild bundles the program first (20 ms).
import { rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...args] = process.argv.slice(2);
// Inside the package, so that the bundle finds its packages; one file per process, so that runs do not meet.
const outfile = `build/scripts/${name}-${process.pid}.mjs`;

process.chdir(root);
await build({
  entryPoints: [`scripts/${name}.ts`],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
});
process.on('exit', () => rmSync(outfile, { force: true }));
process.argv.splice(1, process.argv.length - 1, outfile, ...args);
await import(pathToFileURL(outfile).href);
