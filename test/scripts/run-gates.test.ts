import { describe, expect, it } from 'vitest';
import type { CheckRun, Gate, Verdict } from '../../scripts/check/gate.js';
import { type Progress, runGates } from '../../scripts/check/run-gates.js';

const run: CheckRun = {
  isUpdate: false,
  isThorough: false,
  packed: () => Promise.reject(new Error('nothing is packed here')),
};
const passed: Verdict = { isPassed: true, summary: 'fine' };
const silent: Progress = { started: () => {}, ended: () => {} };

const gate = (name: string, look: () => Promise<Verdict>, needs: string[] = []): Gate => ({
  name,
  claim: '',
  needs,
  run: look,
});

const turn = async (): Promise<Verdict> => {
  await new Promise((resolve) => setImmediate(resolve));
  return passed;
};

describe('runGates', () => {
  it('goes on after a failure and reports every gate in the order given', async () => {
    const results = await runGates(
      [
        gate('a', () => Promise.resolve({ isPassed: false, summary: 'bad', details: 'why' })),
        gate('b', () => Promise.resolve(passed)),
      ],
      run,
      silent,
    );

    expect(results).toMatchObject([
      { name: 'a', isPassed: false, summary: 'bad', details: 'why' },
      { name: 'b', isPassed: true, summary: 'fine' },
    ]);
  });

  it('counts a gate that throws as failed and keeps the error', async () => {
    const results = await runGates([gate('a', () => Promise.reject(new Error('no such tool')))], run, silent);

    expect(results).toMatchObject([{ isPassed: false, summary: 'could not run' }]);
    expect(results[0]?.details).toContain('no such tool');
  });

  it('does not run a gate whose need failed, and says which', async () => {
    let isRun = false;
    const later = gate(
      'later',
      () => {
        isRun = true;
        return Promise.resolve(passed);
      },
      ['build'],
    );

    const results = await runGates([gate('build', () => Promise.reject(new Error('x'))), later], run, silent);

    expect(isRun).toBe(false);
    expect(results[1]).toMatchObject({ isPassed: false, summary: 'not run: build failed' });
  });

  it('starts a gate only when those it needs have ended', async () => {
    const order: string[] = [];
    const progress: Progress = {
      started: (name) => order.push(`${name} starts`),
      ended: ({ name }) => order.push(`${name} ends`),
    };
    await runGates([gate('build', turn), gate('load', turn, ['build'])], run, progress);

    expect(order).toEqual(['build starts', 'build ends', 'load starts', 'load ends']);
  });

  it('never has more than two gates at work', async () => {
    let atWork = 0;
    let most = 0;
    const look = async (): Promise<Verdict> => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork--;
      return passed;
    };

    await runGates(
      Array.from({ length: 7 }, (_, index) => gate(String(index), look)),
      run,
      silent,
    );

    expect(most).toBe(2);
  });
});
