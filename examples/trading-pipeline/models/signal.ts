/** Sell, hold or buy. */
export type Action = -1 | 0 | 1;

/** What one model says of one symbol at one decision. */
export interface Signal {
  readonly action: Action;
  /** Confidence, 0 to 1. */
  readonly strength: number;
}

/** No opinion. */
export const HOLD: Signal = Object.freeze({ action: 0, strength: 0 });
