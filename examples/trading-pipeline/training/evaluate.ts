import { FEATURE_COUNT, POLICY_INPUTS } from '../models/features.js';
import { ACTIONS, type PolicyNetwork } from '../models/network.js';
import { type Random, seededRandom } from '../models/random.js';
import { type Episode, episode, TURN_COST } from './market.js';

/** Chooses an action (index into ACTIONS) for an observation and the position held. */
export type Policy = (observation: Float64Array, position: number) => number;

/** Mean reward per episode and its standard error, in units of one bar's volatility. */
export interface Score {
  readonly mean: number;
  readonly standardError: number;
}

/** Plays a policy on episodes with the given seeds. */
export function evaluate(policy: Policy, seeds: readonly number[]): Score {
  const totals = seeds.map((seed) => playOut(policy, episode(seed)));
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  const variance = totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (totals.length - 1);
  return { mean, standardError: Math.sqrt(variance / totals.length) };
}

/** The policy of a network that always takes its likeliest action. */
export function greedy(network: PolicyNetwork): Policy {
  const input = new Float64Array(POLICY_INPUTS);
  return (observation, position) => {
    input.set(observation);
    input[FEATURE_COUNT] = position;
    const probabilities = network.forward(input);
    return probabilities.indexOf(Math.max(...probabilities));
  };
}

/** A policy that sells, holds or buys by chance. */
export function byChance(random: Random = seededRandom(1)): Policy {
  return () => Math.floor(random() * ACTIONS.length);
}

function playOut(policy: Policy, { observations, rewards }: Episode): number {
  let position = 0;
  let total = 0;
  for (const [step, observation] of observations.entries()) {
    const wanted = ACTIONS[policy(observation, position)] ?? 0;
    total += wanted * (rewards[step] ?? 0) - TURN_COST * Math.abs(wanted - position);
    position = wanted;
  }
  return total;
}
