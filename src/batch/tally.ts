/** What became of the rows so far; see BatchStats for the meanings. */
export interface Tally {
  accepted: number;
  refused: number;
  pending: number;
  written: number;
  deadLettered: number;
  dropped: number;
  coalesced: number;
}

export function newTally(): Tally {
  return { accepted: 0, refused: 0, pending: 0, written: 0, deadLettered: 0, dropped: 0, coalesced: 0 };
}
