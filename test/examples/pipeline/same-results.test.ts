import { afterAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { hasData, recorded } from './data.js';
import { compareRuns, play, type Played, removeDatabases } from './play.js';

const MINUTES = 60_000;

afterAll(removeDatabases);

describe('both versions on a synthetic session', () => {
  it('give the same signals, decisions, books and rows', { timeout: 2 * MINUTES }, async () => {
    const recording = synthesiseRecording({ seed: 3, duration: 40_000 });

    const [naive, optimised] = await playBoth(recording);

    await expectSame(naive, optimised);
  });
});

describe.skipIf(!hasData)('both versions on real recordings', () => {
  it.each(['bybit-linear-2021-04-17', 'binance-usdm-btc-eth-2024-08-08'])(
    'give the same signals, decisions, books and rows on %s',
    { timeout: 3 * MINUTES },
    async (name) => {
      const [naive, optimised] = await playBoth(await recorded(name));

      await expectSame(naive, optimised);
      for (const model of ['ppo', 'genetic', 'spectrum'])
        expect(outputsOf(naive, model).size).toBeGreaterThanOrEqual(2);
    },
  );

  it('signal in both directions on the Binance futures recording', { timeout: 3 * MINUTES }, async () => {
    const { result } = await play('optimised', await recorded('binance-usdm-btc-eth-2024-08-08'));

    const directions = new Set(result.decisions.map(({ action }) => action));

    expect(directions).toEqual(new Set([-1, 0, 1]));
    for (const model of ['ppo', 'genetic', 'spectrum']) {
      const actions = new Set(result.signals.filter((signal) => signal.model === model).map(({ action }) => action));
      expect(actions).toContain(-1);
      expect(actions).toContain(1);
    }
  });
});

async function playBoth(recording: Recording): Promise<[Played, Played]> {
  return [await play('naive', recording), await play('optimised', recording)];
}

async function expectSame(naive: Played, optimised: Played): Promise<void> {
  const comparisons = await compareRuns(naive, optimised);

  for (const { total, equal } of Object.values(comparisons)) {
    expect(total).toBeGreaterThan(0);
    expect(equal).toBe(total);
  }
  expect(naive.result.books.length).toBeGreaterThan(optimised.result.books.length);
  for (const book of naive.result.books) {
    const shared = optimised.result.books.find(({ symbol }) => symbol === book.symbol);
    expect(book.bids.length).toBe(10);
    expect(shared).toEqual({ ...book, owner: 'shared' });
  }
}

/** The different things a model said. */
function outputsOf({ result }: Played, model: string): Set<string> {
  return new Set(
    result.signals.filter((signal) => signal.model === model).map(({ action, strength }) => `${action} ${strength}`),
  );
}
