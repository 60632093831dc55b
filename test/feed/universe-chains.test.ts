import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { UniverseFilter } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';

const folder = process.env['TICKWISE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const hasChains = existsSync(`${folder}/options`);

interface Row {
  readonly symbol: string;
  readonly volume: number;
  readonly openInterest: number;
}

/** Rows of a CSV file as records of text. An empty cell is absent, and counts as 0. */
function records(name: string): Record<string, string>[] {
  const bytes = readFileSync(`${folder}/options/${name}`);
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
}

const spx = (): Row[] =>
  records('spx-chain-2026-07-31-a.csv.gz').map((row) => ({
    symbol: row['symbol'] ?? '',
    volume: Number(row['volume']),
    openInterest: Number(row['open_interest']),
  }));

const deribit = (): Row[] =>
  records('deribit-btc-2026-08-01.csv')
    .filter((row) => row['kind'] === 'option')
    .map((row) => ({
      symbol: row['symbol'] ?? '',
      volume: Number(row['volume_usd_24h']),
      openInterest: Number(row['open_interest']),
    }));

const originRule = ({ volume, openInterest }: Row): boolean => volume > 1_000 || openInterest > 100;
const strictRule = ({ volume, openInterest }: Row): boolean => openInterest >= 500 && volume >= 50;

describe.skipIf(!hasChains)('a universe over recorded option chains', () => {
  it.each([
    ['S&P 500, the usual rule', spx, originRule, 9_492, 4_998],
    ['Deribit, the usual rule', deribit, originRule, 868, 386],
    ['S&P 500, a strict rule', spx, strictRule, 9_492, 945],
  ])('%s', (_name, chain, enter, rows, kept) => {
    const universe = new UniverseFilter<Row>({ enter });
    const all = chain();

    for (const row of all) universe.update(row.symbol, row);

    expect(all).toHaveLength(rows);
    expect(universe.tracked.size).toBe(kept);
    expect([...universe.tracked]).toEqual(all.filter(enter).map(({ symbol }) => symbol));
    expect(universe.stats()).toMatchObject({ known: rows, entered: kept, left: 0 });
  });

  it('says of each row why it is in or out', () => {
    const universe = new UniverseFilter<Row>({ enter: originRule });
    const all = deribit();

    for (const row of all) universe.update(row.symbol, row);

    const reasons = new Map<string, number>();
    for (const { symbol } of all) {
      const { reason } = universe.explain(symbol);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(Object.fromEntries(reasons)).toEqual({ 'worth it': 386, 'not worth it': 482 });
  });

  it('of the 100 of most open interest keeps exactly those, in whatever order they come', () => {
    const all = spx();
    const best = all.toSorted((a, b) => b.openInterest - a.openInterest || a.symbol.localeCompare(b.symbol));
    const least = best[99]?.openInterest ?? 0;

    for (const rows of [all, all.toReversed()]) {
      const universe = new UniverseFilter<Row>({ enter: () => true, rank: (row) => row.openInterest, maxTracked: 100 });
      for (const row of rows) universe.update(row.symbol, row);

      const kept = rows.filter(({ symbol }) => universe.tracked.has(symbol));
      expect(kept).toHaveLength(100);
      expect(Math.min(...kept.map(({ openInterest }) => openInterest))).toBe(least);
      expect(kept.filter(({ openInterest }) => openInterest > least)).toHaveLength(
        all.filter(({ openInterest }) => openInterest > least).length,
      );
    }
  });
});
