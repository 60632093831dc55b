import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_REASON } from '../../../examples/trading-pipeline/bot/question.js';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import { modelProgram } from '../pipeline/model-program.js';
import { type PlayedFaults, playFaults } from './play-faults.js';

const MINUTE = 60_000;
/** All that need no server. */
const KINDS = FAULT_KINDS.filter((kind) => kind !== 'kill-database');

let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-combined-'));
  program = await modelProgram(folder);
}, MINUTE);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a language model that is down', () => {
  it('stops no signal, and what nobody could explain is counted and said', { timeout: 3 * MINUTE }, async () => {
    const { report, naive, optimised, truth } = await playFaults(['reasoning-down'], { services: true, seed: 2 });

    expect(optimised.result.signals).toEqual(truth);
    expect(naive.result.signals).toHaveLength(truth.length);
    expect(report.naive).toMatchObject({ rowsLost: 0, rowsDoubled: 0, signalsMissing: 0, signalsOnWrongPrice: 0 });
    expect(optimised.asked?.completions.refused).toBeGreaterThan(0);
    const { reasons = [], alerts = [] } = optimised.result.told ?? {};
    expect(report.optimised.unexplained).toBe(reasons.filter(({ text }) => text === NO_REASON).length);
    expect(report.optimised.unexplained).toBeGreaterThan(0);
    expect(alerts.some((text) => text.includes(NO_REASON))).toBe(true);
    expectToldOnce(optimised);
  });
});

describe('all faults that need no server, with everything else', () => {
  it('strike the same with models in worker threads', { timeout: 4 * MINUTE }, async () => {
    const beside = await playFaults(KINDS, { services: true });
    const threaded = await playFaults(KINDS, { services: true, workers: { count: 2, program } });

    expectWhole(beside);
    expectWhole(threaded);
    expect(threaded.optimised.result.signals).toEqual(beside.optimised.result.signals);
    expect(threaded.optimised.result.decisions).toEqual(beside.optimised.result.decisions);
    expect(threaded.report.optimised).toEqual(beside.report.optimised);
  });

  it('lose and double nothing in mode tolerant', { timeout: 4 * MINUTE }, async () => {
    const workers = { count: 2, program };

    expectWhole(await playFaults(KINDS, { services: true, mode: 'tolerant', ttlScale: 0.01, workers }));
  });
});

function expectWhole({ report, naive, optimised }: PlayedFaults): void {
  for (const version of [report.naive, report.optimised])
    expect(version).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
  for (const { optimised: damage, kind } of report.lines)
    if (kind === 'disconnect' || kind === '429') expect(damage.staleMs).toBeGreaterThan(0);
  for (const run of [naive, optimised]) expectToldOnce(run);
}

/** Demands that Telegram has every alert in one message. */
function expectToldOnce({ result, asked }: PlayedFaults['optimised']): void {
  const sent = asked?.sent.flatMap(({ text }) => text.split('\n\n')) ?? [];
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.toSorted()).toEqual(result.told?.alerts.toSorted());
}
