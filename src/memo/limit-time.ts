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

/** Follows a promise for at most `timeout`; then rejects with a TimeoutError. `onLate` gets a later rejection. */
export function limitTime(
  result: PromiseLike<unknown>,
  { name, timeout, ioClock }: TimeLimit,
  onLate: (error: unknown) => void,
): Promise<unknown> {
  const promise = Promise.resolve(result);
  if (timeout === Infinity) return promise;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = ioClock.setTimeout(() => {
      isLate = true;
      reject(new TimeoutError(`memo ${name}: the load took longer than ${timeout} ms`));
    }, timeout);
    timer.unref();
    promise.then(
      (value) => {
        timer.cancel();
        return resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        return isLate ? onLate(error) : reject(error);
      },
    );
  });
}
