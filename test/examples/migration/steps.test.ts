import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../examples/migration/job.js';
import { differences } from '../../../examples/migration/report.js';
import { STEPS } from '../../../examples/migration/steps.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { VenueServer } from '../../../examples/trading-pipeline/venue/index.js';

const recording = synthesiseRecording({ seed: 7, duration: 30_000, symbols: ['BTCUSDT', 'ETHUSDT'] });

let folder: string;
let first: Outcome;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-migration-'));
  first = await play(0);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the steps from the usual way to tickwise', () => {
  it('begin with a bot that gives signals and decisions', () => {
    expect(first.signals.length).toBeGreaterThan(300);
    expect(first.decisions.length).toBeGreaterThan(300);
  });

  it.each(STEPS.map(({ name }, step) => ({ name, step })).slice(1))(
    'give the same after step $step, $name',
    { timeout: 60_000 },
    async ({ step }) => {
      const outcome = await play(step);

      expect(differences(step, first, outcome)).toEqual([]);
    },
  );

  it('are told apart when a signal differs', () => {
    const [signal] = first.signals;
    if (signal === undefined) expect.fail('no signal');
    const other = { ...first, signals: [{ ...signal, strength: -1 }, ...first.signals.slice(1)] };

    expect(differences(3, first, other)).toEqual([expect.stringMatching(/^step 3: \d+ of \d+ signals are the same/)]);
  });
});

async function play(step: number): Promise<Outcome> {
  const venue = await VenueServer.listen({ recording, bar: 100, speed: 'max' });
  try {
    const { symbols } = recording;
    // The venue refuses alerts, which are not what is compared.
    const job = { port: venue.port, symbols, models: '2', bar: 100, database: join(folder, `${step}.duckdb`) };
    const bot = STEPS[step] ?? expect.fail(`no step ${step}`);
    return await bot.run({ ...job, alerts: `${venue.restUrl}/alert` }, () => venue.start());
  } finally {
    await venue.close();
  }
}
