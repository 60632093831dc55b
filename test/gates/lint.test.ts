import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, tool } from '../../scripts/tools/command.js';

describe('the linter', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'tickwise-lint-'));
    await cp('.oxlintrc.json', join(project, '.oxlintrc.json'));
    await cp('tsconfig.json', join(project, 'tsconfig.json'));
    await cp('src/core/show.ts', join(project, 'src/core/show.ts'));
    await symlink(resolve('node_modules'), join(project, 'node_modules'));
  });

  afterAll(() => rm(project, { recursive: true, force: true }));

  it('finds nothing in a clean source', async () => {
    const { exitCode, output } = await runCommand(tool('oxlint'), ['src'], { cwd: project });

    expect(output).toContain('0 errors');
    expect(exitCode).toBe(0);
  });

  it('fails when a source lets a promise float', async () => {
    await cp('test/gates/fixtures/floating-promise.ts', join(project, 'src/core/floating-promise.ts'));

    const { exitCode, output } = await runCommand(tool('oxlint'), ['src'], { cwd: project });

    expect(output).toContain('no-floating-promises');
    expect(exitCode).not.toBe(0);
  });
});
