/** What can go wrong, as `--faults` names it. */
export const FAULT_KINDS = [
  'disconnect',
  'duplicate',
  'gap',
  'silence',
  'slow-database',
  'kill-database',
  'reasoning-down',
  '429',
] as const;

/** Name of a fault. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that goes wrong for a while of market time, `from` included and `to` not. */
export interface Fault {
  readonly kind: FaultKind;
  /** Epoch milliseconds, at a boundary of bars. */
  readonly from: number;
  readonly to: number;
  /** The symbol whose update is left out (`gap` and `429`); the other faults strike all. */
  readonly symbol: string;
}

/** Whether a fault of this kind is under way. */
export function isUnderWay(faults: readonly Fault[], kind: FaultKind, at: number): boolean {
  return faults.some((fault) => fault.kind === kind && at >= fault.from && at < fault.to);
}
