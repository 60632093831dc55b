import { afterAll, describe, expect, it, vi } from 'vitest';
import * as features from '../../../examples/trading-pipeline/models/features.js';
import * as gate from '../../../examples/trading-pipeline/models/gate.js';
import * as models from '../../../examples/trading-pipeline/models/model.js';
import { PaperLedger } from '../../../examples/trading-pipeline/models/paper-ledger.js';
import * as regime from '../../../examples/trading-pipeline/models/regime.js';
import { synthesiseSession } from '../../../examples/trading-pipeline/synthetic/index.js';
import { play, removeDatabases } from './play.js';

vi.mock('../../../examples/trading-pipeline/models/features.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/gate.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/model.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/regime.js', { spy: true });

const MINUTES = 60_000;

afterAll(removeDatabases);

it.each(['naive', 'optimised'] as const)(
  'the work that the %s version says it did is what was called',
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

    const { result } = await play(version, synthesiseSession({ seed: 6, duration: 35_000 }));

    expect(result.work).toEqual({
      features: vi.mocked(features.features).mock.calls.length,
      predictions,
      regime: vi.mocked(regime.regimeOf).mock.calls.length,
      decisions: vi.mocked(gate.decide).mock.calls.length,
    });
    expect(predictions).toBeGreaterThan(0);
  },
);

describe('a check of a position', () => {
  it('is without need when nothing was filled since the same check', () => {
    const ledger = new PaperLedger();
    const ask = (symbol: string, action: 1 | -1): void => void ledger.hasRoom(symbol, action);

    ask('A', 1);
    ask('A', -1);
    ask('B', 1);
    expect(ledger.needless).toBe(0);

    ask('A', 1);
    expect(ledger.needless).toBe(1);

    ledger.fill('A', 0);
    ask('A', -1);
    expect(ledger.needless).toBe(2);

    ledger.fill('A', 1);
    ask('A', 1);
    ask('B', 1);
    expect([ledger.needless, ledger.checks]).toEqual([3, 7]);
  });
});
