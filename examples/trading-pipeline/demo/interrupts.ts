/** Exit code after Ctrl-C, as shells count it. */
export const INTERRUPTED = 130;

/** How the user ends the demo. */
export interface StopSignals {
  /** Aborts when bots are to store what they have and end. */
  readonly asked: AbortSignal;
  /** Aborts when bots are to end at once; what was made for the session is still removed. */
  readonly insisted: AbortSignal;
}

/** Listens to Ctrl-C: the first asks, the second insists, the third ends this process wherever it is. */
export function listenToInterrupts(): StopSignals {
  const [ask, insist] = [new AbortController(), new AbortController()];
  const interrupt = (): void => {
    if (insist.signal.aborted) process.exit(INTERRUPTED);
    if (ask.signal.aborted) insist.abort();
    else ask.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return { asked: ask.signal, insisted: insist.signal };
}
