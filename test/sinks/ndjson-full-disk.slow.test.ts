import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundleProgram } from '../program.js';
import { temporaryFolder } from '../stores/temporary-folder.js';

/** What the program prints. */
interface Outcome {
  readonly codes: readonly string[];
  readonly stored: number;
  readonly text: string;
  readonly rows: number;
  readonly failures: number;
  readonly pending: number;
  readonly deadLettered: number;
}

describe('an NDJSON file that may not grow any more', () => {
  it('holds whole batches only, and a writer keeps the rows that find no room', async () => {
    const directory = await temporaryFolder();
    const program = await bundleProgram('test/sinks/fixtures/full-disk.ts');
    const rows = join(directory, 'rows');

    // The limit counts blocks of 512 bytes or 1 KiB; either way the fifth batch or an earlier one meets it half-way.
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'ulimit -f 22; exec "$0" "$@"',
      process.execPath,
      program,
      rows,
    ]);

    const outcome = JSON.parse(stdout) as Outcome;
    const lines = outcome.text.split('\n');
    expect(outcome).toMatchObject({ codes: ['EFBIG', 'EFBIG', 'EFBIG'], failures: 3, pending: 50, deadLettered: 0 });
    expect(outcome.stored).toBeGreaterThan(0);
    expect(outcome.rows).toBe(outcome.stored);
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([...Array(outcome.stored).keys()]);
  });
});
