import { type Random, seededRandom } from './random.js';
import { HOLD, type Signal } from './signal.js';

/** Parameters of a moving-average crossing. */
export interface Genome {
  /** Bars of the fast average, 2 to 20. */
  readonly fast: number;
  /** Bars of the slow average, 21 to 100. */
  readonly slow: number;
  /** Distance of the averages that counts as a crossing, in basis points, 0 to 5. */
  readonly threshold: number;
}

const POPULATION = 16;
const GENERATIONS = 6;
const SURVIVORS = 4;
const MUTATION_RATE = 0.3;
/** Cost of changing the position, in basis points: half a spread and a maker fee. */
const COST = 0.1;
/** Longest slow average: the backtest starts where it is full. */
const LONGEST = 100;
/** Distance, in basis points, at which the strength is one half. */
const HALF_STRENGTH = 2;

/** Searches the parameters that would have earned most over the window. The same seed gives the same result. */
export function evolve(close: ArrayLike<number>, seed: number): Genome {
  const random = seededRandom(seed);
  const sums = prefixSums(close);
  const score = (genome: Genome): number => profit(close, sums, genome);
  let population = Array.from({ length: POPULATION }, () => randomGenome(random));
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const best = fittest(population, score);
    const children = Array.from({ length: POPULATION - SURVIVORS }, () => mutate(cross(best, random), random));
    population = [...best, ...children];
  }
  return fittest(population, score)[0] ?? randomGenome(random);
}

/** What a genome says at the end of the window. */
export function signalOf(genome: Genome, close: ArrayLike<number>): Signal {
  const distance = crossing(prefixSums(close), close.length - 1, genome);
  if (Math.abs(distance) <= genome.threshold) return HOLD;
  const size = Math.abs(distance);
  return { action: distance > 0 ? 1 : -1, strength: size / (size + HALF_STRENGTH) };
}

/** Basis points earned over the window, costs paid. */
function profit(close: ArrayLike<number>, sums: Float64Array, genome: Genome): number {
  let position = 0;
  let earned = 0;
  for (let i = LONGEST; i < close.length; i++) {
    const price = close[i] ?? 0;
    const before = close[i - 1] ?? 0;
    earned += position * (price / before - 1) * 10_000;
    const distance = crossing(sums, i, genome);
    const wanted = Math.abs(distance) <= genome.threshold ? 0 : Math.sign(distance);
    earned -= Math.abs(wanted - position) * COST;
    position = wanted;
  }
  return earned;
}

/** Distance of the fast from the slow average at bar `i`, in basis points. */
function crossing(sums: Float64Array, i: number, { fast, slow }: Genome): number {
  const slowMean = meanAt(sums, i, slow);
  return (meanAt(sums, i, fast) / slowMean - 1) * 10_000;
}

function meanAt(sums: Float64Array, i: number, period: number): number {
  return ((sums[i + 1] ?? 0) - (sums[i + 1 - period] ?? 0)) / period;
}

function prefixSums(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] ?? 0) + (values[i] ?? 0);
  return sums;
}

function fittest(population: readonly Genome[], score: (genome: Genome) => number): Genome[] {
  return population
    .map((genome) => ({ genome, score: score(genome) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SURVIVORS)
    .map(({ genome }) => genome);
}

function randomGenome(random: Random): Genome {
  return { fast: 2 + wholeBelow(19, random), slow: 21 + wholeBelow(80, random), threshold: 5 * random() ** 2 };
}

function cross(parents: readonly Genome[], random: Random): Genome {
  const pick = (): Genome => parents[wholeBelow(parents.length, random)] ?? randomGenome(random);
  return { fast: pick().fast, slow: pick().slow, threshold: pick().threshold };
}

function mutate(genome: Genome, random: Random): Genome {
  const fresh = randomGenome(random);
  return {
    fast: random() < MUTATION_RATE ? fresh.fast : genome.fast,
    slow: random() < MUTATION_RATE ? fresh.slow : genome.slow,
    threshold: random() < MUTATION_RATE ? fresh.threshold : genome.threshold,
  };
}

function wholeBelow(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
