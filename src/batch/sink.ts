/** What a sink is told about one send. */
export interface SendContext {
  /** Fires when the send takes longer than its timeout, or the writer gives up at its end. */
  readonly signal: AbortSignal;
  /**
   * The how many-th send for this batch, counted from 1.
   * Above 1 the sink may hold some of these rows already: a reply may have been lost.
   */
  readonly attempt: number;
  /** Identity of this set of rows, the same each time exactly these rows are sent. */
  readonly batchId: string;
  /** One identity per row, in the order of the batch; a row keeps it across retries, splits and replays. */
  readonly ids: readonly string[];
}

/** A row that the sink refused for good, while it stored the rest of the batch. */
export interface RejectedRow {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** Why the row was refused. */
  readonly error: unknown;
}

/**
 * What a sink may throw when one row is at fault and nothing was stored: any error with the row's position, as
 * a COPY knows it by the line. The row is given up without a search for it, and the others are sent again.
 *
 * Only a permanent error is read so; for a retryable one all rows are sent again.
 */
export interface RowError {
  /** Position in the batch of the row at fault, from 0. */
  readonly rowIndex: number;
}

/** What a sink may answer: the rows it refused. All others count as written. */
export interface SinkReport {
  /** Refused rows, in any order; empty when all were stored. */
  readonly rejected: readonly RejectedRow[];
}

/**
 * Stores a batch of rows, oldest first.
 *
 * Resolves when the rows are stored, all of them or all but the reported ones. Rejects when none is: the
 * rows are then sent again. A sink that can fail half-way has to recognise rows by `context.ids`.
 * The array is the sink's, to do with as it likes; the rows in it are the caller's, and sent again as they then are.
 */
export type SinkFunction<T> = (batch: readonly T[], context: SendContext) => Promise<SinkReport | void>;

/** A sink with an end: the writer closes it after the last row. */
export interface SinkObject<T> {
  /**
   * Whether the sink says which rows failed, by its report or by {@link RowError}. The contract suite holds it to that.
   * @default false
   */
  readonly reportsRows?: boolean;
  /**
   * Whether a row that comes again with the same identity is not stored again.
   * @default false
   */
  readonly isIdempotent?: boolean;
  /** Stores a batch of rows; see {@link SinkFunction}. */
  write(batch: readonly T[], context: SendContext): Promise<SinkReport | void>;
  /** Ends the sink. Called once, after the last send. */
  close?(): Promise<void> | void;
}

/** Where a writer sends its batches. */
export type Sink<T> = SinkFunction<T> | SinkObject<T>;
