import { ArgumentError } from './errors.js';
import { show } from './show.js';

/** Returns a delay in milliseconds that is 0 or more. */
export function checkDelay(delay: number): number {
  if (typeof delay !== 'number' || Number.isNaN(delay)) {
    throw new ArgumentError(`delay must be a number of milliseconds, got ${show(delay)}`);
  }
  return delay > 0 ? delay : 0;
}
