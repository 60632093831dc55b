import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { ObservedHeaders } from './rate-limiter-headers.js';

/** What a venue has answered, or what the caller knows otherwise. Every part may be left out. */
export interface RateObservation {
  /** HTTP status. Those of the option `pauses` pause. */
  readonly status?: number;
  /** Headers: `Retry-After`, `Date`, `X-MBX-USED-WEIGHT-*`, `X-MBX-ORDER-COUNT-*`, `X-Bapi-Limit*`. */
  readonly headers?: ObservedHeaders;
  /** Nothing starts for so long from now, in milliseconds. */
  readonly pauseFor?: number;
  /** What the venue counts now in the windows of `interval`. Raises their count, never lowers it. */
  readonly used?: number;
  /**
   * Length of the windows that `used` is about, in milliseconds.
   * @default that of the first window
   */
  readonly interval?: number;
  /** The venue's time now, in epoch milliseconds. */
  readonly serverTime?: number;
  /**
   * The endpoint that answered. A 429, a 503 and `pauseFor` then pause this endpoint only; other statuses are about
   * the whole address.
   */
  readonly endpoint?: string;
  /** The keys of the request that was answered. */
  readonly keys?: Readonly<Record<string, string>>;
}

const NUMBERS = ['pauseFor', 'used', 'interval', 'serverTime'] as const;

/**
 * Checks what a caller wrote; what a venue wrote is read leniently elsewhere.
 * @throws ArgumentError for a wrong number.
 */
export function checkObservation(observation: RateObservation): void {
  if (typeof observation !== 'object' || observation === null) {
    throw new ArgumentError(`observation must be an object, got ${show(observation)}`);
  }
  for (const name of NUMBERS) {
    const value = observation[name];
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new ArgumentError(`${name} must be a finite number from 0 up, got ${show(value)}`);
  }
  const { headers } = observation;
  if (headers !== undefined && (typeof headers !== 'object' || headers === null || Array.isArray(headers))) {
    throw new ArgumentError(`headers must be Headers, a Map or an object by name, got ${show(headers)}`);
  }
}
