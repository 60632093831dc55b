import { describe, expect, it } from 'vitest';
import { evolve, signalOf } from '../../../examples/trading-pipeline/models/genetic.js';
import { WINDOW } from '../../../examples/trading-pipeline/models/market-window.js';

const rising = Float64Array.from({ length: WINDOW }, (_, i) => 100 * 1.0005 ** i);
const falling = rising.toReversed();

describe('genetic model', () => {
  it('finds the same genome for the same window and seed', () => {
    expect(evolve(rising, 3)).toEqual(evolve(Array.from(rising), 3));
  });

  it('finds another genome for another seed', () => {
    const waves = Float64Array.from({ length: WINDOW }, (_, i) => 100 + Math.sin(i / 7) + 0.3 * Math.sin(i / 3));

    expect(evolve(waves, 1)).not.toEqual(evolve(waves, 2));
  });

  it.each([
    ['buys in a steady rise', rising, 1],
    ['sells in a steady fall', falling, -1],
  ])('%s', (_, close, action) => {
    const signal = signalOf(evolve(close, 1), close);

    expect(signal.action).toBe(action);
    expect(signal.strength).toBeGreaterThan(0);
    expect(signal.strength).toBeLessThan(1);
  });

  it('holds while the averages are closer than the threshold', () => {
    const flat = new Float64Array(WINDOW).fill(100);

    expect(signalOf({ fast: 5, slow: 50, threshold: 1 }, flat)).toEqual({ action: 0, strength: 0 });
  });

  it('keeps every gene within its range', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { fast, slow, threshold } = evolve(rising, seed);

      expect(fast).toBeGreaterThanOrEqual(2);
      expect(fast).toBeLessThanOrEqual(20);
      expect(slow).toBeGreaterThanOrEqual(21);
      expect(slow).toBeLessThanOrEqual(100);
      expect(threshold).toBeGreaterThanOrEqual(0);
      expect(threshold).toBeLessThanOrEqual(5);
    }
  });
});
