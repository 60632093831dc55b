import { VirtualClock } from 'tickwise/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import { NO_REASON } from '../../../examples/trading-pipeline/bot/question.js';
import type { Told } from '../../../examples/trading-pipeline/bot/result.js';
import type { DecisionRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { NaiveNotifier } from '../../../examples/trading-pipeline/naive/notifier.js';
import { Notifier } from '../../../examples/trading-pipeline/optimised/notifier.js';
import { toleranceOf } from '../../../examples/trading-pipeline/optimised/tolerance.js';
import { servicesReport, type ServicesReport } from '../../../examples/trading-pipeline/report/services.js';
import { type ServiceCounts, ServicesServer } from '../../../examples/trading-pipeline/services/index.js';
import { Random } from '../../../examples/trading-pipeline/synthetic/random.js';

interface Step {
  readonly row: DecisionRow;
  readonly price: number;
}

interface Run {
  readonly told: Told;
  readonly counts: ServiceCounts;
}

const START = Date.UTC(2024, 7, 8);

let services: ServicesServer;

beforeEach(async () => {
  services = await ServicesServer.listen({ seed: 1 });
});

afterEach(() => services.close());

describe('what both versions tell of the same decisions', () => {
  it.each([1, 2, 3])('is the same in mode exact, in fewer messages (seed %i)', async (seed) => {
    const { optimised, naive, reasons, alerts } = await tell(decisions(seed, 120), 'exact');

    expect(reasons.total).toBeGreaterThan(20);
    expect(alerts.total).toBeGreaterThan(20);
    expect([reasons.equal, alerts.equal]).toEqual([reasons.total, alerts.total]);
    expect(naive).toMatchObject({ lost: 0, doubled: 0, mostInMessage: 1, messages: naive.alerts });
    expect(optimised).toMatchObject({ lost: 0, doubled: 0, alerts: naive.alerts });
    expect(optimised.messages).toBeLessThan(naive.messages * 0.7);
    expect(optimised.mostInMessage).toBeGreaterThan(1);
  });

  it('asks again only for what is another question', async () => {
    const steps = decisions(4, 60);

    const { naive, optimised, reasons } = await tell([...steps, ...later(steps, 60_000)], 'exact');

    expect(naive.questions).toBe(naive.trades);
    expect(optimised.questions).toBe(naive.questions / 2);
    expect(optimised.dollars).toBeCloseTo(naive.dollars / 2, 12);
    expect(reasons.equal).toBe(reasons.total);
  });

  it('is in other words where questions are rounded, with as many alerts and fewer questions', async () => {
    const { naive, optimised, reasons } = await tell(decisions(5, 120), 'tolerant');

    expect(optimised.questions).toBeLessThan(naive.questions / 2);
    expect(reasons.total).toBe(naive.trades);
    expect(reasons.equal).toBeGreaterThanOrEqual(optimised.questions);
    expect(reasons.equal).toBeLessThan(reasons.total);
    expect(optimised).toMatchObject({ lost: 0, doubled: 0, alerts: naive.alerts });
  });

  it('asks again when the time of an answer is over', async () => {
    const [step = expect.fail('no step')] = decisions(5, 1);
    const trade: Step = { ...step, row: { ...step.row, action: 1, score: 0.5, regime: 'rising' } };
    const HOUR = 3_600_000;
    const steps = [0, 10_000, 0.05 * HOUR, 0.2 * HOUR].flatMap((ms) => later([trade], ms));

    const { optimised } = await tell(steps, 'tolerant', 0.1);

    expect(optimised).toMatchObject({ trades: 4, questions: 2 });
  });

  it('does not keep a warning waiting for others', async () => {
    const { naive, optimised } = await tell(decisions(6, 120), 'exact');

    expect(optimised.riskDelayMs.p50).toBeLessThanOrEqual(2_000);
    expect(optimised.riskDelayMs.p99).toBeLessThan(naive.riskDelayMs.p50);
  });

  it('tells of trades also while nobody explains them, and asks again afterwards', async () => {
    await services.close();
    services = await ServicesServer.listen({ seed: 1, isModelDown: (at) => at < START + 5_000 });
    const steps = decisions(7, 60);

    const { told, counts } = await tellOptimised([...steps, ...later(steps, 60_000)], { mode: 'exact', ttlScale: 1 });

    const unexplained = told.reasons.filter(({ text }) => text === NO_REASON);
    expect(unexplained.length).toBeGreaterThan(5);
    expect(unexplained.every(({ ts }) => ts < START + 5_000)).toBe(true);
    expect(told.alerts.some((text) => text.includes(NO_REASON))).toBe(true);
    expect(counts.sent.flatMap(({ text }) => text.split('\n\n')).toSorted()).toEqual(told.alerts.toSorted());
  });
});

function later(steps: readonly Step[], ms: number): Step[] {
  return steps.map(({ row, price }) => ({ row: { ...row, ts: row.ts + ms }, price }));
}

/** Tells the same decisions in both versions. */
async function tell(steps: readonly Step[], mode: BotJob['mode'], ttlScale = 1): Promise<ServicesReport> {
  const naive = await tellNaively(steps);
  services.reset();
  return servicesReport(naive, await tellOptimised(steps, { mode, ttlScale }));
}

async function tellNaively(steps: readonly Step[]): Promise<Run> {
  const notifier = new NaiveNotifier(services.port);
  for (const { row, price } of steps) await notifier.decided(row, price);
  return { told: notifier.told, counts: services.counts() };
}

async function tellOptimised(steps: readonly Step[], job: Pick<BotJob, 'mode' | 'ttlScale'>): Promise<Run> {
  const clock = new VirtualClock(START);
  const errors: unknown[] = [];
  const tolerance = toleranceOf(job);
  const notifier = new Notifier({ port: services.port, tolerance, clock, onError: (error) => errors.push(error) });
  for (const { row, price } of steps) {
    await clock.advanceTo(row.ts);
    notifier.decided(row, price);
  }
  const closed = notifier.close().then(() => true);
  while (!(await Promise.race([closed, clock.advance(1_000).then(() => false)])));
  expect(errors).toEqual([]);
  return { told: notifier.told, counts: services.counts() };
}

/** Decisions of three symbols every half second, of which many are to trade. */
function decisions(seed: number, count: number): Step[] {
  const random = new Random(seed, 'decisions');
  return Array.from({ length: count }, (_, i) => {
    const isTurbulent = random.isLikely(0.1);
    const score = Math.round(random.between(-0.4, 0.4) * 1e6) / 1e6;
    const action = isTurbulent || Math.abs(score) < 0.15 ? 0 : score > 0 ? 1 : -1;
    return {
      row: {
        ts: START + 500 * (1 + Math.floor(i / 3)),
        symbol: ['A', 'B', 'C'][i % 3] ?? '',
        action,
        score,
        regime: isTurbulent ? 'turbulent' : 'rising',
        reason: isTurbulent ? 'turbulent' : action === 0 ? 'weak' : 'accepted',
        crowding: Number.NaN,
      },
      price: 100 + random.integer(0, 3) / 1_000,
    };
  });
}
