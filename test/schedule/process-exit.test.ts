import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { bundleProgram } from '../program.js';

it('leaves no timer behind after tasks that misbehave, so that the process ends by itself', async () => {
  const outfile = await bundleProgram('test/schedule/fixtures/hostile-tasks.ts');
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
