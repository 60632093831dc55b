import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { filesBelow } from './tools/files.js';
import { ensureLibraryRuns } from './tools/library-build.js';

const SOURCE = 'examples/trading-pipeline';
/** Inside the package, so that the example's imports of `tickwise/…` lead to the build. */
const TARGET = `build/${SOURCE}`;

await ensureLibraryRuns();
await bundleExample();
process.exitCode = await runExample(process.argv.slice(2));

/** Bundles the program and the processes it starts, which lie beside it. */
async function bundleExample(): Promise<void> {
  rmSync(TARGET, { recursive: true, force: true });
  const entryPoints = filesBelow(SOURCE).filter((path) => /\/(main|[a-z-]+-process)\.ts$/.test(path));
  await build({
    entryPoints,
    outdir: TARGET,
    outbase: SOURCE,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    // Our own settings map `tickwise/…` to the sources, which would bundle a second copy of them.
    tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
  });
}

/** Signals reach the example too, since it shares the terminal; this waits for its end. */
async function runExample(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--enable-source-maps', `${TARGET}/main.js`, ...args], { stdio: 'inherit' });
  process.on('SIGINT', waitForExample).on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null]; // the event's documented arguments
  return code ?? 1;
}

function waitForExample(): void {
  // Without a listener this process would end before the example has printed its last lines.
}
