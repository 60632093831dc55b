import * as z from 'zod/mini';
import { claim, duration, text } from '../core/options.js';

/**
 * What a venue allows, as data: figures, where they are written, and when that was read.
 *
 * Venues change them without notice; every field can be overridden.
 */
export interface VenueLimits {
  /** Most topics in one subscribe or unsubscribe frame; Infinity is no limit. */
  readonly topicsPerRequest: number;
  /** Most bytes of one subscribe or unsubscribe frame; Infinity is no limit. */
  readonly bytesPerRequest: number;
  /** Most topics on one connection; Infinity is no limit. */
  readonly topicsPerConnection: number;
  /** Most characters of all topics on one connection, each counted with two quotes and a comma; Infinity is no limit. */
  readonly charactersPerConnection: number;
  /** Shortest time between two frames sent on one connection, in milliseconds. */
  readonly pace: number;
  /** Most connections that one address may open within `connectionWindow`; Infinity is no limit. */
  readonly connectionsPerWindow: number;
  /** The window of `connectionsPerWindow`, in milliseconds. */
  readonly connectionWindow: number;
  /** How long the venue keeps a connection before it cuts it, in milliseconds; Infinity is no limit. */
  readonly connectionLifetime: number;
  /** Where the figures are written. */
  readonly source: string;
  /** The day they were read, as `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** The limits of a venue that states none. */
export const NO_LIMITS: VenueLimits = {
  topicsPerRequest: Infinity,
  bytesPerRequest: Infinity,
  topicsPerConnection: Infinity,
  charactersPerConnection: Infinity,
  pace: 0,
  connectionsPerWindow: Infinity,
  connectionWindow: 300_000,
  connectionLifetime: Infinity,
  source: 'none stated',
  asOf: '',
};

/** Schema of limits of which any may be left out. */
export const limitsSchema = z.strictObject({
  topicsPerRequest: z.optional(count()),
  bytesPerRequest: z.optional(count()),
  topicsPerConnection: z.optional(count()),
  charactersPerConnection: z.optional(count()),
  pace: z.optional(duration()),
  connectionsPerWindow: z.optional(count()),
  connectionWindow: z.optional(duration({ min: 1 })),
  connectionLifetime: z.optional(duration({ min: 1, allowInfinity: true })),
  source: z.optional(text()),
  asOf: z.optional(claim<string>('a day as YYYY-MM-DD', (value) => typeof value === 'string' && isDay(value))),
});

function count(): z.ZodMiniType<number, number> {
  return claim('a whole number from 1 up, or Infinity', (value) => {
    return value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 1);
  });
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value);
}
