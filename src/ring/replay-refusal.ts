import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Named in messages. */
export const OWNER = 'ReplayRing';

/** Says what a call on a `ReplayRing` takes and what came instead. */
export function refusal(expected: string, value: unknown): ArgumentError {
  return new ArgumentError(`${OWNER}: ${expected}, got ${show(value)}`);
}
