import { TimeoutError } from '../core/errors.js';
import type { FailureReporter } from '../core/failures.js';
import type { BatchErrorContext, BatchSettings } from './batch-writer-options.js';
import type { DeadLetters } from './dead-letters.js';
import type { FlushMarks } from './flush-marks.js';
import type { Intake } from './intake.js';
import type { Journal } from './journal/journal.js';
import type { Lanes } from './lanes.js';
import { settlesWithin } from './settles-within.js';
import type { Tally } from './tally.js';
import { UnwrittenError } from './unwritten-error.js';

/** Longest wait, in milliseconds, for the disk to take what the sink has not taken, where `closeTimeout` is shorter. */
const LEAST_DISK_TIME = 1_000;

/** What ends with the writer. */
interface ShutdownParts<T> {
  readonly tally: Tally;
  readonly lanes: Lanes<T>;
  readonly intake: Intake<T>;
  readonly flushes: FlushMarks;
  readonly deadLetters: DeadLetters<T>;
  readonly journal: Journal<T> | undefined;
  readonly reporter: FailureReporter<BatchErrorContext>;
}

/** The end of a writer: rows first, then the sink, then the journal. */
export class Shutdown<T> {
  readonly #settings: BatchSettings<T>;
  readonly #parts: ShutdownParts<T>;

  constructor(settings: BatchSettings<T>, parts: ShutdownParts<T>) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Waits for rows as long as it may, gives up or leaves to the journal what is left, and closes everything. */
  async run(opening: Promise<void>, openError: () => unknown, mark: () => Promise<void>, closed: Error): Promise<void> {
    const { ioClock, closeTimeout, name } = this.#settings;
    const { lanes, intake, journal } = this.#parts;
    const flushed = mark();
    lanes.hurry();
    intake.room.announce(closed);
    const ended = opening.then(() => (openError() === undefined ? flushed : undefined));
    const isInTime = await settlesWithin(ended, ioClock, closeTimeout);
    const cause = openError() ?? lanes.record.lastError;
    const end = openError() === undefined ? `written within ${closeTimeout} ms of close` : 'written: no journal';
    if (openError() !== undefined || !isInTime) {
      await this.#abandon(new TimeoutError(`${name}: not ${end}`, { cause }), closed, openError() === undefined);
    }
    try {
      await this.#closeSink();
    } finally {
      await journal?.close();
      // Lost rows weigh more than a sink that does not end well: this rejection replaces the other.
      await flushed;
    }
  }

  /** Leaves what is left to the journal if that has it, and gives it up otherwise. */
  async #abandon(reason: TimeoutError, closed: Error, mayKeep: boolean): Promise<void> {
    const { lanes, intake, flushes, deadLetters, journal, tally } = this.#parts;
    intake.close(closed);
    const left = await lanes.stop(reason);
    const isKept = mayKeep && journal !== undefined && (await this.#isSecured(journal));
    const stored = left.flatMap((delivery) => delivery.storedAhead);
    const items = deadLetters.rejectRest(left, reason);
    tally.pending -= stored.length;
    tally.written += stored.length;
    for (const identity of stored) journal?.settle(identity);
    if (!isKept) {
      tally.pending -= items.length;
      tally.deadLettered += items.length;
      for (const delivery of left) for (const identity of delivery.identitiesLeft) journal?.settle(identity);
      deadLetters.buryRest(items, reason);
    }
    if (items.length === 0) return flushes.end();
    const fate = isKept ? '; the journal has them for the next start' : '';
    const message = `${reason.message.replace(': not', `: ${items.length} rows were not`)}${fate}`;
    flushes.end(new UnwrittenError(message, items, { cause: reason.cause }));
  }

  #isSecured(journal: Journal<T>): Promise<boolean> {
    const { ioClock, closeTimeout } = this.#settings;
    return settlesWithin(journal.secured(), ioClock, Math.max(closeTimeout, LEAST_DISK_TIME));
  }

  async #closeSink(): Promise<void> {
    const { sink, ioClock, closeTimeout, name } = this.#settings;
    if (typeof sink === 'function' || sink.close === undefined) return;
    try {
      const closed = Promise.resolve(sink.close());
      if (await settlesWithin(closed, ioClock, closeTimeout)) return await closed;
      throw new TimeoutError(`${name}: the sink was not closed within ${closeTimeout} ms`);
    } catch (error) {
      this.#parts.reporter.report(error, { name, operation: 'close', rows: 0 });
      throw error;
    }
  }
}
