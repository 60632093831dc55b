import { readFileSync } from 'node:fs';
import type { Gate, Verdict } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';

const RESULTS = 'build/tests.json';
const COVERAGE = 'coverage/coverage-summary.json';
const ARGUMENTS = [
  'run',
  '--coverage',
  '--coverage.reporter=text-summary',
  '--coverage.reporter=json-summary',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${RESULTS}`,
];

/** The whole suite, against the package that the other gates look at. */
export const tests: Gate = {
  name: 'tests',
  claim: 'the tests pass and cover the sources (thresholds in vitest.config.ts)',
  needs: ['build'],
  async run(run) {
    const { folder } = await run.packed();
    const options = { env: { TICKWISE_PACKED: folder } };
    const { exitCode, output } = await runCommand(tool('vitest'), ARGUMENTS, options);
    return exitCode === 0 ? passed() : { isPassed: false, summary: `vitest exits ${exitCode}`, details: output };
  },
};

function passed(): Verdict {
  // Both files were written by vitest a moment ago.
  const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, number>;
  const { total } = JSON.parse(readFileSync(COVERAGE, 'utf8')) as Record<string, Record<string, { pct: number }>>;
  const covered = `lines ${total?.['lines']?.pct} %, branches ${total?.['branches']?.pct} %`;
  const skipped = results['numPendingTests'] === 0 ? '' : `, ${results['numPendingTests']} skipped`;
  return { isPassed: true, summary: `${results['numPassedTests']} tests${skipped}; ${covered}` };
}
