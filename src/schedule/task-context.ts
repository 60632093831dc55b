/** What a task is told about its call. */
export interface TaskContext {
  /** Fires when the call no longer matters: aborted, timed out, or another copy answered first. Made when first read. */
  readonly signal: AbortSignal;
  /** Number of the call, from 1; calls refused with 429 do not count. */
  readonly attempt: number;
}

/** A context whose signal costs nothing unless the task reads it: a controller and its listener take microseconds. */
export class CallContext implements TaskContext {
  readonly attempt: number;
  #controller: AbortController | undefined;
  #hasEnded = false;
  #reason: unknown;

  constructor(attempt: number) {
    this.attempt = attempt;
  }

  /** The signal; already fired when the call has been ended before. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#hasEnded) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Fires the signal. */
  abort(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
