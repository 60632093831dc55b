import { describe, expect, it } from 'vitest';
import { PolicyNetwork } from '../../../examples/trading-pipeline/models/network.js';
import weights from '../../../examples/trading-pipeline/models/ppo-weights.json' with { type: 'json' };
import { PpoModel } from '../../../examples/trading-pipeline/models/ppo.js';
import { byChance, evaluate, greedy } from '../../../examples/trading-pipeline/training/evaluate.js';
import { episode } from '../../../examples/trading-pipeline/training/market.js';
import { Trainer } from '../../../examples/trading-pipeline/training/trainer.js';

/** Seeds that the training never used. */
const OUT_OF_SAMPLE = Array.from({ length: 20 }, (_, i) => 950_000_000 + i);

describe('the trained policy', () => {
  it('beats a random one on episodes it has never seen', () => {
    const trained = evaluate(greedy(new PolicyNetwork(weights)), OUT_OF_SAMPLE);
    const chance = evaluate(byChance(), OUT_OF_SAMPLE);

    expect(trained.mean).toBeGreaterThan(0);
    expect(trained.mean - chance.mean).toBeGreaterThan(5 * Math.hypot(trained.standardError, chance.standardError));
  });

  it('holds its position while it is less sure than its patience', () => {
    const { observations } = episode(1);
    const patient = new PpoModel(1.1);
    const model = new PpoModel(0.34);

    const held = new Set(observations.map((features) => patient.predict(features)?.action));
    const taken = new Set(observations.map((features) => model.predict(features)?.action));

    expect(held).toEqual(new Set([0]));
    expect(taken.size).toBeGreaterThanOrEqual(2);
  });

  it('has no opinion without features', () => {
    expect(new PpoModel(0.34).predict(undefined)).toBeUndefined();
  });
});

describe('training', () => {
  it('gives the same weights for the same seed', () => {
    const [one, other] = [new Trainer(3), new Trainer(3)];

    expect(one.iterate()).toBe(other.iterate());
    expect(one.network.w1).toEqual(other.network.w1);
  });

  it('earns more after a few iterations than before', { timeout: 60_000 }, () => {
    const trainer = new Trainer(5);
    const before = evaluate(greedy(new PolicyNetwork(plain(trainer.network))), OUT_OF_SAMPLE);

    for (let i = 0; i < 5; i++) trainer.iterate();

    const after = evaluate(greedy(trainer.network), OUT_OF_SAMPLE);
    expect(after.mean).toBeGreaterThan(before.mean);
  });
});

function plain({ inputs, hidden, w1, b1, w2, b2 }: PolicyNetwork): ConstructorParameters<typeof PolicyNetwork>[0] {
  return { inputs, hidden, w1: [...w1], b1: [...b1], w2: [...w2], b2: [...b2] };
}
