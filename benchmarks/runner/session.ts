import type { Assignment, Benchmark, Contender, Outcome, Settings } from './contract.js';
import { orderOf } from './order.js';
import { median, spread } from './statistics.js';

/** What became of a contender over all rounds. */
export interface Standing {
  readonly name: string;
  readonly package?: string;
  readonly ours: boolean;
  readonly floor: boolean;
  /** `measured` in every round, `refused` for a wrong answer, or `failed`. Only the first are ranked. */
  readonly status: Outcome['type'];
  /** Per round, in order: figures in the benchmark's unit. */
  readonly rounds: readonly number[];
  readonly median: number;
  /** Range of the middle half of the rounds, as a share of the median. */
  readonly spread: number;
  /** Median divided by that of the fastest contender that is neither ours nor the floor. */
  readonly toBestPeer?: number;
  /** Median divided by that of the floor. */
  readonly toFloor?: number;
  /** Why it is not ranked. */
  readonly reason?: string;
}

/** Runs a contender once. */
export type Runner = (assignment: Assignment) => Promise<Outcome>;

interface Tally {
  readonly contender: Contender;
  readonly position: number;
  readonly rounds: number[];
  fault: Exclude<Outcome, { type: 'measured' }> | undefined;
}

/**
 * Runs all rounds of a benchmark, one process at a time, and ranks who answered right each time.
 *
 * A contender that is refused or fails runs no further rounds.
 */
export async function runSession(
  file: string,
  benchmark: Benchmark,
  settings: Settings,
  run: Runner,
  onProgress: (name: string) => void = () => {},
): Promise<Standing[]> {
  const tallies = benchmark.contenders.map((contender, position): Tally => ({
    contender,
    position,
    rounds: [],
    fault: undefined,
  }));
  for (let round = 0; round < settings.rounds; round++)
    for (const tally of orderOf(tallies, round)) {
      onProgress(tally.contender.name);
      if (tally.fault === undefined) note(tally, await run({ file, contender: tally.position, settings }));
    }
  return rank(tallies);
}

function note(tally: Tally, outcome: Outcome): void {
  if (outcome.type === 'measured') tally.rounds.push(outcome.value);
  else tally.fault = outcome;
}

function rank(tallies: readonly Tally[]): Standing[] {
  const valid = tallies.filter(({ fault }) => fault === undefined);
  const bestPeer = best(valid.filter(({ contender }) => contender.ours !== true && contender.floor !== true));
  const floor = best(valid.filter(({ contender }) => contender.floor === true));
  return tallies
    .map((tally) => standing(tally, bestPeer, floor))
    .toSorted((a, b) => Number(a.status !== 'measured') - Number(b.status !== 'measured') || a.median - b.median);
}

function best(tallies: readonly Tally[]): number | undefined {
  return tallies.length === 0 ? undefined : Math.min(...tallies.map(({ rounds }) => median(rounds)));
}

function standing({ contender, rounds, fault }: Tally, bestPeer?: number, floor?: number): Standing {
  const middle = median(rounds);
  return {
    name: contender.name,
    ...(contender.package !== undefined && { package: contender.package }),
    ours: contender.ours === true,
    floor: contender.floor === true,
    status: fault?.type ?? 'measured',
    rounds,
    median: middle,
    spread: spread(rounds),
    ...(fault === undefined && bestPeer !== undefined && { toBestPeer: middle / bestPeer }),
    ...(fault === undefined && floor !== undefined && { toFloor: middle / floor }),
    ...(fault !== undefined && { reason: reasonOf(fault) }),
  };
}

function reasonOf(fault: Exclude<Outcome, { type: 'measured' }>): string {
  return fault.type === 'failed' ? fault.reason : `answered ${fault.got} where ${fault.expected} is right`;
}
