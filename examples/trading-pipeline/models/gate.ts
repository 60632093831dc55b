import type { Regime } from './regime.js';
import type { Action } from './signal.js';

/** What the gate looks at. */
export interface Proposal {
  readonly symbol: string;
  /** Consensus, -1 to 1. */
  readonly score: number;
  readonly regime: Regime;
}

/** What becomes of a proposal. */
export interface Decision {
  readonly symbol: string;
  readonly action: Action;
  readonly score: number;
  readonly regime: Regime;
  /** Why: one word for the log. */
  readonly reason: 'weak' | 'turbulent' | 'crowded' | 'full' | 'accepted';
  /** Largest correlation with a symbol already accepted in the same direction; NaN without one. */
  readonly crowding: number;
}

const MIN_SCORE = 0.15;
const MAX_CROWDING = 0.9;

/** What the gate asks. */
export interface GateQuestions {
  /** How alike two symbols move, -1 to 1, or NaN. */
  readonly correlation: (a: string, b: string) => number;
  /** Whether the position leaves room for one more unit in a direction. Asked only when nothing else forbids it. */
  readonly hasRoom: (symbol: string, action: Action) => boolean;
}

/**
 * Decides the proposals of one boundary together, strongest first: a symbol that moves like one already
 * taken in the same direction would only double the bet.
 */
export function decide(proposals: readonly Proposal[], ask: GateQuestions): Decision[] {
  const taken: Decision[] = [];
  const strongestFirst = proposals.toSorted((a, b) => Math.abs(b.score) - Math.abs(a.score));
  return strongestFirst.map((proposal) => {
    const decision = judge(proposal, taken, ask);
    if (decision.action !== 0) taken.push(decision);
    return decision;
  });
}

function judge(proposal: Proposal, taken: readonly Decision[], ask: GateQuestions): Decision {
  const action: Action = proposal.score > 0 ? 1 : -1;
  const crowding = crowdingOf(proposal.symbol, action, taken, ask.correlation);
  const reason = objectionTo(proposal, crowding) ?? (ask.hasRoom(proposal.symbol, action) ? 'accepted' : 'full');
  return { ...proposal, action: reason === 'accepted' ? action : 0, reason, crowding };
}

function objectionTo({ score, regime }: Proposal, crowding: number): Decision['reason'] | undefined {
  if (Math.abs(score) < MIN_SCORE) return 'weak';
  if (regime === 'turbulent') return 'turbulent';
  return crowding > MAX_CROWDING ? 'crowded' : undefined;
}

function crowdingOf(
  symbol: string,
  action: Action,
  taken: readonly Decision[],
  correlation: (a: string, b: string) => number,
): number {
  let largest = Number.NaN;
  for (const other of taken) {
    const value = other.action === action ? correlation(symbol, other.symbol) : Number.NaN;
    if (!(value <= largest) && !Number.isNaN(value)) largest = value;
  }
  return largest;
}
