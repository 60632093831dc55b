import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';

it('leaves no timer behind after tasks that misbehave, so that the process ends by itself', async () => {
  const folder = `build/test/${process.pid}`;
  const outfile = `${folder}/hostile-tasks.mjs`;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: ['test/schedule/fixtures/hostile-tasks.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // p-queue's emitter is CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    alias: { 'tickwise/schedule': resolve('src/schedule/index.ts') },
  });

  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);

  expect(output.trim().split('\n')).toEqual([
    '{"idle":1,"queued":0,"running":0}',
    '{"idle":1,"queued":0,"running":0}',
    'done true',
  ]);
  expect(code).toBe(0);
});
