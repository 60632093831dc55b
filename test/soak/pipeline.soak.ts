import { afterAll, describe, it } from 'vitest';
import { hasData, recorded } from '../examples/pipeline/data.js';
import { expectSame } from '../examples/pipeline/expect-same.js';
import { play, removeDatabases } from '../examples/pipeline/play.js';

afterAll(removeDatabases);

describe.skipIf(!hasData)('both versions of the pipeline on whole recordings', () => {
  it.each([
    'bybit-linear-2021-04-17',
    'bybit-inverse-2021-04-17',
    'binance-usdm-btc-eth-2024-08-08',
    'binance-spot-btc-eth-2024-08-08',
    'binance-usdm-small-2021-07-22',
  ])('give the same signals, decisions, books and rows on %s', async (name) => {
    const recording = await recorded(name);

    await expectSame(await play('naive', recording), await play('optimised', recording));
  });
});
