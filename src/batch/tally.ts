/** What became of the rows so far; see BatchStats for the meanings. */
export interface Tally {
  /** Rows that were taken in. */
  accepted: number;
  /** Rows that were turned away. */
  refused: number;
  /** Rows taken in and not settled yet. */
  pending: number;
  /** Rows the sink has. */
  written: number;
  /** Rows given up for an error. */
  deadLettered: number;
  /** Rows given up for want of room. */
  dropped: number;
  /** Rows that a newer one of their key replaced. */
  coalesced: number;
}

/** Makes a tally of zeros. */
export function newTally(): Tally {
  return { accepted: 0, refused: 0, pending: 0, written: 0, deadLettered: 0, dropped: 0, coalesced: 0 };
}
