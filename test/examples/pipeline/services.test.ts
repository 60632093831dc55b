import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differencesOf } from '../../../examples/trading-pipeline/report/differences.js';
import { servicesReport, type ServiceRun } from '../../../examples/trading-pipeline/report/services.js';
import { type ServiceCounts, ServicesServer } from '../../../examples/trading-pipeline/services/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { expectSame } from './expect-same.js';
import { compareRuns, play, type Played, type PlayOptions, removeDatabases } from './play.js';

const MINUTES = 60_000;
const recording = synthesiseRecording({ seed: 3, duration: 30_000 });
const options = { symbols: 'BTCUSDT,ETHUSDT', models: '3' };

interface Run extends Played {
  readonly asked: ServiceCounts;
}

let services: ServicesServer;
let naive: Run;

beforeAll(async () => {
  services = await ServicesServer.listen({ seed: 1 });
  naive = await playWith('naive');
}, 2 * MINUTES);

afterAll(async () => {
  await services.close();
  await removeDatabases();
});

describe('a session with services', () => {
  it('is told the same in mode exact, and decided the same', { timeout: MINUTES }, async () => {
    const optimised = await playWith('optimised');

    const { reasons, alerts, ...figures } = servicesReport(told(naive), told(optimised));

    await expectSame(naive, optimised);
    expect(reasons.total).toBeGreaterThan(0);
    expect(alerts.total).toBeGreaterThan(0);
    expect([reasons.equal, alerts.equal]).toEqual([reasons.total, alerts.total]);
    expect(figures.naive).toMatchObject({ lost: 0, doubled: 0 });
    expect(figures.optimised).toMatchObject({ lost: 0, doubled: 0 });
    expect(figures.optimised.messages).toBeLessThanOrEqual(figures.naive.messages * 0.3);
  });

  it('has as many rows in mode tolerant, equal books, and fewer questions', { timeout: MINUTES }, async () => {
    const optimised = await playWith('optimised', { mode: 'tolerant', ttlScale: 0.1 });

    const { signals, decisions, rows } = await compareRuns(naive, optimised);
    const { optimised: figures } = servicesReport(told(naive), told(optimised));

    expect(signals.total).toBe(naive.result.signals.length);
    expect(decisions.total).toBe(naive.result.decisions.length);
    expect(rows.total).toBe(naive.result.rows);
    expect(optimised.result).toMatchObject({ rows: naive.result.rows, booksLost: 0 });
    expect(signals.equal).toBeLessThan(signals.total);
    expect(figures).toMatchObject({ lost: 0, doubled: 0 });
    expect(figures.questions).toBeLessThanOrEqual(figures.trades * 0.5);
    for (const { different, total } of differencesOf(naive.result, optimised.result)) {
      expect(different).toBeLessThanOrEqual(total);
    }
  });
});

async function playWith(version: 'naive' | 'optimised', more: PlayOptions = {}): Promise<Run> {
  services.reset();
  const played = await play(version, recording, { ...options, ...more, services: services.port });
  return { ...played, asked: services.counts() };
}

function told({ result, asked }: Run): ServiceRun {
  return { told: result.told ?? expect.fail('nothing was told'), counts: asked };
}
