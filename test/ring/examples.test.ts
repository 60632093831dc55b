import { RingBuffer, SeriesRing } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';

describe('the examples of the ring', () => {
  it('in examples/ring.ts print what they say', async () => {
    const lines: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));

    await import('../../examples/ring.js');

    expect(lines).toEqual([
      ['5 of 8 bars are held, the newest closed at 101.75'],
      ['volumes of the last three bars:', new Float32Array([5, 6, 7])],
      ['closes in ticks of 0.01:', new Int32Array([10_125, 10_150, 10_250])],
      ['as of minute 5:', new Float64Array([240_000, 300_000])],
      ['is the view of five bars still current?', false],
      ['restored:', { ts: 480_000, close: 102.75, volume: 8 }],
      ['third pushed out first'],
    ]);
  });

  it('in the comment of SeriesRing give what it says', () => {
    const bars = new SeriesRing({ capacity: 1_000, columns: { ts: 'f64', close: 'f64', volume: 'f32' } });
    bars.push({ ts: 1_700_000_000_000, close: 100.5, volume: 12 });
    bars.append(1_700_000_060_000, 101.5, 7);

    expect(bars.window('close', 2)).toEqual(new Float64Array([100.5, 101.5]));
  });

  it('in the comment of RingBuffer give what it says', () => {
    const trades = new RingBuffer<{ price: number }>(1_000);

    const evicted = trades.push({ price: 1 });

    expect(evicted).toBeUndefined();
    expect(trades.latest).toEqual({ price: 1 });
  });
});
