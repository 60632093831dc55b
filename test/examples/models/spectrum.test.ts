import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../examples/trading-pipeline/models/random.js';
import { SpectrumModel } from '../../../examples/trading-pipeline/models/spectrum.js';

/** Prices whose returns are a wave of the given period, with an optional share of noise. */
function waves(length: number, period: number, phase = 0, noise = 0): Float64Array {
  const random = seededRandom(5);
  const close = new Float64Array(length).fill(100);
  for (let i = 1; i < length; i++) {
    const step = Math.cos((2 * Math.PI * i) / period + phase) + noise * gaussian(random);
    close[i] = (close[i - 1] ?? 100) * (1 + 1e-4 * step);
  }
  return close;
}

describe('spectrum model', () => {
  it.each([8, 16, 32, 64])('finds a cycle of %i bars under noise', (period) => {
    const { period: found, share } = new SpectrumModel(256, 0).cycle(waves(257, period, 0, 0.5));

    expect(found).toBe(period);
    expect(share).toBeGreaterThan(0.3);
  });

  it('predicts the direction of the next return of a pure cycle at every phase', () => {
    const model = new SpectrumModel(256, 0.05);
    for (let phase = 0.2; phase < 2 * Math.PI; phase += 0.7) {
      const next = Math.cos((2 * Math.PI * 257) / 16 + phase);
      if (Math.abs(next) < 0.4) continue; // within a bar of the turn

      expect(model.predict(waves(257, 16, phase))?.action).toBe(next > 0 ? 1 : -1);
    }
  });

  it('has no opinion before the window is full', () => {
    const model = new SpectrumModel(256, 0.05);

    expect(model.predict(waves(256, 16))).toBeUndefined();
    expect(model.predict(waves(257, 16))).toBeDefined();
  });

  it('holds in a flat market', () => {
    expect(new SpectrumModel(64, 0.05).predict(new Float64Array(65).fill(100))).toEqual({ action: 0, strength: 0 });
  });

  it('looks at the newest bars only', () => {
    const long = waves(400, 16);

    expect(new SpectrumModel(64, 0.05).predict(long)).toEqual(new SpectrumModel(64, 0.05).predict(long.slice(-65)));
  });
});
