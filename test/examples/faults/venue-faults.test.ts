import { describe, expect, it } from 'vitest';
import { hasData, recorded } from '../pipeline/data.js';
import { type FaultSession, playFaults } from './play-faults.js';

const MINUTE = 60_000;
const KINDS = ['disconnect', 'duplicate', 'gap', 'silence'] as const;

describe.skipIf(!hasData)('faults of the market at other venues', () => {
  it.each<[string, FaultSession]>([
    ['bybit-linear-2021-04-17', { bar: 20, symbols: '2' }],
    ['bybit-v5-orderbook500-xrpusdt-2024-12-01', { bar: 10, seed: 2 }],
    ['coinbase-2021-04-17', { bar: 20, symbols: '2' }],
    ['kraken-book-2021-04-17', { bar: 20, symbols: '2' }],
  ])('%s', { timeout: 4 * MINUTE }, async (name, session) => {
    const played = await playFaults(KINDS, { ...session, recording: await recorded(name) });
    const { report } = played;

    console.log(name, played.truth.length, JSON.stringify(report, null, 1));
    expect(report.optimised).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
  });
});
