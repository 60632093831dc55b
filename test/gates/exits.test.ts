import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { subPaths } from '../../scripts/tools/manifest.js';
import { runProgram } from './run-program.js';

describe('the program that uses every primitive', () => {
  const program = readFileSync('test/gates/fixtures/programs/every-primitive.mjs', 'utf8');

  it.each(subPaths().filter(({ entry }) => !/^(index|core|sinks\/)/.test(entry)))(
    'names each class of $specifier that has a life cycle',
    async ({ specifier }) => {
      const all = (await import(/* @vite-ignore */ specifier)) as Record<string, unknown>; // any module is one
      const stateful = Object.entries(all).filter(([, value]) => hasLifeCycle(value));

      for (const [name] of stateful) expect(program).toContain(`new ${name}(`);
    },
  );
});

describe('a process without optional peers', () => {
  it('uses and closes every primitive, and then ends by itself', async () => {
    const { exitCode, stdout, stderr } = await runProgram('every-primitive.mjs');

    expect(stderr).toBe('');
    expect(stdout).toBe('all closed\n');
    expect(exitCode).toBe(0);
  });

  it('ends by itself although handles are left open', async () => {
    const { exitCode, stdout, stderr } = await runProgram('left-open.mjs');

    expect(stderr).toBe('');
    expect(stdout).toBe('all left open\n');
    expect(exitCode).toBe(0);
  });
});

/** Classes that are closed or started: only these can keep a process alive. */
function hasLifeCycle(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return typeof prototype === 'object' && prototype !== null && ('close' in prototype || 'start' in prototype);
}
