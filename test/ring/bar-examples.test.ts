import { BAR_COLUMNS, BarAligner, BarBuilder, SeriesRing } from 'tickwise/ring';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it, vi } from 'vitest';

describe('the examples of bars', () => {
  it('in examples/bars.ts print what they say', async () => {
    const lines: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));

    await import('../../examples/bars.js');

    expect(lines).toEqual([
      ['10 M traded from 00:00:00 to 00:30:40 at 60206.44'],
      ['10 M traded from 00:30:45 to 00:58:35 at 59850.70'],
      ['too late: a trade of 00:00:00 at 59000'],
      ['60 bars; the one of 00:22:00: close 60308.58, volume 0, 0 trades'],
      [{ received: 685, used: 684, late: 1, filled: 3 }],
      ['60 rows, correlation 0.719'],
    ]);
  });

  it('in the comment of BarBuilder give what it says', () => {
    const ring = new SeriesRing({ capacity: 1_000, columns: BAR_COLUMNS });
    const builder = new BarBuilder({ by: 'time', period: 60_000, onBar: (bar) => ring.push(bar) });
    builder.add(1_700_000_040_000, 100, 2, 'buy');
    builder.add(1_700_000_099_999, 101, 1, 'sell');

    expect(builder.add(1_700_000_100_000, 102, 1, 'buy')).toBe(1);
    expect(ring.at('close', -1)).toBe(101);
  });

  it('in the comment of BarAligner give what it says', () => {
    const rows: number[][] = [];
    const correlation = new RollingCorrelation({ symbols: ['BTC', 'ETH'], window: 200 });
    const aligner = new BarAligner({
      symbols: ['BTC', 'ETH'],
      period: 60_000,
      onRow: (_, values) => {
        rows.push([...values]);
        correlation.push(values);
      },
    });
    aligner.update('BTC', 1_700_000_040_000, 100);
    aligner.update('ETH', 1_700_000_050_000, 10);

    expect(aligner.update('BTC', 1_700_000_100_000, 101)).toBe(1);
    expect(rows).toEqual([[100, 10]]);
    expect(correlation.stats().pushes).toBe(1);
  });
});
