import * as z from 'zod/mini';
import { duration } from '../core/options.js';

/** How processes take turns in loading a key. */
export interface LeaseOptions {
  /**
   * How long after the last sign of a holder its lease ends, in milliseconds of the store's clock. A holder gives a sign
   * every third of it. When one is killed, the others wait for about this long.
   * @default 2_000
   */
  readonly ttl?: number | undefined;
  /**
   * How long a call waits for another process's result before it loads by itself, in milliseconds of `ioClock`. Also how
   * long a holder goes on giving signs. At most one of several processes loads while it is longer than `ttl` and a load.
   * @default 10_000
   */
  readonly wait?: number | undefined;
  /**
   * First pause between two looks for the result, in milliseconds of `ioClock`; it doubles with each, up to 16 times this.
   * @default 5
   */
  readonly poll?: number | undefined;
}

/** Checks {@link LeaseOptions}. */
export const LEASE_SCHEMA = z.strictObject({
  ttl: z.optional(duration({ min: 10 })),
  wait: z.optional(duration()),
  poll: z.optional(duration({ min: 1 })),
});
