import { describe, expect, it } from 'vitest';
import { claimsOf, memoryClaims } from '../../../examples/trading-pipeline/report/claims.js';
import { ratesOf } from '../../../examples/trading-pipeline/report/rates.js';
import { sampleReport } from './sample-report.js';

const MB = 1e6;
const report = sampleReport();
const [what, measured, isMet] = ['what', 'measured', 'isMet'] as const;

describe('promises', () => {
  it.each([
    [3, '3.0 times less', true],
    [8, '3.0 times less', true],
    [9, '8.0 times less', false],
  ])('ask of %i models for %s CPU', (count, claim, met) => {
    const input = { ...report.input, models: Array.from({ length: count }, (_, index) => `m${index}`) };
    const [naive, optimised] = [
      { ...report.naive, cpuMs: 7_900 },
      { ...report.optimised, cpuMs: 1_000 },
    ];

    const cpu = claimsOf(input, naive, optimised).find((one) => one.what === 'CPU, rows in DuckDB');

    expect(cpu).toMatchObject({ claim, measured: '7.9 times less', isMet: met });
  });

  it('leave out checks where there was nothing to check', () => {
    const names = claimsOf(report.input, { ...report.naive, positionChecks: 0 }, report.optimised).map(
      (claim) => claim[what],
    );

    expect(names).not.toContain('position checks');
  });

  it('judge all checks of a position, and name those without need beside', () => {
    const naive = { ...report.naive, positionChecks: 1_000, needlessChecks: 760 };
    const optimised = { ...report.optimised, positionChecks: 240, needlessChecks: 0 };

    const checks = claimsOf(report.input, naive, optimised).find((one) => one.what === 'position checks');

    expect(checks).toMatchObject({ measured: '76 % less: 1,000 to 240; without need 760 to 0', isMet: false });
  });

  it.each([
    [1_055, '89 % less', false],
    [1_050, '90 % less', true],
  ])('count %i of 10,000 statements as %s', (statements, printed, met) => {
    const [naive, optimised] = [
      { ...report.naive, statements: 10_000 },
      { ...report.optimised, statements },
    ];

    const claim = claimsOf(report.input, naive, optimised).find((one) => one.what === 'database statements');

    expect(claim).toMatchObject({ measured: printed, isMet: met });
  });

  it('count requests over REST as calls', () => {
    const some = { connections: 1, subscribeRequests: 1 };
    const [naive, optimised] = [
      { ...report.naive, ...some, restRequests: 98 },
      { ...report.optimised, ...some, restRequests: 23 },
    ];

    expect(claimsOf(report.input, naive, optimised)[0]).toMatchObject({ measured: '75 % less', isMet: false });
  });

  it('are held against the bytes of histories and the peak without the database', () => {
    const histories = {
      bars: 1_000,
      objectsPerModel: 3_000,
      objectsShared: 1_000,
      columnsPerModel: 1_100,
      mirroredShared: 600,
      naive: 500,
      optimised: 600,
    };

    const claims = memoryClaims({ ...report.optimised, peakRssBytes: 150 * MB }, { histories, databaseBytes: 60 * MB });

    expect(claims.map((claim) => [claim[measured], claim[isMet]])).toEqual([
      ['20 % more', false],
      ['67 % less', true],
      ['63 % less', false],
      ['80 % less', true],
      ['90.0 MB', true],
    ]);
    expect(
      memoryClaims({ ...report.optimised, peakRssBytes: 161 * MB }, { histories, databaseBytes: 60 * MB })[4],
    ).toMatchObject({ [isMet]: false });
  });
});

it('rates are counts per minute of market time', () => {
  const input = { ...report.input, seconds: 120 };
  const naive = {
    ...report.naive,
    statements: 500,
    work: { features: 40, predictions: 30, regime: 20, decisions: 10 },
  };

  const rates = ratesOf({ ...report, input, naive, services: undefined });

  const before = Object.fromEntries(rates.map((rate) => [rate.what, rate.naive]));
  expect(before).toMatchObject({ features: 20, predictions: 15, regime: 10, decisions: 5, statements: 250 });
  expect(Object.keys(before)).not.toContain('reasoning');
});
