import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRecordings } from '../feed/recordings.js';

const recordings = process.env['TICKWISE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tickwise-shared-ring-'));
const program = join(folder, 'shared-ring.mjs');

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../../examples/shared-ring.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the example until it ends by itself. */
async function run(...args: string[]): Promise<{ lines: string[]; code: unknown }> {
  const { TICKWISE_DATA: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...args], { env, timeout: 30_000 });
  const [[code], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
  return { lines: output.trimEnd().split('\n'), code };
}

describe('examples/shared-ring.ts', () => {
  it('moves a random walk from thread to thread without loss, and ends', async () => {
    const { lines, code } = await run();

    expect(lines[0]).toBe('trades of a seeded random walk');
    expect(lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^BTCUSDT: 50000 trades of /),
      expect.stringMatching(/^ETHUSDT: 50000 trades of /),
    ]);
    expect(lines[3]).toBe('100000 sent, 100000 received, the same in both threads');
    expect(code).toBe(0);
  }, 30_000);

  it.runIf(hasRecordings)(
    'moves the recorded trades, whose sums are known',
    async () => {
      const { lines, code } = await run('--data', recordings);

      expect(lines).toEqual([
        'trades of ws/binance-usdm-btc-eth-2024-08-08.ndjson.gz',
        'BTCUSDT: 5190 trades of 389.558 at 61785.05776 on average',
        'ETHUSDT: 5006 trades of 2823.293 at 2681.45394 on average',
        '10196 sent, 10196 received, the same in both threads',
      ]);
      expect(code).toBe(0);
    },
    30_000,
  );
});
