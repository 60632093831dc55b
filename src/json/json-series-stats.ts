/** What a `JsonSeries` did so far. Without it, `rowsServed` rows would have been encoded. */
export interface JsonSeriesStats {
  /** Calls of `bytes`, `view` and `stringify`. */
  readonly calls: number;
  /** Calls among them that got the answer of an earlier one, because the ring had not changed. */
  readonly repeated: number;
  /** Rows in all answers together. */
  readonly rowsServed: number;
  /** Rows written as JSON: `added + changed + older`. */
  readonly rowsEncoded: number;
  /** Rows encoded because they came since the call before. */
  readonly added: number;
  /** Rows encoded again because a value of theirs had changed or another row was put before them. */
  readonly changed: number;
  /** Rows encoded because more rows were asked for than are kept. */
  readonly older: number;
  /** Rows compared with what they were when they were encoded. */
  readonly rowsCompared: number;
  /** Rows whose JSON is kept now. */
  readonly rows: number;
  /** Bytes of storage now, answers that were handed out not counted. */
  readonly storageBytes: number;
}

/** How the answer of the last call of a `JsonSeries` came about. */
export interface JsonSeriesExplanation {
  /** Rows of the answer, -1 before the first call. */
  readonly rows: number;
  /** The version of the ring that it shows. */
  readonly version: number;
  /** Whether it was an earlier answer. */
  readonly isRepeated: boolean;
  /** Rows encoded for it; see {@link JsonSeriesStats}. */
  readonly added: number;
  /** As in {@link JsonSeriesStats}. */
  readonly changed: number;
  /** As in {@link JsonSeriesStats}. */
  readonly older: number;
  /** Rows compared for it. */
  readonly rowsCompared: number;
  /** In a sentence, why these rows were encoded and compared. */
  readonly reason: string;
}
