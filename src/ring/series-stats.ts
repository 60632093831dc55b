/** What happened to a `SeriesRing` so far: `pushed = size + evicted + cleared`. */
export interface SeriesRingStats {
  /** Rows ever added by `push` and `append`; a restored ring starts with the rows it was given. */
  readonly pushed: number;
  /** Rows that newer ones pushed out. */
  readonly evicted: number;
  /** Rows removed by `clear()`. */
  readonly cleared: number;
  /** Rows among `pushed` that came late and were put where their time belongs. */
  readonly inserted: number;
  /** Times that a row was changed, by `amend` or by a row of the same time. */
  readonly amended: number;
  /** Rows held now. */
  readonly size: number;
  /** Most rows that can be held. */
  readonly capacity: number;
  /** Bytes of storage, taken at construction. */
  readonly storageBytes: number;
}
