import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { quantile } from '../metrics/quantile.js';
import { type SourceMetrics, measureSource } from '../metrics/source-metrics.js';
import { codeLines } from '../metrics/syntax.js';
import { findTestFaults } from '../metrics/test-faults.js';
import { filesBelow } from '../tools/files.js';

/** Lines of test code per line of source. The aim is 2; sinks, scheduler and codec are below it. */
const LEAST_TESTS = 1.5;

/** The source reads well by numbers, and the tests do what the style page says. */
export const metrics: Gate = {
  name: 'metrics',
  claim: 'files, functions, comments and tests keep the limits of the code style',
  async run() {
    const sources = filesBelow('src').filter(isTypeScript).map(measureSource);
    const testFiles = filesBelow('test').filter((path) => isTypeScript(path) && !path.includes('/fixtures/'));
    const summary = summarise(sources, testFiles);
    return verdict(summary.line, [
      ...summary.problems,
      ...sources.flatMap(sourceFaults),
      ...testFiles.flatMap(findTestFaults),
    ]);
  },
};

/** Tests of the examples and of these scripts do not count as tests of the sources. */
function isOfSource(path: string): boolean {
  return !/^test\/(examples|scripts)\//.test(path);
}

function isTypeScript(path: string): boolean {
  return path.endsWith('.ts');
}

function summarise(
  sources: readonly SourceMetrics[],
  testFiles: readonly string[],
): { line: string; problems: string[] } {
  const file = quantile(
    sources.map((source) => source.lines),
    0.5,
  );
  const callable = quantile(
    sources.flatMap((source) => source.functions.map(({ lines }) => lines)),
    0.5,
  );
  const documented = share(sources);
  const ratio = sum(testFiles.filter(isOfSource).map(codeLines)) / sum(sources.map((source) => source.code));
  const rules: [boolean, string][] = [
    [file < 120, `half of the source files have ${file} lines or more; the limit is 119`],
    [callable < 10, `half of the functions have ${callable} lines or more; the limit is 9`],
    [documented >= 0.95, `${percent(documented)} of exports and members are documented; the least is 95 %`],
    [ratio >= LEAST_TESTS, `${ratio.toFixed(2)} lines of test code per line of source; the least is ${LEAST_TESTS}`],
  ];
  const problems = rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
  if (documented < 0.95) problems.push(...sources.flatMap(undocumented));
  return {
    line: `file ${file}, function ${callable} lines; ${percent(documented)} documented; ${ratio.toFixed(1)}× test code`,
    problems,
  };
}

function sourceFaults({ path, lines, functions, anys }: SourceMetrics): string[] {
  const faults = functions
    .filter((entry) => entry.lines > 50)
    .map((entry) => `${path}:${entry.line} function of ${entry.lines} lines; the limit is 50`);
  // The root names every export, and nothing else.
  if (lines > 400 && path !== 'src/index.ts') faults.push(`${path} has ${lines} lines; the limit is 400`);
  return [...faults, ...anys.map((line) => `${path}:${line} says any`)];
}

function undocumented({ path, exported }: SourceMetrics): string[] {
  return exported
    .filter((entry) => !entry.isDocumented)
    .map(({ line, name }) => `${path}:${line} ${name} has no doc comment`);
}

function share(sources: readonly SourceMetrics[]): number {
  const exported = sources.flatMap((source) => source.exported);
  return exported.filter((entry) => entry.isDocumented).length / Math.max(1, exported.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
