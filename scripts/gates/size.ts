import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';

/** One line of size-limit's report. */
interface Measured {
  readonly name: string;
  readonly size: number;
  readonly sizeLimit: number;
  readonly passed: boolean;
}

/** Every sub-path stays within its budget in .size-limit.js. */
export const size: Gate = {
  name: 'size',
  claim: 'every sub-path stays within its size budget (gzip, .size-limit.js)',
  needs: ['build'],
  async run() {
    const { stdout, output } = await runCommand(tool('size-limit'), ['--json']);
    if (!stdout.trimStart().startsWith('[')) return { isPassed: false, summary: 'size-limit fails', details: output };
    // The form is size-limit's documented JSON report.
    const measured = JSON.parse(stdout) as Measured[];
    const over = measured.filter((entry) => !entry.passed);
    const problems = over.map((entry) => `${entry.name}: ${entry.size} bytes, budget ${entry.sizeLimit}`);
    return verdict(measured.map((entry) => `${entry.name} ${kilobytes(entry.size)}`).join(', '), problems);
  },
};

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)}k`;
}
