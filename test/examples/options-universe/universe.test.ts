import { describe, expect, it } from 'vitest';
import { followEverything, followUniverse } from '../../../examples/options-universe/bots.js';
import { INSTRUMENTS, makeChain } from '../../../examples/options-universe/chain.js';
import { playSession } from '../../../examples/options-universe/session.js';
import { dataFolder } from '../venue/data-folder.js';

const SECONDS = 240;
const chain = makeChain(undefined, 3).instruments;
const session = () => playSession(chain, SECONDS, 3);

describe('the universe of options', () => {
  it('has 2,114 instruments of different names, all called synthetic, the same for the same seed', () => {
    expect(chain).toHaveLength(INSTRUMENTS);
    expect(new Set(chain.map(({ symbol }) => symbol)).size).toBe(INSTRUMENTS);
    expect(chain.every(({ symbol }) => symbol.startsWith('SYN-'))).toBe(true);
    expect(makeChain(undefined, 3).instruments).toEqual(chain);
    expect(makeChain(undefined, 4).instruments).not.toEqual(chain);
  });

  it.skipIf(dataFolder === undefined)('is made from the snapshot of a data folder', () => {
    const { instruments, source } = makeChain(dataFolder);

    expect(source).toContain('deribit');
    expect(instruments).toHaveLength(INSTRUMENTS);
    expect(new Set(instruments.map(({ symbol }) => symbol)).size).toBe(INSTRUMENTS);
    expect(instruments.filter(({ volume }) => volume > 0).length).toBeGreaterThan(371);
  });
});

describe('a filter in front of the universe', () => {
  const everything = followEverything(session());

  it('follows a part of it and trades the same', async () => {
    const filtered = await followUniverse(session());

    expect(everything.mostSubscriptions).toBe(INSTRUMENTS);
    expect(filtered.mostSubscriptions).toBeLessThan(INSTRUMENTS / 4);
    expect(filtered.tickers).toBeLessThan(everything.tickers / 2);
    expect(everything.trades.length).toBeGreaterThan(100);
    expect(filtered.trades).toEqual(everything.trades);
  });

  it('misses sales when holdings are not pinned', async () => {
    const traded = chain.filter(({ volume }) => volume > 30_000).slice(0, 60);
    const halfAnHour = () => playSession(traded, 1_800, 3);

    const all = followEverything(halfAnHour());
    const pinned = await followUniverse(halfAnHour());
    const unpinned = await followUniverse(halfAnHour(), { pinsHoldings: false });

    expect(pinned.trades).toEqual(all.trades);
    expect(unpinned.trades.length).toBeLessThan(all.trades.length);
  });
});
