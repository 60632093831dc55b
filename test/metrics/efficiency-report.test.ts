import { EfficiencyReport, type Usage } from 'tickwise/metrics';
import { describe, expect, it } from 'vitest';

const BEFORE: Usage = {
  elapsed: 3_600_000,
  cpu: 1_800_000,
  memory: 200 * 2 ** 20,
  p95: 500,
  reconnects: 50,
  statements: 10_000,
  modelCalls: 400,
  networkBytes: 2e9,
};

const AFTER: Usage = {
  elapsed: 3_600_000,
  cpu: 360_000,
  memory: 80 * 2 ** 20,
  p95: 50,
  reconnects: 4,
  statements: 1_000,
  modelCalls: 100,
  networkBytes: 1e9,
};

describe('EfficiencyReport', () => {
  it('says per metric what was saved', () => {
    const { lines } = new EfficiencyReport(BEFORE, AFTER);

    expect(lines.map(({ metric, saving }) => [metric, saving])).toEqual([
      ['elapsed', 0],
      ['cpu', 0.8],
      ['memory', 0.6],
      ['p95', 0.9],
      ['reconnects', 0.92],
      ['statements', 0.9],
      ['modelCalls', 0.75],
      ['networkBytes', 0.5],
    ]);
  });

  it('compares metrics of any name, and leaves out what only one run counted', () => {
    const report = new EfficiencyReport({ elapsed: 1, alerts: 300, lost: 1 }, { elapsed: 1, alerts: 90, kept: 1 });

    expect(report.lines.slice(1)).toEqual([{ metric: 'alerts', baseline: 300, current: 90, saving: 0.7 }]);
  });

  it('says NaN for a saving of nothing, and a negative one where more was used', () => {
    const report = new EfficiencyReport({ elapsed: 1, a: 0, b: 2 }, { elapsed: 1, a: 1, b: 3 });

    expect(report.lines.slice(1).map(({ saving }) => saving)).toEqual([Number.NaN, -0.5]);
  });

  it('judges the limits on the current run: CPU and reconnections by the time it took', () => {
    const report = new EfficiencyReport(BEFORE, AFTER);

    expect(report.thresholds).toEqual([
      { name: 'cpuPercent', limit: 20, value: 10, verdict: 'met' },
      { name: 'memory', limit: 104_857_600, value: 83_886_080, verdict: 'met' },
      { name: 'reconnectsPerHour', limit: 5, value: 4, verdict: 'met' },
      { name: 'p95', limit: 100, value: 50, verdict: 'met' },
    ]);
    expect(report.isWithinThresholds).toBe(true);
  });

  it('does not take a limit for met that is just reached, or that nothing was counted for', () => {
    const report = new EfficiencyReport(BEFORE, { elapsed: 1_000, cpu: 200, memory: 1 });

    expect(report.thresholds.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['cpuPercent', 'not met'],
      ['memory', 'met'],
      ['reconnectsPerHour', 'unknown'],
      ['p95', 'unknown'],
    ]);
    expect(report.isWithinThresholds).toBe(false);
  });

  it('takes limits of your own', () => {
    const report = new EfficiencyReport(BEFORE, AFTER, { thresholds: { p95: 50 } });

    expect(report.thresholds.map(({ name, limit }) => [name, limit])).toEqual([
      ['cpuPercent', 20],
      ['memory', 104_857_600],
      ['reconnectsPerHour', 5],
      ['p95', 50],
    ]);
    expect(report.isWithinThresholds).toBe(false);
  });

  it('says what both runs cost at the prices given', () => {
    const prices = { statement: 0.001, modelCall: 0.01, cpuHour: 0.1, gigabyte: 0.05 };

    const { costs } = new EfficiencyReport(BEFORE, AFTER, { prices });

    expect(costs.baseline).toBeCloseTo(10 + 4 + 0.05 + 0.1, 12);
    expect(costs.current).toBeCloseTo(1 + 1 + 0.01 + 0.05, 12);
    expect(costs.saved).toBeCloseTo(costs.baseline - costs.current, 12);
  });

  it('reads as a table', () => {
    const report = new EfficiencyReport(
      { elapsed: 60_000, statements: 500 },
      { elapsed: 60_000, statements: 5 },
      { prices: { statement: 0.01 } },
    );

    expect(String(report).split('\n')).toEqual([
      '                          before   after    saved',
      'elapsed                   60,000  60,000    0.0 %',
      'statements                   500       5   99.0 %',
      'cost                           5    0.05     4.95',
      '                           limit   value',
      'cpuPercent                  < 20       ?  unknown',
      'memory             < 104,858,000       ?  unknown',
      'reconnectsPerHour            < 5       ?  unknown',
      'p95                        < 100       ?  unknown',
    ]);
  });

  it('is plain data as JSON', () => {
    const report = new EfficiencyReport(BEFORE, AFTER);

    expect(JSON.parse(JSON.stringify(report))).toEqual({
      lines: report.lines,
      thresholds: report.thresholds,
      costs: { baseline: 0, current: 0, saved: 0 },
    });
  });

  it.each([
    ['no elapsed time', { elapsed: 0 }, /baseline\.elapsed must be a number of milliseconds above 0, got 0/],
    ['a negative amount', { elapsed: 1, cpu: -1 }, /baseline\.cpu must be a number from 0 up, got -1/],
    ['no number', { elapsed: 1, cpu: Number.NaN }, /baseline\.cpu must be a number from 0 up, got NaN/],
  ])('refuses %s', (_, usage, message) => {
    expect(() => new EfficiencyReport(usage, AFTER)).toThrow(message);
    expect(() => new EfficiencyReport(usage, AFTER)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('refuses prices it does not know, and negative ones', () => {
    const wrong = { prices: { statements: 1 } } as unknown as ConstructorParameters<typeof EfficiencyReport>[2];

    expect(() => new EfficiencyReport(BEFORE, AFTER, wrong)).toThrow(/unknown option 'statements'/);
    expect(() => new EfficiencyReport(BEFORE, AFTER, { prices: { statement: -1 } })).toThrow(
      /prices\.statement must be a number from 0/,
    );
  });
});
