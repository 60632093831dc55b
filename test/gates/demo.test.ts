import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CommandResult, runCommand } from '../../scripts/tools/command.js';
import { linkPackages } from '../../scripts/tools/packed-package.js';

/** A run that takes as little as one can that gives signals. */
const SHORT = ['--seconds', '30', '--symbols', '1', '--models', '1'];

let empty: string;

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'tickwise-empty-'));
});

afterAll(() => rm(empty, { recursive: true, force: true }));

describe('tickwise demo, where neither ws nor DuckDB is installed', () => {
  it('explains itself with --help, under the name it was called by', async () => {
    const { exitCode, stdout } = await demo(inject('packedFolder'), '--help');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: npx tickwise demo');
    expect(stdout).toContain('--report');
  });

  it('runs both bots, and finds everything equal', async () => {
    const { exitCode, stdout, stderr } = await demo(inject('packedFolder'), ...SHORT, '--json');

    const report = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(report.input.database).toBe('files');
    for (const kind of ['signals', 'decisions', 'books', 'rows']) {
      expect(report[kind].total).toBeGreaterThan(0);
      expect(report[kind].equal).toBe(report[kind].total);
    }
    expect(report.optimised.statements).toBeLessThan(report.naive.statements / 4);
  });

  it('says how to see it with DuckDB, and writes the page', async () => {
    const { exitCode, stdout } = await demo(inject('packedFolder'), ...SHORT, '--report', 'page.html');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('npm install tickwise @duckdb/node-api');
    expect(await readFile(join(empty, 'page.html'), 'utf8')).toContain('<svg');
  });

  it('answers a wrong option with one sentence', async () => {
    const { exitCode, stderr } = await demo(inject('packedFolder'), '--seconds', 'many');

    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('tickwise demo, where DuckDB is installed', () => {
  it('stores rows in it', async () => {
    const project = join(empty, 'project');
    await cp(join(inject('packedFolder'), 'node_modules'), join(project, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await linkPackages(project, ['@duckdb/node-api']);

    const { exitCode, stdout } = await demo(project, ...SHORT, '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).input.database).toBe('duckdb');
  });
});

/** Runs the command that a project has installed, from an empty folder. */
function demo(project: string, ...args: readonly string[]): Promise<CommandResult> {
  const env = { TICKWISE_DATA: undefined };
  return runCommand(join(project, 'node_modules', '.bin', 'tickwise'), ['demo', ...args], { cwd: empty, env });
}
