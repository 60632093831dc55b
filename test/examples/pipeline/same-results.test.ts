import { afterAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { firstPart, hasData, recorded } from './data.js';
import { expectSame } from './expect-same.js';
import { compareRuns, play, type Played, removeDatabases } from './play.js';

const MINUTES = 60_000;

afterAll(removeDatabases);

describe('both versions on a synthetic session', () => {
  it('give the same signals, decisions, books and rows', { timeout: 2 * MINUTES }, async () => {
    const recording = synthesiseRecording({ seed: 3, duration: 30_000 });

    const [naive, optimised] = await playBoth(recording);

    await expectSame(naive, optimised);
  });

  it(
    'lose the same order book when an update is missing, and go on with the others',
    { timeout: 2 * MINUTES },
    async () => {
      const whole = synthesiseRecording({ seed: 3, duration: 30_000, symbols: ['BTCUSDT', 'ETHUSDT'] });
      const lost = whole.frames.findIndex(
        ({ stream, symbol, t }) => stream === 'book' && symbol === 'BTCUSDT' && t > whole.start + 25_000,
      );
      const recording = { ...whole, frames: whole.frames.toSpliced(lost, 1) };

      const [naive, optimised] = await playBoth(recording);

      const { signals, decisions, rows } = await compareRuns(naive, optimised);
      for (const { total, equal } of [signals, decisions, rows]) expect(equal).toBe(total);
      expect(naive.result.booksLost).toBe(3); // one for each model
      expect(optimised.result.booksLost).toBe(1);
      const lastOf = (name: string): number =>
        Math.max(...optimised.result.signals.filter(({ symbol }) => symbol === name).map(({ ts }) => ts));
      expect(lastOf('BTCUSDT')).toBeLessThan(lastOf('ETHUSDT') - 3_000);
    },
  );
});

describe('both versions on a session of little but clock marks', () => {
  it('give the same however far the feed runs ahead of the decisions', { timeout: 2 * MINUTES }, async () => {
    const recording = synthesiseRecording({ seed: 1, duration: 30_000, symbols: ['BTCUSDT'] });
    const options = { bar: 10, models: '1' };

    const naive = await play('naive', recording, options);
    const optimised = await play('optimised', recording, options);

    await expectSame(naive, optimised);
  });
});

describe.skipIf(!hasData)('both versions on real recordings', () => {
  it.each(['bybit-linear-2021-04-17', 'binance-usdm-btc-eth-2024-08-08'])(
    'give the same signals, decisions, books and rows on %s',
    { timeout: 3 * MINUTES },
    async (name) => {
      // The demo replays the whole recording, and so does the soak.
      const [naive, optimised] = await playBoth(firstPart(await recorded(name), 31_000));

      await expectSame(naive, optimised);
      for (const model of ['ppo', 'genetic', 'spectrum'])
        expect(outputsOf(naive, model).size).toBeGreaterThanOrEqual(2);
    },
  );

  it.each([
    ['binance-spot-small-2021-10-12', 15_000],
    ['binance-usdm-small-2021-07-22', 6_000],
    ['bybit-inverse-2021-04-17', 6_000],
    ['bybit-v5-orderbook500-xrpusdt-2024-12-01', 6_000],
    ['coinbase-2021-04-17', 6_000],
    ['kraken-book-2021-04-17', 6_000],
  ])('give the same on the first part of %s', { timeout: 3 * MINUTES }, async (name, duration) => {
    const recording = firstPart(await recorded(name), duration);
    const options = { symbols: `${Math.min(2, recording.symbols.length)}`, models: 'ppo,spectrum', bar: 10 };

    const naive = await play('naive', recording, options);
    const optimised = await play('optimised', recording, options);

    await expectSame(naive, optimised);
    const symbols = new Set(optimised.result.books.map(({ symbol }) => symbol));
    const wanted = recording.frames.filter(({ symbol, stream }) => symbols.has(symbol) && stream !== 'other');
    expect(optimised.result.framesParsed).toBe(wanted.length);
  });

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

/** The different things a model said. */
function outputsOf({ result }: Played, model: string): Set<string> {
  return new Set(
    result.signals.filter((signal) => signal.model === model).map(({ action, strength }) => `${action} ${strength}`),
  );
}
