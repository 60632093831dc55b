import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimAssignment, ClaimOutcome, ClaimResult } from '../../benchmarks/runner/claim.js';
import { countClaims, measureClaims } from '../../benchmarks/runner/claims.js';
import { lineOf, renderClaims, summaryOf, writeClaims } from '../../benchmarks/runner/claims-report.js';
import type { Environment } from '../../benchmarks/runner/environment.js';
import { renderPage } from '../../benchmarks/runner/page.js';

const environment: Environment = {
  date: '2026-01-02T03:04:05.000Z',
  node: 'v20.20.2',
  v8: '11.3',
  platform: 'linux x64',
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 24,
  load: 0,
  tickwise: '0.1.0 (abc)',
  peers: {},
};

const group = (isShared: boolean): string => `
  const claim = (claim, value, rest = {}) => ({
    source: { document: rest.document ?? '002.txt', words: '80 % fewer' }, claim, how: 'one call a second',
    measure: () => Promise.resolve({ value, text: value + ' fewer' }), promised: { atLeast: 0.8 }, ...rest,
  });
  export default {
    title: 'counting',
    isShared: ${String(isShared)},
    claims: [
      claim('kept', 0.9),
      claim('broken', 0.5, { reason: 'the optimum is 0.6', document: '001.txt' }),
      claim('wrong', 1, { measure: () => Promise.reject(new RangeError('results differ')) }),
      claim('elsewhere', 1),
    ],
  };`;

let folder = '';
const fileOf = (name: string): string => join(folder, `${name}.mjs`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-claims-'));
  await writeFile(fileOf('alone'), group(false));
  await writeFile(fileOf('shared'), group(true));
  await writeFile(fileOf('empty'), `export default { title: 'none', claims: [] };`);
  await writeFile(fileOf('careless'), `export default { title: 'one', claims: [{ claim: 'no measure' }] };`);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const OUTCOMES: readonly ClaimOutcome[] = [
  { type: 'measured', value: 0.9, text: '90 % fewer', isMet: true },
  { type: 'measured', value: 0.5, text: '50 % fewer', isMet: false },
  { type: 'failed', reason: 'RangeError: results differ' },
  { type: 'unavailable', reason: 'Redis is not here' },
];

/** Measures a group with prepared outcomes, and keeps what was asked of the processes. */
async function measured(name: string): Promise<{
  results: ClaimResult[];
  asked: number[][];
  begun: string[];
  ended: string[];
}> {
  const asked: number[][] = [];
  const begun: string[] = [];
  const ended: string[] = [];
  const run = ({ claims }: ClaimAssignment): Promise<ClaimOutcome[]> => {
    asked.push([...claims]);
    return Promise.resolve(claims.flatMap((position) => OUTCOMES[position] ?? []));
  };
  const found = [{ name: `claims/${name}`, file: fileOf(name) }];
  const results = await measureClaims(found, run, {
    begin: (of, claims) => begun.push(`${of}: ${claims.join(', ')}`),
    end: (result) => ended.push(lineOf(result)),
  });
  return { results, asked, begun, ended };
}

describe('measuring claims', () => {
  it('gives each claim a process of its own and says which begins and how each has ended', async () => {
    const { asked, begun, ended } = await measured('alone');

    expect(asked).toEqual([[0], [1], [2], [3]]);
    expect(begun.slice(0, 2)).toEqual(['claims/alone: kept', 'claims/alone: broken']);
    expect(ended).toEqual([
      'met          claims/alone, kept: 90 % fewer',
      'not met      claims/alone, broken: 50 % fewer',
      'not measured claims/alone, wrong: RangeError: results differ',
      'not measured claims/alone, elsewhere: Redis is not here',
    ]);
  });

  it('measures a shared group in one process', async () => {
    const { asked } = await measured('shared');

    expect(asked).toEqual([[0, 1, 2, 3]]);
  });

  it('tells kept, broken and unmeasured promises apart, the broken with its reason', async () => {
    const { results } = await measured('alone');

    expect(results.map(({ verdict, reason, hasFailed }) => [verdict, reason, hasFailed])).toEqual([
      ['met', undefined, false],
      ['not met', 'the optimum is 0.6', false],
      ['not measured', 'RangeError: results differ', true],
      ['not measured', 'Redis is not here', false],
    ]);
  });

  it('counts the claims of all groups', async () => {
    const groups = ['alone', 'shared'].map((name) => ({ name, file: fileOf(name) }));

    await expect(countClaims(groups)).resolves.toBe(8);
  });

  it.each([
    ['empty', /needs claims/],
    ['careless', /claim 0 needs measure and promised/],
  ])('refuses a group that is %s', async (name, message) => {
    await expect(measured(name)).rejects.toThrow(message);
  });
});

describe('the report of claims', () => {
  it('shows claim, measured, verdict and how, by document, and sums up', async () => {
    const { results } = await measured('alone');

    const text = renderClaims(results);

    expect(text.indexOf('broken')).toBeLessThan(text.indexOf('kept'));
    expect(text).toMatch(/kept\W+90 % fewer\W+met\W+one call a second/);
    expect(text).toContain('Not met: the optimum is 0.6');
    expect(text).toContain('Not measured: RangeError: results differ');
    expect(text).toContain('4 claims: 1 met, 1 not met, 2 not measured, from 2 measurements.');
  });

  it('counts a figure once that several claims read', async () => {
    const { results } = await measured('alone');
    const [kept] = results;
    const again = results.map((result) => ({ ...result, figure: kept?.figure ?? '' }));

    expect(summaryOf(again)).toBe('4 claims: 1 met, 1 not met, 2 not measured, from 1 measurements.');
  });

  it('writes all of it as JSON', async () => {
    const { results } = await measured('alone');

    const path = await writeClaims(folder, results, environment);

    expect(path).toBe(join(folder, 'results', 'claims.json'));
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      environment: { node: 'v20.20.2' },
      claims: [{ claim: 'broken', verdict: 'not met', value: 0.5 }, { claim: 'kept' }, { claim: 'wrong' }, {}],
    });
  });

  it('is a section of the page that escapes what it shows', async () => {
    const { results } = await measured('alone');
    const claims = results.map((result) => ({ ...result, how: '<script>' }));

    const page = renderPage({ reports: [], claims, environment });

    expect(page).toContain('<h2>claims</h2>');
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('Each contender');
  });
});
