import { describe, expect, it } from 'vitest';
import { chooseFaults, usesServices } from '../../../examples/trading-pipeline/demo/choose-faults.js';
import { makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { type DemoOptions, readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';

const binance = synthesiseRecording({ seed: 1, duration: 60_000 });
/** Only what is asked of it here. */
const coinbase: Recording = { ...binance, venue: 'coinbase' };

describe('the faults that are possible', () => {
  it.each<[string, Recording, string[], string[]]>([
    ['all but a killed database', binance, ['--faults', 'all'], ['kill-database']],
    ['all eight with a server', binance, ['--faults', 'all', '--database', 'postgres://a@b/c'], []],
    ['refusals by the services where there is no REST', coinbase, ['--faults', 'all'], ['kill-database']],
  ])('are %s', (_, recording, argv, missing) => {
    const kinds = kindsOf(recording, readCommandLine(argv, {}));

    expect(kinds.toSorted()).toEqual(FAULT_KINDS.filter((kind) => !missing.includes(kind)).toSorted());
  });

  it('name in one sentence what a refusal needs', () => {
    const choose = (): unknown => kindsOf(coinbase, readCommandLine(['--faults', '429'], {}));

    expect(choose).toThrow('429 has nobody to refuse: only Binance has REST snapshots; --services adds others');
    expect(kindsOf(coinbase, readCommandLine(['--faults', '429', '--services'], {}))).toEqual(['429']);
  });
});

it.each<[string[], boolean]>([
  [[], false],
  [['--faults', 'gap'], false],
  [['--faults', 'gap,reasoning-down'], true],
  [['--cache', 'redis://localhost'], true],
  [['--services'], true],
])('the services are there with %j: %s', (argv, isThere) => {
  expect(usesServices(readCommandLine(argv, {}))).toBe(isThere);
});

function kindsOf(recording: Recording, options: DemoOptions): string[] {
  return chooseFaults(recording, makeJob(binance, options), options).map(({ kind }) => kind);
}
