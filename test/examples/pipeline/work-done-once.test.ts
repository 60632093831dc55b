import { afterAll, describe, expect, it } from 'vitest';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { hasData, recorded } from './data.js';
import { play, removeDatabases } from './play.js';

const MINUTES = 60_000;

afterAll(removeDatabases);

describe('the optimised pipeline', () => {
  const recording = synthesiseRecording({ seed: 4, duration: 30_000 });

  it('adds no connection and no subscription for a fourth model', { timeout: MINUTES }, async () => {
    const three = await play('optimised', recording, { models: '3' });
    const four = await play('optimised', recording, { models: '4' });

    expect(four.result.signals.length).toBeGreaterThan(three.result.signals.length);
    expect(four.counts).toEqual(three.counts);
  });

  it('adds exactly one subscription per stream for a symbol', { timeout: MINUTES }, async () => {
    const two = await play('optimised', recording, { symbols: 'BTCUSDT,ETHUSDT' });
    const three = await play('optimised', recording, { symbols: 'BTCUSDT,ETHUSDT,SOLUSDT' });

    const streams = 3; // book, trades, quotes
    expect(three.counts.topicsSubscribed - two.counts.topicsSubscribed).toBe(streams);
    expect(three.counts.connections).toBe(two.counts.connections);
    expect(three.counts.subscribeRequests).toBe(two.counts.subscribeRequests);
    expect(three.counts.restRequests - two.counts.restRequests).toBe(1);
  });

  it('computes features and regime once for all models of a symbol', { timeout: MINUTES }, async () => {
    const { result } = await play('optimised', recording, { models: '3', symbols: '1' });

    const features = result.cacheHits['features'];

    expect(features?.hits).toBeGreaterThanOrEqual((features?.calls ?? Infinity) * 0.6);
  });

  it('asks for a position again only after a fill', { timeout: MINUTES }, async () => {
    const naive = await play('naive', recording, { models: 'ppo' });
    const optimised = await play('optimised', recording, { models: 'ppo' });

    const orders = optimised.result.decisions.filter(({ action }) => action !== 0).length;
    expect(optimised.result.positionChecks).toBeLessThanOrEqual(2 * (orders + 3)); // both directions of three symbols
    expect(optimised.result.positionChecks).toBeLessThan(naive.result.positionChecks);
  });
});

describe.skipIf(!hasData)('on three symbols of the Bybit recording', () => {
  const symbols = 'ETHUSDT,ADAUSDT,LTCUSDT';

  it('asks, parses and writes as much less as promised with three models', { timeout: 2 * MINUTES }, async () => {
    const recording = await recorded('bybit-linear-2021-04-17');

    const naive = await play('naive', recording, { symbols });
    const optimised = await play('optimised', recording, { symbols });

    expect(naive.counts.connections + naive.counts.subscribeRequests).toBeGreaterThanOrEqual(27);
    expect(optimised.counts.connections + optimised.counts.subscribeRequests).toBeLessThanOrEqual(4);
    expect(optimised.result.statements).toBeLessThanOrEqual(naive.result.statements * 0.1);
    expect(naive.result.framesParsed / optimised.result.framesParsed).toBeGreaterThanOrEqual(2.9);
  });

  it('parses 8.5 times fewer frames with nine models', { timeout: 2 * MINUTES }, async () => {
    const recording = await recorded('bybit-linear-2021-04-17');

    const naive = await play('naive', recording, { symbols, models: '9' });
    const optimised = await play('optimised', recording, { symbols, models: '9' });

    expect(naive.result.framesParsed / optimised.result.framesParsed).toBeGreaterThanOrEqual(8.5);
  });
});
