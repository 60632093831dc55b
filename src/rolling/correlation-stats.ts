/** Counters and state of a {@link RollingCorrelation}. Counters only grow; `bars` and `exactSymbols` are of now. */
export interface RollingCorrelationStats {
  /** Symbols. */
  readonly symbols: number;
  /** Symbols that are counted in whole ticks now. */
  readonly exactSymbols: number;
  /** Bars in the window now. */
  readonly bars: number;
  /** Bars pushed. */
  readonly pushes: number;
  /** Values amended, late bars not counted. */
  readonly amends: number;
  /** Bars that came again, late or not, and replaced what had been pushed with their time. */
  readonly replacedBars: number;
  /** Bars and amended values that came too late, or with a time between those of the bars pushed: left out. */
  readonly lateDropped: number;
  /** Values that were missing, not finite or beyond 1e150, amended ones included. */
  readonly gaps: number;
  /** Gaps that 'forward-fill' filled. */
  readonly filledGaps: number;
  /** Bars that 'listwise' left out; a bar amended while incomplete may count more than once. */
  readonly droppedBars: number;
  /** Values off their symbol's grid. */
  readonly offGridValues: number;
  /** Times a symbol with a tick went from ticks to floats. It returns once its window allows. */
  readonly floatFallbacks: number;
  /** Times a symbol's sums were recomputed from the window, to change its anchor or to undo rounding. */
  readonly rowRecomputes: number;
  /** What does the arithmetic. */
  readonly engine: 'wasm' | 'js';
  /** Threads that help, once the first pass has started them. */
  readonly workers: number;
}

/** The counters that are kept beside the sums. */
export interface CorrelationCounters {
  /** Bars pushed. */
  pushes: number;
  /** Values amended. */
  amends: number;
  /** Bars replaced. */
  replacedBars: number;
  /** Bars and values that came too late. */
  lateDropped: number;
  /** Bars that 'listwise' left out. */
  droppedBars: number;
}
