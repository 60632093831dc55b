import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hasData, recorded } from '../examples/pipeline/data.js';
import { expectSame } from '../examples/pipeline/expect-same.js';
import { modelProgram } from '../examples/pipeline/model-program.js';
import { play, removeDatabases } from '../examples/pipeline/play.js';

let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-workers-'));
  program = await modelProgram(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await removeDatabases();
});

describe.skipIf(!hasData)('both versions of the pipeline on whole recordings', () => {
  it.each([
    'bybit-linear-2021-04-17',
    'bybit-inverse-2021-04-17',
    'binance-usdm-btc-eth-2024-08-08',
    'binance-spot-btc-eth-2024-08-08',
    'binance-usdm-small-2021-07-22',
    'binance-spot-small-2021-10-12',
    'bybit-v5-orderbook500-xrpusdt-2024-12-01',
    'coinbase-2021-04-17',
    'kraken-book-2021-04-17',
  ])('give the same signals, decisions, books and rows on %s, with and without workers', async (name) => {
    const recording = await recorded(name);

    const naive = await play('naive', recording);

    await expectSame(naive, await play('optimised', recording));
    await expectSame(naive, await play('optimised', recording, { workers: { count: 2, program } }));
  });
});
