import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { modelProgram } from './model-program.js';
import { compareRuns, play, removeDatabases } from './play.js';

const MINUTES = 60_000;
const recording = synthesiseRecording({ seed: 5, duration: 30_000 });

let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-workers-'));
  program = await modelProgram(folder);
}, MINUTES);

afterAll(async () => {
  await rm(folder, { recursive: true });
  await removeDatabases();
});

it.each(['exact', 'tolerant'] as const)(
  'gives the same rows in the same order with models in worker threads (%s)',
  { timeout: 2 * MINUTES },
  async (mode) => {
    const options = { mode, ttlScale: 0.01 };
    const beside = await play('optimised', recording, options);

    const inWorkers = await play('optimised', recording, { ...options, workers: { count: 2, program } });

    expect(beside.result.signals.length).toBeGreaterThan(0);
    expect(inWorkers.result.signals).toEqual(beside.result.signals);
    expect(inWorkers.result.decisions).toEqual(beside.result.decisions);
    expect(inWorkers.result.cacheHits['features']?.hits).toBeGreaterThan(0);
    const { rows } = await compareRuns(beside, inWorkers);
    expect(rows.equal).toBe(rows.total);
  },
);

it('works with more workers than symbols', { timeout: MINUTES }, async () => {
  const options = { symbols: '1', models: 'ppo', bar: 50 };
  const beside = await play('optimised', recording, options);

  const inWorkers = await play('optimised', recording, { ...options, workers: { count: 3, program } });

  expect(inWorkers.result.signals).toEqual(beside.result.signals);
});

it('ends the run with one sentence when a worker fails', { timeout: MINUTES }, async () => {
  const broken = join(folder, 'broken.mjs');
  await writeFile(broken, "throw new Error('no weights');");

  const run = play('optimised', recording, { workers: { count: 2, program: broken } });

  await expect(run).rejects.toThrow(/^a worker that runs models failed: no weights$/);
});

it('ends the run with one sentence when a worker is gone', { timeout: MINUTES }, async () => {
  const gone = join(folder, 'gone.mjs');
  await writeFile(gone, 'process.exit(3);');

  const run = play('optimised', recording, { workers: { count: 1, program: gone } });

  await expect(run).rejects.toThrow(/^a worker that runs models ended \(exit code 3\)$/);
});
