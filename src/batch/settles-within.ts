import type { Clock } from '../core/clock.js';

/** Whether a promise settles, either way, within `timeout` milliseconds. */
export function settlesWithin(promise: Promise<unknown>, clock: Clock, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(() => resolve(false), timeout);
    const settle = (): void => {
      timer.cancel();
      resolve(true);
    };
    promise.then(settle, settle);
  });
}
