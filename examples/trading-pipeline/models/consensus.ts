import type { ModelKind } from './roster.js';
import type { Regime } from './regime.js';
import type { Signal } from './signal.js';

/** A signal and the kind of model it comes from. */
export interface Vote {
  readonly kind: ModelKind;
  readonly signal: Signal;
}

/** How much each kind of model is trusted in each regime. */
const TRUST: Readonly<Record<Regime, Readonly<Record<ModelKind, number>>>> = {
  unknown: { ppo: 0, genetic: 0, spectrum: 0 },
  quiet: { ppo: 0.5, genetic: 0.2, spectrum: 0.3 },
  range: { ppo: 0.4, genetic: 0.2, spectrum: 0.4 },
  rising: { ppo: 0.4, genetic: 0.4, spectrum: 0.2 },
  falling: { ppo: 0.4, genetic: 0.4, spectrum: 0.2 },
  turbulent: { ppo: 0.6, genetic: 0.2, spectrum: 0.2 },
};

/** The trust-weighted mean of the votes, -1 to 1; 0 without trust in any. */
export function consensusOf(votes: readonly Vote[], regime: Regime): number {
  let weighted = 0;
  let trust = 0;
  for (const { kind, signal } of votes) {
    const weight = TRUST[regime][kind];
    weighted += weight * signal.action * signal.strength;
    trust += weight;
  }
  return trust === 0 ? 0 : weighted / trust;
}
