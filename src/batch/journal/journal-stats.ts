/** A journal's counters. */
export interface JournalStats {
  /** Bytes of all files. */
  readonly bytes: number;
  /** Files of rows. */
  readonly segments: number;
  /** Rows that are neither on the disk nor at the sink. */
  readonly unsecured: number;
  /** Whether the latest write failed. Rows are still taken and sent, but not safe. */
  readonly isFailing: boolean;
  /** Rows of earlier runs that were taken up. */
  readonly replayed: number;
  /** Places in files of earlier runs at which rows were damaged. */
  readonly corrupt: number;
  /** Bytes of torn tails, as a crash leaves them, that were cut off. */
  readonly torn: number;
  /** Rows of earlier runs for which `decode` threw. They stay in the journal. */
  readonly undecodable: number;
}
