import type { Clock } from '../core/clock.js';
import { TimeoutError } from '../core/errors.js';

/** What a time limit needs to know. */
interface TimeLimit {
  /** Name of the cache, for the error. */
  readonly name: string;
  /** Milliseconds of `ioClock`; Infinity sets no timer. */
  readonly timeout: number;
  /** The clock of the limit. */
  readonly ioClock: Clock;
}

/**
 * Follows a promise for at most `timeout`; then aborts the load and rejects with a TimeoutError. `onLate` gets
 * a later rejection, unless the load was told to end.
 */
export function limitTime(
  result: PromiseLike<unknown>,
  { name, timeout, ioClock }: TimeLimit,
  controller: AbortController | undefined,
  onLate: (error: unknown) => void,
): Promise<unknown> {
  const promise = Promise.resolve(result);
  if (timeout === Infinity) return promise;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = ioClock.setTimeout(() => {
      isLate = true;
      const error = new TimeoutError(`memo ${name}: the load took longer than ${timeout} ms`);
      reject(error);
      controller?.abort(error);
    }, timeout);
    timer.unref();
    promise.then(
      (value) => {
        timer.cancel();
        return resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        if (!isLate) return reject(error);
        return controller === undefined ? onLate(error) : undefined;
      },
    );
  });
}
