/**
 * How long an answer of the venue about one step may be served.
 *
 * A step is open until it ends, then settles for `settleTime`, then is settled. While open or settling its row
 * changes, so that an answer is served for `openTtl`, and never across the next of these moments: the row of a closed
 * bar always comes from a load begun after the bar had closed, and the one that is kept from a load begun after it
 * had settled.
 *
 * A settled row is kept. A settled step without a row is kept as a hole only when the venue has shown a later row:
 * at the end of what it has, "nothing there" may mean "not yet there", as when a venue publishes late. Such a gap is
 * believed for a tenth of the time since its end, as HTTP caches do with pages of no stated age (RFC 9111, 4.2.2), and
 * only until a later row is shown.
 */
const PATIENCE = 0.1;

/** Options that decide how long answers are served, in milliseconds. */
export interface TrustRules {
  /** While a step is open or settling. */
  readonly openTtl: number;
  /** How long rows change after the end of their step. */
  readonly settleTime: number;
  /** For settled steps without a row. */
  readonly holeTtl: number;
}

/** What an answer says about a step. */
export type Finding = 'row' | 'hole' | 'nothing-yet';

/** A moment by both times of a clock. */
export interface Instant {
  /** Of `clock.now()`. */
  readonly now: number;
  /** Epoch milliseconds. */
  readonly wallTime: number;
}

/** Where a step is in its life at a wall time: open, settling, settled. */
export type Phase = 'open' | 'settling' | 'settled';

/** The phase of a step that ends at `end`. */
export function phaseAt(wallTime: number, end: number, settleTime: number): Phase {
  if (wallTime < end) return 'open';
  return wallTime < end + settleTime ? 'settling' : 'settled';
}

/** Milliseconds, from the start of a load at `wallTime`, for which its finding about a step may be served. */
export function trustedFor(finding: Finding, wallTime: number, end: number, rules: TrustRules): number {
  const { openTtl, settleTime, holeTtl } = rules;
  const phase = phaseAt(wallTime, end, settleTime);
  if (phase === 'open') return Math.min(openTtl, end - wallTime);
  if (phase === 'settling') return Math.min(openTtl, end + settleTime - wallTime);
  if (finding === 'row') return Infinity;
  return finding === 'hole' ? holeTtl : Math.min(holeTtl, Math.max(openTtl, (wallTime - end) * PATIENCE));
}
