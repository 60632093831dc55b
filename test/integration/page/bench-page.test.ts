import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimResult } from '../../../benchmarks/runner/claim.js';
import { QUICK } from '../../../benchmarks/runner/contract.js';
import type { Environment } from '../../../benchmarks/runner/environment.js';
import { renderPage } from '../../../benchmarks/runner/page.js';
import type { Report } from '../../../benchmarks/runner/report.js';
import type { Standing } from '../../../benchmarks/runner/session.js';
import { chromiumPath, keepPicture, openBrowser, openPage } from './browser.js';
import { findFaults, VIEWS } from './look.js';

const environment: Environment = {
  date: '2026-01-02T03:04:05.000Z',
  node: 'v20.20.2',
  v8: '11.3.244.8-node.33',
  platform: 'linux x64',
  cpu: 'Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz',
  cores: 2,
  memoryGiB: 24,
  load: 0.4,
  tickwise: '0.1.0 (be55def+)',
  peers: { denque: '2.1.0', 'node-sqlite3-wasm': '0.8.60' },
};

/** Ratios from a thousandth to twice the best peer, and names as long as they get. */
const REPORTS: readonly Report[] = [
  reportOf('ring/window-200', [ours('SeriesRing.window', 3, 0.001), peer('denque', 2_953), floor(2.9)]),
  reportOf('ring/append-six-columns', [ours('SeriesRing.append', 12_119, 1_331), peer('denque', 9.1), floor(9)]),
  reportOf('batch/sqlite-500', [
    ours('BatchWriter of 500 into node-sqlite3-wasm, a transaction each', 1_612, 0.87),
    { ...peer('node-sqlite3-wasm', 1_850), name: 'transaction by hand, a statement per row, prepared once and kept' },
    { ...peer('refused', Number.NaN), status: 'refused', rounds: [], reason: 'answered 2 where 1 is right' },
  ]),
  reportOf('memo/hit-three-primitives', [ours('memo, ttl', 28, 0.21), ours('memo, no ttl', 27.9, 0.21), floor(25)]),
];

const CLAIMS: readonly ClaimResult[] = (['met', 'not met', 'not measured'] as const).map((verdict) => ({
  group: 'memo',
  document: '004_029fcf4ac0d7594c.txt',
  words: 'hit rates of 85 to 95 % are typical',
  claim: 'hit rate: 85 to 95 %',
  figure: 'memo: hit rate',
  measured: '97.1 %: 10,196 of 10,492',
  value: 97.1,
  verdict,
  hasFailed: verdict === 'not measured',
  how: 'nine models ask for the features of twenty symbols once a second for an hour of recorded market',
  reason: verdict === 'met' ? undefined : 'the clairvoyant optimum reaches 59 % at best',
}));

describe.skipIf(chromiumPath === undefined)('the page of the benchmarks in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickwise-page-'));
    await writeFile(join(folder, 'page.html'), renderPage({ reports: REPORTS, claims: CLAIMS, environment }));
    browser = await openBrowser();
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(VIEWS)('can be read $width wide and $scheme: nothing overlaps, is cut, small or pale', async (view) => {
    const { page, complaints } = await openPage(browser, pathToFileURL(join(folder, 'page.html')).href, view);

    await keepPicture(page, `bench ${view.width} ${view.scheme}`);
    expect(await findFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await page.locator('figure svg:visible').count()).toBe(REPORTS.length + 1);
  });
});

function reportOf(name: string, standings: readonly Standing[]): Report {
  return {
    name,
    benchmark: {
      question: 'how long does it take when nothing is in the way, and everything else is as it is every day?',
      operation: 'operation',
      checkOperations: 1,
      reference: () => 0,
      contenders: [],
      note: 'What the numbers do not say stands here: where we lose, and what a peer cannot do.',
    },
    settings: QUICK,
    isQuick: true,
    environment,
    standings,
  };
}

function ours(name: string, median: number, toBestPeer: number): Standing {
  return { ...standing(name, median), ours: true, toBestPeer };
}

function peer(name: string, median: number): Standing {
  return { ...standing(name, median), package: name, toBestPeer: 1 };
}

function floor(median: number): Standing {
  return { ...standing('by hand, without checks', median), floor: true };
}

function standing(name: string, median: number): Standing {
  const rounds = [median * 0.93, median, median * 1.2];
  return { name, ours: false, floor: false, status: 'measured', rounds, median, spread: 0.2 };
}
