// Starts the benchmark runner: compiles it and the benchmarks from TypeScript into build/, then hands over.
// Node 20 cannot run TypeScript itself. See runner/command.ts for the options, or: npm run bench -- --help
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const NOT_BENCHMARKS = new Set(['build', 'results', 'node_modules', 'runner']);

const home = dirname(fileURLToPath(import.meta.url));
const folder = resolve(folderArgument() ?? home);

await bundleRunner();
await compile(folder, join(folder, 'build'));
const { runCommand } = await import(pathToFileURL(join(home, 'build', 'runner', 'main.js')).href);
process.exitCode = await runCommand(process.argv.slice(2), folder);

/** The value of --folder: other benchmarks than those beside this file. */
function folderArgument() {
  const at = process.argv.indexOf('--folder');
  return at === -1 ? undefined : process.argv[at + 1];
}

/** The runner draws its page with the code that draws the report of the trading pipeline: bundled, not copied. */
async function bundleRunner() {
  const { outputFiles } = await build({
    entryPoints: ['main', 'worker', 'claim-worker'].map((name) => join(home, 'runner', `${name}.ts`)),
    outdir: join(home, 'build', 'runner'),
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, text }) => replace(path, text)));
}

/**
 * @param {string} from Folder of TypeScript files.
 * @param {string} to Folder for the JavaScript files, same names.
 */
async function compile(from, to) {
  const { outputFiles } = await build({
    entryPoints: await sources(from),
    outbase: from,
    outdir: to,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, text }) => replace(path, text)));
}

/**
 * @param {string} directory
 * @returns {Promise<string[]>}
 */
async function sources(directory) {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = entries.map((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return NOT_BENCHMARKS.has(entry.name) ? [] : sources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Replaces a file in one step, so that another run never reads half of it.
 * @param {string} path
 * @param {string} text
 */
async function replace(path, text) {
  const current = await readFile(path, 'utf8').catch(() => undefined);
  if (current === text) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
