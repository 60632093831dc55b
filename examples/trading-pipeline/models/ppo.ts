import { FEATURE_COUNT, POLICY_INPUTS } from './features.js';
import { ACTIONS, PolicyNetwork } from './network.js';
import weights from './ppo-weights.json' with { type: 'json' };
import type { Action, Signal } from './signal.js';

/**
 * The policy that `training/train.ts` trained by proximal policy optimisation, for one symbol.
 *
 * It remembers the position it took, which is one of its inputs. `patience` is the probability an
 * action needs before the policy leaves its position.
 */
export class PpoModel {
  readonly #network = new PolicyNetwork(weights);
  readonly #input = new Float64Array(POLICY_INPUTS);
  readonly #patience: number;
  #position: Action = 0;

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Takes the next decision, or none without features; call it once per bar. */
  predict(features: Float64Array | undefined): Signal | undefined {
    if (features === undefined) return undefined;
    this.#input.set(features);
    this.#input[FEATURE_COUNT] = this.#position;
    const probabilities = this.#network.forward(this.#input);
    const best = indexOfLargest(probabilities);
    const strength = probabilities[best] ?? 0;
    if (strength >= this.#patience) this.#position = ACTIONS[best] ?? 0;
    return { action: this.#position, strength };
  }
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
