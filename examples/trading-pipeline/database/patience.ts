/** How long a server may take to answer: a time, and the user's own patience. */
export class Patience {
  /** Rejects when the time is up or the user has stopped waiting. */
  readonly over: Promise<never>;
  /** Ends the watch. */
  readonly end: () => void;

  /** @param timeout In milliseconds. */
  constructor(timeout: number, signal: AbortSignal | undefined) {
    let reject: (error: unknown) => void = () => undefined;
    this.over = new Promise((_, fail) => (reject = fail));
    this.over.catch(() => {}); // whoever races it hears of it
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1_000} s`)), timeout);
    const stop = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    this.end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
  }
}
