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
  if (isFresh()) return;
  const { exitCode, output } = await runCommand(tool('tsup'), ['--no-dts', '--silent']);
  if (exitCode !== 0) throw new Error(`the library does not build:\n${output}`);
}

function isFresh(): boolean {
  const newestSource = Math.max(...[...filesBelow('src'), ...SETTINGS].map(changedAt));
  const scripts = subPaths()
    .flatMap((path) => path.files)
    .filter((file) => !/\.d\.c?ts$/.test(file));
  return scripts.every((file) => changedAt(file) > newestSource);
}
