import { describe, expect, it } from 'vitest';
import { FULL } from '../../benchmarks/runner/contract.js';
import type { Environment } from '../../benchmarks/runner/environment.js';
import { renderPage } from '../../benchmarks/runner/page.js';
import type { Report } from '../../benchmarks/runner/report.js';
import type { Standing } from '../../benchmarks/runner/session.js';

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
  peers: { denque: '2.1.0' },
};

const standings: readonly Standing[] = [
  { ...contender('SeriesRing', [3, 3.2, 2.9]), ours: true, toBestPeer: 0.03, toFloor: 1 },
  { ...contender('by hand', [3, 3, 3]), floor: true },
  { ...contender('denque', [1_839, 1_900, 1_700]), package: 'denque', toBestPeer: 1 },
  { ...contender('<b>wrong</b>', []), status: 'refused', reason: 'answered 2 where 1 is right', median: Number.NaN },
];

const report: Report = {
  name: 'ring/window-200',
  benchmark: {
    question: 'how long does a window take?',
    operation: 'window',
    checkOperations: 1,
    reference: () => 0,
    contenders: [],
    note: 'With a tick between: elsewhere.',
  },
  settings: FULL,
  isQuick: false,
  environment,
  standings,
};

describe('the page of a run', () => {
  const page = renderPage({ reports: [report, { ...report, name: 'hub/publish-3' }], claims: [], environment });

  it('names the machine, the versions and how it was measured', () => {
    expect(page).toContain('Node v20.20.2');
    expect(page).toContain('2026-01-02T03:04:05.000Z');
    expect(page).toContain('7 rounds; processor time.');
    expect(page).toContain('denque 2.1.0');
  });

  it('draws a dot for each round, a bar for each median, and ours against the best peer', () => {
    const [, ring = ''] = page.split('<section>');

    expect(page.match(/<h2>/g)).toHaveLength(2);
    // Drawn twice, for a desk and for a phone.
    expect(ring.match(/<circle/g)).toHaveLength(18);
    expect(ring).toContain('>1,839</text>');
    expect(ring).toContain('>3, 0.03× best peer</text>');
    expect(page).toContain('>0.03×</text>');
  });

  it('says who was refused and why, as text', () => {
    expect(page).toContain('&#60;b&#62;wrong&#60;/b&#62; refused: answered 2 where 1 is right.');
    expect(page).not.toContain('<b>wrong');
  });

  it('needs nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('holds when nothing could be measured', () => {
    const failed = standings.map((standing): Standing => ({ ...standing, status: 'failed', rounds: [], reason: 'no' }));

    expect(renderPage({ reports: [{ ...report, standings: failed }], claims: [], environment })).toContain(
      'SeriesRing failed: no.',
    );
  });
});

function contender(name: string, rounds: readonly number[]): Standing {
  const middle = rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN;
  return { name, ours: false, floor: false, status: 'measured', rounds, median: middle, spread: 0 };
}
