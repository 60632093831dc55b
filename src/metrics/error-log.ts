import * as z from 'zod/mini';
import type { Clock, Timer } from '../core/clock.js';
import { callback, clockOrSystem, duration, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import { FailureReporter } from '../core/failures.js';

/** How repeated errors are told. */
export interface ErrorLogOptions {
  /**
   * Takes one line of text. May be async; what it throws or rejects is counted, and a process warning.
   * @default console.error
   */
  readonly write?: (line: string) => void;
  /**
   * Time between a line and the count of those like it, in milliseconds, from 1 up.
   * @default 60_000
   */
  readonly every?: number;
  /**
   * Most kinds of errors told apart, from 1 to 10 000; beyond, new kinds are counted together as "others".
   * @default 100
   */
  readonly maxKinds?: number;
  /**
   * Measures `every`.
   * @default systemClock
   */
  readonly clock?: Clock;
}

/** What was told and what was only counted. */
export interface ErrorLogStats {
  /** Errors reported. errors = written + counted + waiting. */
  readonly errors: number;
  /** Errors that had a line of their own. */
  readonly written: number;
  /** Errors that were told as part of a count. */
  readonly counted: number;
  /** Errors counted and not told yet. */
  readonly waiting: number;
  /** Kinds that are quiet now. */
  readonly kinds: number;
  /** Times that `write` threw or rejected; those become process warnings, the first at once, then counts. */
  readonly writeFailures: number;
}

/** Errors of one kind since its last line. */
interface Waiting {
  readonly quiet: Timer;
  count: number;
}

const OPTIONS = z.strictObject({
  write: z._default(callback<(line: string) => void>(), () => (line: string) => console.error(line)),
  every: z._default(duration({ min: 1 }), 60_000),
  maxKinds: z._default(wholeNumber(1, 10_000), 100),
  clock: clockOrSystem(),
});

/** The kind of all errors beyond `maxKinds`. */
const OTHERS = 'other errors';

/**
 * Tells the first error of a kind at once, and those like it as one count per interval, so that a venue that is down
 * for an hour fills neither the log nor the disk. Errors of one class and code are of one kind.
 *
 * Pass `report` as `onError` to any number of primitives.
 *
 * Cost: one timer per kind that is quiet; it does not keep the process alive.
 *
 * @example
 * const errors = new ErrorLog();
 * const hub = new SubscriptionHub({ source: pool, onError: errors.report });
 */
export class ErrorLog {
  readonly #settings: z.output<typeof OPTIONS>;
  readonly #waiting = new Map<string, Waiting>();
  #errors = 0;
  #written = 0;
  #counted = 0;
  readonly #failures = new FailureReporter('ErrorLog', undefined);

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: ErrorLogOptions = {}) {
    this.#settings = readOptions('ErrorLog', OPTIONS, options);
  }

  /** Tells or counts an error. Bound to its log, so that it can be passed on. */
  readonly report = (error: unknown, context?: object): void => {
    this.#errors++;
    const title = titleOf(error);
    const kind = this.#waiting.has(title) || this.#waiting.size < this.#settings.maxKinds ? title : OTHERS;
    const known = this.#waiting.get(kind);
    if (known !== undefined) {
      known.count++;
      return;
    }
    this.#written++;
    this.#beQuiet(kind);
    this.#write(oneLine(context === undefined ? textOf(error) : `${textOf(error)} ${show(context)}`));
  };

  /** Counters as they are now. */
  stats(): ErrorLogStats {
    let waiting = 0;
    for (const { count } of this.#waiting.values()) waiting += count;
    return {
      errors: this.#errors,
      written: this.#written,
      counted: this.#counted,
      waiting,
      kinds: this.#waiting.size,
      writeFailures: this.#failures.count,
    };
  }

  /** Tells the counts that wait and forgets all kinds. */
  flush(): void {
    for (const [kind, { quiet, count }] of this.#waiting) {
      quiet.cancel();
      this.#waiting.delete(kind);
      this.#tell(kind, count);
    }
  }

  // A disk that is full or a pipe that is closed must not end the process that tells of it.
  #write(line: string): void {
    try {
      this.#failures.watch(this.#settings.write(line), {});
    } catch (error) {
      this.#failures.report(error, {});
    }
  }

  #beQuiet(kind: string): void {
    const quiet = this.#settings.clock.setTimeout(() => {
      const count = this.#waiting.get(kind)?.count ?? 0;
      this.#waiting.delete(kind);
      if (count === 0) return;
      this.#beQuiet(kind);
      this.#tell(kind, count);
    }, this.#settings.every);
    quiet.unref();
    this.#waiting.set(kind, { quiet, count: 0 });
  }

  #tell(kind: string, count: number): void {
    if (count === 0) return;
    this.#counted += count;
    this.#write(oneLine(`${count} more in the last ${this.#settings.every / 1_000} s: ${kind}`));
  }
}

/** What errors of one kind have in common. */
function titleOf(error: unknown): string {
  if (!(error instanceof Error)) return show(error);
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${titleOf(error)}: ${error.message}` : show(error);
}

/** A venue's text in a message must not be able to forge a line of the log. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
