import type { Clock } from '../core/clock.js';
import { TimeoutError } from '../core/errors.js';

/** How long work with an outside service may take. */
export interface StoreTimeLimit {
  /** What may take long, for the error: `memo quotes: the store`. */
  readonly what: string;
  /** Milliseconds of `ioClock`. */
  readonly timeout: number;
  /** The clock of the limit. */
  readonly ioClock: Clock;
}

/** That the limit was reached; tells it from a timeout that the service's client throws. */
export class LateError extends TimeoutError {
  /** Users see the kind of error that it is. */
  override readonly name = 'TimeoutError';
}

/** Starts work, and rejects with a LateError when it takes too long. How late work ends is of no interest. */
export function limitWork<T>(work: () => Promise<T>, { what, timeout, ioClock }: StoreTimeLimit): Promise<T> {
  return new Promise((resolve, reject) => {
    // A turn later: after a long block the answer may lie in the socket, and Node runs timers before it reads that.
    const giveUp = (): void => void setImmediate(() => reject(new LateError(`${what} took longer than ${timeout} ms`)));
    // Not unref'd: a caller waits for it, and a service that never answers may keep nothing else alive.
    const timer = ioClock.setTimeout(giveUp, timeout);
    const settle = <Argument>(end: (argument: Argument) => void): ((argument: Argument) => void) => {
      return (argument) => {
        timer.cancel();
        end(argument);
      };
    };
    // A promise around it also takes what is thrown at once, and thenables.
    new Promise<T>((start) => start(work())).then(settle(resolve), settle(reject));
  });
}
