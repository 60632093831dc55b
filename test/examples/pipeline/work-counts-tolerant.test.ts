import { afterAll, expect, it, vi } from 'vitest';
import * as features from '../../../examples/trading-pipeline/models/features.js';
import * as gate from '../../../examples/trading-pipeline/models/gate.js';
import * as models from '../../../examples/trading-pipeline/models/model.js';
import * as regime from '../../../examples/trading-pipeline/models/regime.js';
import { synthesiseSession } from '../../../examples/trading-pipeline/synthetic/index.js';
import { play, removeDatabases } from './play.js';

vi.mock('../../../examples/trading-pipeline/models/features.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/gate.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/model.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/regime.js', { spy: true });

const MINUTES = 60_000;

afterAll(removeDatabases);

it.each(['optimised'] as const)(
  'the work that the %s version says it did in mode tolerant is what was called',
  { timeout: 2 * MINUTES },
  async (version) => {
    let predictions = 0;
    const { createModel } = await vi.importActual<typeof models>('../../../examples/trading-pipeline/models/model.js');
    vi.mocked(models.createModel).mockImplementation((spec) => {
      const model = createModel(spec);
      return {
        predict: (input) => {
          predictions += 1;
          return model.predict(input);
        },
      };
    });
    vi.clearAllMocks();

    const { result } = await play(version, synthesiseSession({ seed: 6, duration: 50_000 }), {
      mode: 'tolerant',
      ttlScale: 0.05,
    });

    expect(result.work).toEqual({
      features: vi.mocked(features.features).mock.calls.length,
      predictions,
      regime: vi.mocked(regime.regimeOf).mock.calls.length,
      decisions: vi.mocked(gate.decide).mock.calls.length,
    });
    expect(predictions).toBeGreaterThan(0);
    for (const name of ['features', 'predictions', 'regime', 'decisions']) {
      expect(result.cacheHits[name]?.hits).toBeGreaterThan(0);
      expect(result.cacheHits[name]?.expired).toBeGreaterThan(0);
    }
  },
);
