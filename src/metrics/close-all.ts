import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { TimeoutError } from '../core/errors.js';
import { type Closable, CLOSING_STAGES, closablesOf } from '../core/life-cycle.js';
import { clockOrSystem, duration, readOptions } from '../core/options.js';

/** How long the end may take. */
export interface CloseAllOptions {
  /**
   * Time for everything together, in milliseconds. What is not closed by then is left as it is.
   * @default 10_000
   */
  readonly timeout?: number;
  /**
   * Measures it.
   * @default systemClock
   */
  readonly ioClock?: Clock;
}

const OPTIONS = z.strictObject({
  timeout: z._default(duration(), 10_000),
  ioClock: clockOrSystem(),
});

/**
 * Closes every open feed, then every hub, scheduler, writer and store of this process, so that what the feeds
 * brought is worked off and written before the bot ends. Those of one stage are closed side by side.
 *
 * One that fails or hangs does not keep the next stage from being closed.
 *
 * @throws AggregateError when some could not be closed: their own errors, and a TimeoutError for each that took too long.
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * process.once('SIGTERM', () => void closeAll({ timeout: 5_000 }).catch(report).finally(() => process.exit()));
 */
export async function closeAll(options: CloseAllOptions = {}): Promise<void> {
  const { timeout, ioClock } = readOptions('closeAll', OPTIONS, options);
  const deadline = ioClock.now() + timeout;
  const failures: unknown[] = [];
  for (const stage of CLOSING_STAGES) {
    const ends = closablesOf(stage).map((instance) => closeBefore(instance, deadline, ioClock));
    for (const outcome of await Promise.allSettled(ends)) {
      if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `closeAll: ${failures.length} could not be closed`);
}

async function closeBefore(instance: Closable, deadline: number, clock: Clock): Promise<void> {
  const name = instance.constructor.name;
  const ended = instance.close();
  let late: (() => void) | undefined;
  const timer = clock.setTimeout(() => late?.(), Math.max(0, deadline - clock.now()));
  try {
    await Promise.race([
      ended,
      new Promise<never>((_, reject) => {
        late = () => reject(new TimeoutError(`closeAll: ${name} must close within the timeout, and did not`));
      }),
    ]);
  } finally {
    timer.cancel();
  }
}
