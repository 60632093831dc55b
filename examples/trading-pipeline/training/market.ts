/**
 * A small synthetic market to train in: returns have a drift that switches now and then, and lean
 * towards the side of the book that was heavier a bar ago. Nothing in it comes from a recording.
 */
import { features } from '../models/features.js';
import { LONG_WINDOW, WINDOW } from '../models/market-window.js';
import { gaussian, type Random, seededRandom } from '../models/random.js';

/** One episode: what the policy sees at each step and what a long position then earns. */
export interface Episode {
  /** A feature vector for each step. */
  readonly observations: readonly Float64Array[];
  /** Return of the next bar in units of volatility, for each step. */
  readonly rewards: Float64Array;
}

/** Steps of an episode. */
export const STEPS = 128;
/** Cost of changing the position by one, in units of one bar's volatility. */
export const TURN_COST = 0.1;

const VOLATILITY = 2e-4;
const SWITCH_PROBABILITY = 0.02;
const DRIFT = 0.25;
const FLOW_MEMORY = 0.85;
const FLOW_PULL = 0.35;
const TICK = 0.01;

/** Plays one seeded episode. */
export function episode(seed: number): Episode {
  const random = seededRandom(seed);
  const bars = play(random, WINDOW + STEPS + 1);
  const observations: Float64Array[] = [];
  const rewards = new Float64Array(STEPS);
  for (let step = 0; step < STEPS; step++) {
    const end = WINDOW + step;
    const seen = features(windowAt(bars, end));
    if (seen === undefined) throw new Error(`episode ${seed} has no full window at step ${step}`);
    observations.push(seen);
    rewards[step] = (at(bars.close, end) / at(bars.close, end - 1) - 1) / VOLATILITY;
  }
  return { observations, rewards };
}

interface Bars {
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly imbalance: Float64Array;
  readonly tilt: Float64Array;
}

function play(random: Random, count: number): Bars {
  const bars: Bars = {
    close: new Float64Array(count),
    volume: new Float64Array(count),
    imbalance: new Float64Array(count),
    tilt: new Float64Array(count),
  };
  let price = 100;
  let drift = 0;
  let flow = 0;
  for (let i = 0; i < count; i++) {
    if (random() < SWITCH_PROBABILITY) drift = (Math.floor(random() * 3) - 1) * DRIFT;
    price *= 1 + VOLATILITY * (drift + FLOW_PULL * flow + gaussian(random));
    flow = FLOW_MEMORY * flow + Math.sqrt(1 - FLOW_MEMORY ** 2) * gaussian(random);
    bars.close[i] = Math.round(price / TICK) * TICK;
    bars.volume[i] = Math.exp(gaussian(random) + Math.abs(flow));
    bars.imbalance[i] = Math.tanh(0.7 * flow + 0.5 * gaussian(random));
    bars.tilt[i] = Math.tanh(0.9 * flow + 0.8 * gaussian(random));
  }
  return bars;
}

/** The window that ends before bar `end`. */
function windowAt({ close, volume, imbalance, tilt }: Bars, end: number): Parameters<typeof features>[0] {
  return {
    close: close.subarray(end - WINDOW, end),
    longClose: close.subarray(Math.max(0, end - LONG_WINDOW), end),
    volume: volume.subarray(end - WINDOW, end),
    imbalance: at(imbalance, end - 1),
    tilt: at(tilt, end - 1),
  };
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}
