import { JsonCache, JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';

describe('the examples of json', () => {
  it('in examples/json.ts print what they say', async () => {
    const lines: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));

    await import('../../examples/json.js');

    expect(lines).toEqual([
      ['the ring has not changed since this answer was made'],
      ['40000 rows served, 201 encoded; the newest: [{"ts":29940000,"close":101.25}]'],
      ['changed', '{"symbol":"BTCUSDT","bids":[[60000,1.5],[59999.5,2]]}'],
      ['the key that it supplies is the same as when it was serialised'],
      ['{"size":1}'],
      ['103 calls, 99 answered from what is kept, 4 serialised'],
    ]);
  });

  it('in the comment of JsonSeries give what it says', () => {
    const bars = new SeriesRing({ capacity: 1_000, columns: { ts: 'f64', close: 'f64' } });
    const json = new JsonSeries(bars, { columns: ['ts', 'close'] });
    bars.append(60_000, 100.5);
    bars.append(120_000, 101);

    const text = json.stringify(2);
    bars.amend({ close: 101.25 });

    expect(text).toBe('[{"ts":60000,"close":100.5},{"ts":120000,"close":101}]');
    expect(json.bytes(1)).toEqual(Buffer.from('[{"ts":120000,"close":101.25}]'));
  });

  it('in the comment of JsonCache give what it says', () => {
    const cache = new JsonCache({ maxEntries: 500 });
    const book = { symbol: 'BTCUSDT', bids: [[60_000, 1.5]] };

    const first = cache.stringify(book);
    const bytes = cache.bytes(book);
    book.bids.push([59_999.5, 2]);

    expect(first).toBe('{"symbol":"BTCUSDT","bids":[[60000,1.5]]}');
    expect(bytes).toEqual(Buffer.from(first));
    expect(cache.stringify(book)).toBe('{"symbol":"BTCUSDT","bids":[[60000,1.5],[59999.5,2]]}');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  });
});
