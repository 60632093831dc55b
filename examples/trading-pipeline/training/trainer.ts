/**
 * Proximal policy optimisation (Schulman and others, 2017) with hand-written gradients: collect
 * episodes with the current policy, estimate how much better each action did than the average at its
 * step, then climb the clipped objective a few times.
 */
import { FEATURE_COUNT, POLICY_INPUTS } from '../models/features.js';
import { ACTIONS, type NetworkWeights, PolicyNetwork } from '../models/network.js';
import { gaussian, type Random, seededRandom } from '../models/random.js';
import { Adam } from './adam.js';
import { episode, STEPS, TURN_COST } from './market.js';

/** One action taken while collecting. */
interface Step {
  readonly input: Float64Array;
  readonly action: number;
  readonly probability: number;
  advantage: number;
}

const HIDDEN = 16;
const EPISODES_PER_ITERATION = 24;
const EPOCHS = 4;
const CLIP = 0.2;
const DISCOUNT = 0.9;
const ENTROPY = 0.003;
const LEARNING_RATE = 0.004;

/** Trains a policy network from a seed. The same seed gives the same weights. */
export class Trainer {
  readonly network: PolicyNetwork;
  readonly #random: Random;
  readonly #adam: Adam;
  readonly #gradients: readonly Float64Array[];
  #nextEpisode: number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#nextEpisode = seed * 1_000_000;
    this.network = new PolicyNetwork(randomWeights(this.#random));
    const { w1, b1, w2, b2 } = this.network;
    this.#adam = new Adam([w1, b1, w2, b2], LEARNING_RATE);
    this.#gradients = [w1, b1, w2, b2].map((weights) => new Float64Array(weights.length));
  }

  /** Collects one batch of episodes and learns from it. Returns the mean reward of an episode in it. */
  iterate(): number {
    const { steps, reward } = this.#collect();
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      for (const gradient of this.#gradients) gradient.fill(0);
      for (const step of steps) this.#learn(step, 1 / steps.length);
      this.#adam.ascend(this.#gradients);
    }
    return reward;
  }

  #collect(): { steps: Step[]; reward: number } {
    const episodes = Array.from({ length: EPISODES_PER_ITERATION }, () => this.#playOne());
    estimateAdvantages(episodes);
    const total = episodes.reduce((sum, { rewards }) => sum + rewards.reduce((a, b) => a + b, 0), 0);
    return { steps: episodes.flatMap(({ steps }) => steps), reward: total / EPISODES_PER_ITERATION };
  }

  #playOne(): { steps: Step[]; rewards: Float64Array } {
    const { observations, rewards: moves } = episode(this.#nextEpisode++);
    const rewards = new Float64Array(STEPS);
    let position = 0;
    const steps = observations.map((observation, index) => {
      const input = new Float64Array(POLICY_INPUTS);
      input.set(observation);
      input[FEATURE_COUNT] = position;
      const probabilities = this.network.forward(input);
      const action = sample(probabilities, this.#random);
      const wanted = ACTIONS[action] ?? 0;
      rewards[index] = wanted * (moves[index] ?? 0) - TURN_COST * Math.abs(wanted - position);
      position = wanted;
      return { input, action, probability: probabilities[action] ?? 0, advantage: 0 };
    });
    return { steps, rewards };
  }

  /** Adds the gradient of the clipped objective and of the entropy bonus for one step. */
  #learn(step: Step, share: number): void {
    const probabilities = this.network.forward(step.input);
    const ratio = (probabilities[step.action] ?? 0) / step.probability;
    const isClipped = step.advantage > 0 ? ratio > 1 + CLIP : ratio < 1 - CLIP;
    const pull = isClipped ? 0 : step.advantage * ratio;
    const entropy = entropyOf(probabilities);
    const slopes = Array.from(probabilities, (p, action) => {
      const towards = pull * ((action === step.action ? 1 : 0) - p);
      return share * (towards - ENTROPY * p * (Math.log(p + 1e-12) + entropy));
    });
    this.#backpropagate(step.input, slopes);
  }

  #backpropagate(input: Float64Array, slopes: readonly number[]): void {
    const [w1, b1, w2, b2] = this.#gradients;
    const { hidden, inputs, activations } = this.network;
    if (w1 === undefined || b1 === undefined || w2 === undefined || b2 === undefined) return;
    for (const [a, slope] of slopes.entries()) add(b2, a, slope);
    for (let h = 0; h < hidden; h++) {
      const activation = activations[h] ?? 0;
      let back = 0;
      for (const [a, slope] of slopes.entries()) {
        back += slope * (this.network.w2[a * hidden + h] ?? 0);
        add(w2, a * hidden + h, slope * activation);
      }
      back *= 1 - activation * activation;
      add(b1, h, back);
      for (let i = 0; i < inputs; i++) add(w1, h * inputs + i, back * (input[i] ?? 0));
    }
  }
}

/** Discounted reward from each step on, against the mean of all episodes at that step, scaled to unit size. */
function estimateAdvantages(episodes: readonly { steps: Step[]; rewards: Float64Array }[]): void {
  const returns = episodes.map(({ rewards }) => discounted(rewards));
  let squares = 0;
  for (let step = 0; step < STEPS; step++) {
    const mean = returns.reduce((sum, values) => sum + (values[step] ?? 0), 0) / episodes.length;
    for (const [index, { steps }] of episodes.entries()) {
      const advantage = (returns[index]?.[step] ?? 0) - mean;
      squares += advantage * advantage;
      const taken = steps[step];
      if (taken !== undefined) taken.advantage = advantage;
    }
  }
  const scale = Math.sqrt(squares / (episodes.length * STEPS)) || 1;
  for (const { steps } of episodes) for (const step of steps) step.advantage /= scale;
}

function discounted(rewards: Float64Array): Float64Array {
  const result = new Float64Array(rewards.length);
  let ahead = 0;
  for (let i = rewards.length - 1; i >= 0; i--) result[i] = ahead = (rewards[i] ?? 0) + DISCOUNT * ahead;
  return result;
}

function sample(probabilities: Float64Array, random: Random): number {
  let left = random();
  for (const [action, probability] of probabilities.entries()) if ((left -= probability) < 0) return action;
  return probabilities.length - 1;
}

function entropyOf(probabilities: Float64Array): number {
  return -probabilities.reduce((sum, p) => sum + p * Math.log(p + 1e-12), 0);
}

function add(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] ?? 0) + amount;
}

function randomWeights(random: Random): NetworkWeights {
  const normal = (count: number, deviation: number): number[] =>
    Array.from({ length: count }, () => deviation * gaussian(random));
  return {
    inputs: POLICY_INPUTS,
    hidden: HIDDEN,
    w1: normal(HIDDEN * POLICY_INPUTS, 1 / Math.sqrt(POLICY_INPUTS)),
    b1: normal(HIDDEN, 0),
    w2: normal(ACTIONS.length * HIDDEN, 0.1),
    b2: normal(ACTIONS.length, 0),
  };
}
