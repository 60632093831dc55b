import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { filesBelow } from './files.js';
import { ensureLibraryRuns } from './library-build.js';
import { bundlePage } from './page-bundle.js';

/** Bundles and runs the program `examples/<name>.ts`. Answers its exit code. */
export async function runExample(name: string, args: readonly string[]): Promise<number> {
  await ensureLibraryRuns();
  // Inside the package, so that the example's imports of `tickwise/…` lead to the build.
  const target = `build/examples/${name.includes('/') ? dirname(name) : name}`;
  const program = await bundle(name, target);
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], { stdio: 'inherit' });
  // Signals reach the example too, since it shares the terminal; this waits for its end.
  process.on('SIGINT', waitForExample).on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null]; // the event's documented arguments
  return code ?? 1;
}

/** Bundles the program and the processes it starts, which lie beside it. Answers the program's path. */
async function bundle(name: string, target: string): Promise<string> {
  const program = `examples/${name}.ts`;
  const processes = filesBelow(dirname(program)).filter(
    (path) => dirname(path) === dirname(program) && path.endsWith('-process.ts'),
  );
  rmSync(target, { recursive: true, force: true });
  await bundlePages(dirname(program), target);
  await build({
    entryPoints: [program, ...processes],
    outdir: target,
    outbase: dirname(program),
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
  return `${target}/${name.split('/').at(-1)}.js`;
}

/** Bundles the programs that run in a browser, `<name>-page.ts`: one file each. */
async function bundlePages(folder: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const path of filesBelow(folder).filter((file) => file.endsWith('-page.ts'))) {
    writeFileSync(join(target, `${basename(path, '.ts')}.js`), await bundlePage(path));
  }
}

function waitForExample(): void {
  // Without a listener this process would end before the example has printed its last lines.
}
