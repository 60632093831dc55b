import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accept, FakeVenue } from '../feed/fake-venue.js';
import { bundleProgram } from '../program.js';

/** Runs a program to its end. */
async function run(name: string, ...args: string[]): Promise<{ code: unknown; output: string }> {
  const program = await bundleProgram(`test/hub/fixtures/${name}.ts`);
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('a process', () => {
  it('ends by itself once hub and pool are closed, with one error for all that waited', async () => {
    const venue = await FakeVenue.start();
    venue.answer = (request, socket) => void (request.args.includes('mute') || accept(request, socket));
    const folder = await mkdtemp(join(tmpdir(), 'tickwise-closed-'));

    const { code, output } = await run('closed', venue.url, folder);
    await venue.close();
    await rm(folder, { recursive: true });

    expect(JSON.parse(output)).toEqual({
      next: { done: true },
      pending: ['ERR_CLOSED', 'ERR_CLOSED'],
      publish: 'ERR_CLOSED',
      subscribe: 'ERR_CLOSED',
    });
    expect(code).toBe(0);
  });

  it('grows by less than 20 MB while a million values pass slow subscribers of every policy', async () => {
    const { code, output } = await run('slow-subscribers');
    const { fast, stats, ends, reports, grown } = JSON.parse(output) as Record<string, unknown>;

    expect(code).toBe(0);
    expect(fast).toEqual([1_000_000, 1_000_000, 1_000_000]);
    expect(stats).toMatchObject({
      oldest: { received: 1_000_000, delivered: 1_024, dropped: 998_976 },
      newest: { received: 1_000_000, delivered: 1_024, dropped: 998_976 },
      conflated: { received: 1_000_000, delivered: 100, conflated: 999_900, dropped: 0 },
      latest: { received: 1_000_000, delivered: 1, conflated: 999_999 },
      gone: { state: 'disconnected', received: 1_025, delivered: 0, dropped: 1_025 },
    });
    expect(ends).toEqual({
      oldest: { length: 1_024, first: 998_976, last: 999_999 },
      newest: { length: 1_024, first: 0, last: 1_023 },
      conflated: { length: 100, first: 999_900, last: 999_999 },
      latest: { length: 1, first: 999_999, last: 999_999 },
      gone: { length: 0 },
    });
    expect(reports).toEqual([expect.stringContaining('1025 values lost')]);
    expect(grown).toBeLessThan(20 * 2 ** 20);
  });
});
