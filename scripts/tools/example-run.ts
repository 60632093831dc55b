import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { filesBelow } from './files.js';
import { ensureLibraryRuns } from './library-build.js';

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

function waitForExample(): void {
  // Without a listener this process would end before the example has printed its last lines.
}
