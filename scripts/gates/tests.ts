import { readFileSync } from 'node:fs';
import type { Gate } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';

const RESULTS = 'build/tests.json';
const COVERAGE = 'coverage/coverage-summary.json';
const ARGUMENTS = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
/** Milliseconds: all tests take ten minutes of two cores, and longer on a busy machine. */
const LIMIT = 3_600_000;
const QUICK = ['--project=quick'];
const THOROUGH = ['--coverage', '--coverage.reporter=text-summary', '--coverage.reporter=json-summary'];

/** The quick tests, or the whole suite, which looks at the package that the other gates look at. */
export const tests: Gate = {
  name: 'tests',
  claim: 'the quick tests pass; by name or with --all: every test, covering the sources (see vitest.config.ts)',
  needs: ['build'],
  async run(run) {
    const { folder } = await run.packed();
    const options = { env: { TICKWISE_PACKED: folder }, timeout: LIMIT };
    const chosen = [...ARGUMENTS, ...(run.isThorough ? THOROUGH : QUICK)];
    const { exitCode, output } = await runCommand(tool('vitest'), chosen, options);
    if (exitCode !== 0) return { isPassed: false, summary: `vitest exits ${exitCode}`, details: output };
    return { isPassed: true, summary: counted(run.isThorough) };
  },
};

function counted(isThorough: boolean): string {
  // Both files were written by vitest a moment ago.
  const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, number>;
  const skipped = results['numPendingTests'] === 0 ? '' : `, ${results['numPendingTests']} skipped`;
  if (!isThorough) return `${results['numPassedTests']} quick tests${skipped}`;
  const { total } = JSON.parse(readFileSync(COVERAGE, 'utf8')) as Record<string, Record<string, { pct: number }>>;
  const covered = `lines ${total?.['lines']?.pct} %, branches ${total?.['branches']?.pct} %`;
  return `${results['numPassedTests']} tests${skipped}; ${covered}`;
}
