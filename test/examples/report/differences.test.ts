import { describe, expect, it } from 'vitest';
import type { BotResult } from '../../../examples/trading-pipeline/bot/result.js';
import type { DecisionRow, SignalRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { differencesOf } from '../../../examples/trading-pipeline/report/differences.js';
import { isProven, type Report } from '../../../examples/trading-pipeline/report/report.js';
import { sampleReport } from './sample-report.js';

const signal: SignalRow = { ts: 1, symbol: 'A', model: 'ppo', action: 1, strength: 0.5, regime: 'rising', mid: 100 };
const decision: DecisionRow = {
  ts: 1,
  symbol: 'A',
  action: 1,
  score: 0.5,
  regime: 'rising',
  reason: 'accepted',
  crowding: Number.NaN,
};

describe('differences', () => {
  it('are counted next to the cache that may make them', () => {
    const usual = result([signal, { ...signal, model: 'genetic' }], [decision]);
    const ours = result(
      [
        { ...signal, strength: 0.6 },
        { ...signal, model: 'genetic', action: 0, regime: 'range' },
      ],
      [{ ...decision, score: 0.7 }],
    );

    const counted = differencesOf(usual, ours).map(({ cache, different, total }) => [cache, different, total]);

    expect(counted).toEqual([
      ['features', 1, 2],
      ['predictions', 1, 2],
      ['regime', 1, 2],
      ['decisions', 0, 1],
      ['reasoning', 0, 0],
    ]);
  });

  it('are counted where a row is missing', () => {
    const counted = differencesOf(result([signal], [decision]), result([], []));

    expect(counted.filter(({ different }) => different === 1)).toHaveLength(4);
  });
});

describe('a report in mode tolerant', () => {
  const report = tolerant(sampleReport());

  it('is proven although signals differ', () => {
    expect(isProven({ ...report, differences: undefined })).toBe(false);
    expect(isProven(report)).toBe(true);
  });

  it.each([
    ['a final book differs', { books: { total: 9, equal: 8 } }],
    [
      'a signal is missing',
      { signals: { total: 5_021, equal: 3 }, optimised: { ...report.optimised, signals: 5_020 } },
    ],
    ['a signal is about something else', { signals: { total: 5_022, equal: 3 } }],
    ['a decision is missing', { optimised: { ...report.optimised, decisions: 1_222 } }],
    ['a row is missing', { rows: { total: 6_151, equal: 3 }, optimised: { ...report.optimised, rows: 6_150 } }],
    ['there are no signals', { signals: { total: 0, equal: 0 } }],
  ] satisfies readonly (readonly [string, Partial<Report>])[])('is not proven when %s', (_, change) => {
    expect(isProven({ ...report, ...change })).toBe(false);
  });
});

function tolerant(report: Report): Report {
  return {
    ...report,
    signals: { ...report.signals, equal: 3 },
    decisions: { ...report.decisions, equal: 0 },
    rows: { ...report.rows, equal: 3 },
    differences: [],
  };
}

/** Of a result only what is compared. */
function result(signals: SignalRow[], decisions: DecisionRow[]): BotResult {
  return { signals, decisions } as unknown as BotResult; // nothing else is read
}
