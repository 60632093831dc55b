import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { hasRecordings, recordedFrames } from '../feed/recordings.js';

interface Quote {
  readonly b: string;
  readonly a: string;
}

/** All prices that a recording's quotes and trades of one symbol carry, as the venue wrote them. */
function recordedPrices(symbol: string): string[] {
  const wanted = [`"${symbol}@bookTicker"`, `"${symbol}@trade"`];
  const frames = recordedFrames('binance-usdm-btc-eth-2024-08-08', (line) =>
    wanted.some((name) => line.includes(name)),
  );
  return frames.flatMap(({ text }) => {
    const { data } = JSON.parse(text) as { data: Quote & { readonly p?: string } };
    return data.p === undefined ? [data.b, data.a] : [data.p];
  });
}

describe.skipIf(!hasRecordings)('recorded futures prices', { timeout: 60_000 }, () => {
  it.each([
    ['btcusdt', 0.1],
    ['ethusdt', 0.01],
  ])('of %s are read back exactly from ticks of %d and from f64, and not from f32', (symbol, scale) => {
    const prices = recordedPrices(symbol).map(Number);
    const columns = { ticks: { type: 'i32', scale }, double: 'f64', single: 'f32' } as const;
    const ring = new SeriesRing({ capacity: prices.length, columns });

    for (const price of prices) ring.append(price, price, price);
    const differing = (column: 'ticks' | 'double' | 'single') =>
      prices.filter((price, i) => !Object.is(ring.at(column, i), price)).length;

    expect(prices.length).toBeGreaterThan(50_000);
    expect(differing('ticks')).toBe(0);
    expect(differing('double')).toBe(0);
    expect(differing('single')).toBeGreaterThan(prices.length / 2);
  });

  it('take four bytes as ticks, which a window gives as whole numbers', () => {
    const ring = new SeriesRing({ capacity: 4, columns: { price: { type: 'i32', scale: 0.1 } }, layout: 'compact' });
    for (const price of ['61800.30', '61800.20', '61799.90']) ring.append(Number(price));

    expect([...ring.window('price', 3)]).toEqual([618_003, 618_002, 617_999]);
    expect(ring.stats().storageBytes).toBe(5 * 4);
    expect(() => ring.append(61_800.25)).toThrow(/multiples of 0\.1/);
  });
});
