import { describe, expect, it } from 'vitest';
import type { Told } from '../../../examples/trading-pipeline/bot/result.js';
import { type ServiceRun, servicesReport } from '../../../examples/trading-pipeline/report/services.js';

const START = Date.UTC(2024, 7, 8);

describe('the report of explanations and alerts', () => {
  it('finds each alert in the message it went with, and how long it took', () => {
    const report = servicesReport(
      run([
        [1_000, ['1']],
        [2_000, ['2']],
        [5_000, ['3']],
      ]),
      run([[3_000, ['1', '2', '3']]]),
    );

    expect(report.alerts).toEqual({ total: 3, equal: 3 });
    expect(report.naive).toMatchObject({ messages: 3, mostInMessage: 1, alertDelayMs: { p50: 2_000, p99: 5_000 } });
    expect(report.optimised).toMatchObject({ messages: 1, mostInMessage: 3, alertDelayMs: { p50: 3_000, p99: 3_000 } });
  });

  it.each([
    ['an alert that was never sent', [[1_000, ['1']]], { lost: 1, doubled: 0 }, { total: 2, equal: 1 }],
    [
      'an alert sent twice',
      [
        [1_000, ['1', '2']],
        [2_000, ['2']],
      ],
      { lost: 0, doubled: 1 },
      { total: 3, equal: 2 },
    ],
  ] as const)('counts %s', (_, messages, counts, comparison) => {
    const { optimised, alerts } = servicesReport(run([[1_000, ['1', '2']]]), run(messages, ['1', '2']));

    expect(optimised).toMatchObject(counts);
    expect(alerts).toEqual(comparison);
  });

  it('tells other words from the same, and warnings from the rest', () => {
    const told = { reasons: [{ ts: 1, symbol: 'A', text: 'why', delay: 10 }], alerts: [] };
    const other = { reasons: [{ ts: 1, symbol: 'A', text: 'because', delay: 30 }], alerts: [] };

    const { reasons, naive, optimised } = servicesReport(runOf(told), runOf(other));

    expect(reasons).toEqual({ total: 1, equal: 0 });
    expect(naive.reasonDelayMs).toEqual({ p50: 10, p99: 10 });
    expect(optimised.reasonDelayMs).toEqual({ p50: 30, p99: 30 });
    expect(naive.riskDelayMs).toEqual({ p50: 0, p99: 0 });
  });
});

/** Messages at a time after the start, each with alerts of the moment 0. */
function run(
  messages: readonly (readonly [ms: number, alerts: readonly string[]])[],
  wanted?: readonly string[],
): ServiceRun {
  const sent = messages.map(([ms, names]) => ({ at: START + ms, chat: '1', text: names.map(alert).join('\n\n') }));
  const alerts = (wanted ?? messages.flatMap(([, names]) => names)).map(alert);
  return { told: { reasons: [], alerts }, counts: { ...NOTHING, sent } };
}

function runOf(told: Told): ServiceRun {
  return { told, counts: NOTHING };
}

function alert(name: string): string {
  return `${new Date(START).toISOString()} COIN${name} trade: bought`;
}

const NOTHING: ServiceRun['counts'] = {
  completions: { refused: 0, calls: 0, promptTokens: 0, completionTokens: 0, dollars: 0 },
  sent: [],
  refused: 0,
};
