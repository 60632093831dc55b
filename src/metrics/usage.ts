/**
 * What one run of a bot used. Fields that were not counted are left out; others of any name can be added and are
 * compared like the rest.
 */
export interface Usage {
  /** How long the run took, in milliseconds. */
  readonly elapsed: number;
  /** CPU time, in milliseconds. */
  readonly cpu?: number;
  /** Most memory, in bytes. */
  readonly memory?: number;
  /** 95th percentile of the latency that matters to you, in milliseconds. */
  readonly p95?: number;
  /** Connections that were lost and made again. */
  readonly reconnects?: number;
  /** Statements sent to databases. */
  readonly statements?: number;
  /** Calls of models that are paid by call. */
  readonly modelCalls?: number;
  /** Bytes sent and received over networks. */
  readonly networkBytes?: number;
  readonly [metric: string]: number | undefined;
}
