import { runCommand, tool } from './command.js';
import { changedAt, filesBelow } from './files.js';
import { subPaths } from './manifest.js';

/** What decides the content of `dist` besides the sources. */
const SETTINGS = ['package.json', 'tsup.config.ts', 'tsconfig.json'];

/** Files that package.json names and the build has not made. */
export function missingFiles(): string[] {
  return subPaths()
    .flatMap((path) => path.files)
    .filter((file) => changedAt(file) === -Infinity);
}

/**
 * Builds the library's JavaScript unless `dist` is newer than all sources. Leaves the slow
 * declaration files out: programs that run the build do not need them.
 * @throws Error with the bundler's output when it fails.
 */
export async function ensureLibraryRuns(): Promise<void> {
  if (!isLibraryFresh()) await buildScripts();
}

/**
 * The same for the whole package: the demo that it brings along counts, too.
 * @throws Error with the bundler's output when it fails.
 */
export async function ensurePackageRuns(): Promise<void> {
  if (!isLibraryFresh() || !isDemoFresh()) await buildScripts();
}

async function buildScripts(): Promise<void> {
  const { exitCode, output } = await runCommand(tool('tsup'), ['--no-dts', '--silent']);
  if (exitCode !== 0) throw new Error(`the library does not build:\n${output}`);
}

function isDemoFresh(): boolean {
  return changedAt('dist/demo/main.js') > newest(filesBelow('examples/trading-pipeline'));
}

function isLibraryFresh(): boolean {
  const newestSource = newest([...filesBelow('src'), ...SETTINGS]);
  const scripts = subPaths()
    .flatMap((path) => path.files)
    .filter((file) => !/\.d\.c?ts$/.test(file));
  return scripts.every((file) => changedAt(file) > newestSource);
}

function newest(files: readonly string[]): number {
  return Math.max(...files.map(changedAt));
}
