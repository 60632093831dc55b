import type { Callback } from './callback.js';
import type { Timer } from './clock.js';
import { show } from './show.js';
import { systemClock } from './system-clock.js';

/**
 * Called for every failure of something the caller passed in. `context` says where it happened.
 *
 * It may be async. What it throws or rejects becomes a process warning.
 */
export type ErrorHandler<Context = Readonly<Record<string, unknown>>> = Callback<[error: unknown, context: Context]>;

/** Shortest time between two warnings of one reporter, in milliseconds. */
const WARNING_INTERVAL = 60_000;

/**
 * Where the failures of user callbacks end: at `onError`, or without it as process warnings, the first at
 * once and then one count per minute. Every failure is counted. Reporting never throws.
 */
export class FailureReporter<Context extends object = Readonly<Record<string, unknown>>> {
  readonly #source: string;
  readonly #onError: ErrorHandler<Context> | undefined;
  #count = 0;
  #unwarned = 0;
  #quiet: Timer | undefined;

  constructor(source: string, onError: ErrorHandler<Context> | undefined) {
    this.#source = source;
    this.#onError = onError;
  }

  /** Failures reported so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts a failure and hands it to `onError`, or without it to the process as a warning. */
  report(error: unknown, context: Context): void {
    this.#count++;
    if (this.#onError === undefined) {
      this.#warn(error);
      return;
    }
    try {
      onRejection(this.#onError(error, context), (rejection) => this.#warn(rejection));
    } catch (thrown) {
      this.#warn(thrown);
    }
  }

  /** Reports the rejection of what a user callback returned, if that was a promise. */
  watch(result: unknown, context: Context): void {
    onRejection(result, (rejection) => this.report(rejection, context));
  }

  #warn(error: unknown): void {
    if (this.#quiet !== undefined) {
      this.#unwarned++;
      return;
    }
    emitWarning(`${this.#source}: ${describe(error)}`);
    this.#beQuiet();
  }

  #beQuiet(): void {
    this.#quiet = systemClock.setTimeout(() => {
      this.#quiet = undefined;
      if (this.#unwarned === 0) return;
      emitWarning(`${this.#source}: ${this.#unwarned} more failures in the last ${WARNING_INTERVAL / 1_000} s`);
      this.#unwarned = 0;
      this.#beQuiet();
    }, WARNING_INTERVAL);
    this.#quiet.unref();
  }
}

/** Whether a value has a `then` method that can be called. False for one whose `then` cannot be read. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return 'then' in value && typeof value.then === 'function';
  } catch {
    return false;
  }
}

function onRejection(result: unknown, reject: (rejection: unknown) => void): void {
  if (!isThenable(result)) return;
  // A promise around it makes a thenable that throws, or that settles twice, one rejection.
  new Promise((resolve) => resolve(result)).then(undefined, reject);
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'TickwiseWarning');
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return show(error);
  }
}
