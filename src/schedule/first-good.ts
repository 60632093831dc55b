import { ArgumentError } from '../core/errors.js';
import { FailureReporter, type ErrorHandler } from '../core/failures.js';
import { show } from '../core/show.js';
import type { Clock, Timer } from '../core/clock.js';
import { callback, claim, clockOrSystem, duration, readOptions } from '../core/options.js';
import * as z from 'zod/mini';
import { CallContext, type TaskContext } from './task-context.js';

/** One place to ask. */
export type Source<Value> = (context: TaskContext) => Value | PromiseLike<Value>;

/** How several sources are asked. */
export interface FirstGoodOptions<Value> {
  /** Whether an answer is good enough; by default every answer is. */
  readonly accept?: (value: Value) => boolean;
  /**
   * Milliseconds after which the next source is asked though the one before has not answered. 0 asks all at once.
   * A source that fails, or whose answer is not accepted, lets the next one begin at once.
   * @default 0
   */
  readonly stagger?: number;
  /** Gives up: the promise rejects with the reason, and all sources' signals fire. */
  readonly signal?: AbortSignal;
  /**
   * Time of `stagger`.
   * @default systemClock
   */
  readonly clock?: Clock;
  /** Receives what `accept` throws; that answer is not accepted. */
  readonly onError?: ErrorHandler<{ readonly source: number }>;
}

/** Answer of {@link firstGood}. */
export interface FirstGood<Value> {
  /** The first answer that was accepted. */
  readonly value: Value;
  /** Position of its source. */
  readonly source: number;
}

const schema = z.strictObject({
  accept: z.optional(callback<(value: unknown) => boolean>()),
  stagger: z._default(duration(), 0),
  signal: z.optional(claim<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal)),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<{ readonly source: number }>>()),
});

/**
 * Asks several sources and takes the first answer that is good enough; the signals of the others fire.
 *
 * Rejects with an AggregateError when no source gave one: its `errors` hold, in the order of the sources, what each
 * threw, or the answer that was not accepted. Late failures of sources that lost reach nobody, on purpose.
 *
 * @throws ArgumentError when `sources` is not a list of at least one function.
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const { value, source } = await firstGood([fromBybit, fromBinance], { accept: (price) => price > 0, stagger: 200 });
 */
export function firstGood<Value>(
  sources: readonly Source<Value>[],
  options: FirstGoodOptions<Value> = {},
): Promise<FirstGood<Value>> {
  if (!Array.isArray(sources) || sources.length === 0 || sources.some((source) => typeof source !== 'function')) {
    throw new ArgumentError(`sources must be a list of at least one function, got ${show(sources)}`);
  }
  // The options were typed by the caller's answers, which a schema cannot say.
  const settings = readOptions('firstGood', schema, options) as Settings<Value>;
  return new Promise((resolve, reject) => new Race([...sources], settings, resolve, reject).start());
}

interface Settings<Value> {
  readonly accept?: ((value: Value) => boolean) | undefined;
  readonly stagger: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  readonly onError?: ErrorHandler<{ readonly source: number }> | undefined;
}

class Race<Value> {
  readonly #sources: readonly Source<Value>[];
  readonly #settings: Settings<Value>;
  readonly #resolve: (answer: FirstGood<Value>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #reporter: FailureReporter<{ readonly source: number }>;
  readonly #contexts: CallContext[] = [];
  readonly #failures: unknown[];
  readonly #onAbort = (): void => this.#finish(() => this.#reject(this.#settings.signal?.reason));
  #failed = 0;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(
    sources: readonly Source<Value>[],
    settings: Settings<Value>,
    resolve: (answer: FirstGood<Value>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#sources = sources;
    this.#settings = settings;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#reporter = new FailureReporter('firstGood', settings.onError);
    this.#failures = sources.map(() => undefined);
  }

  /** Asks the first source, or all of them. */
  start(): void {
    const { signal } = this.#settings;
    if (signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#askNext();
  }

  #askNext(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { clock, stagger } = this.#settings;
    this.#ask(this.#contexts.length);
    if (!this.#hasMore()) return;
    if (stagger === 0) this.#askNext();
    else this.#timer = clock.setTimeout(() => this.#askNext(), stagger);
  }

  #hasMore(): boolean {
    return !this.#isOver && this.#contexts.length < this.#sources.length;
  }

  #ask(index: number): void {
    const context = new CallContext(1);
    this.#contexts.push(context);
    const source = this.#sources[index];
    // In an async function, so that a source that throws has failed like one that rejects.
    const answer = (async () => source?.(context))();
    answer.then(
      // Every index is below the number of sources.
      (value) => this.#judge(index, value as Value),
      (error: unknown) => this.#fail(index, error),
    );
  }

  #judge(index: number, value: Value): void {
    if (this.#isOver) return;
    if (this.#isAccepted(index, value)) this.#finish(() => this.#resolve({ value, source: index }));
    else this.#fail(index, value);
  }

  #isAccepted(index: number, value: Value): boolean {
    const { accept } = this.#settings;
    if (accept === undefined) return true;
    try {
      return accept(value);
    } catch (error) {
      this.#reporter.report(error, { source: index });
      return false;
    }
  }

  #fail(index: number, failure: unknown): void {
    if (this.#isOver) return;
    this.#failures[index] = failure;
    this.#failed++;
    if (this.#failed === this.#sources.length) {
      const message = `none of ${this.#sources.length} sources gave an answer that was accepted`;
      this.#finish(() => this.#reject(new AggregateError(this.#failures, message)));
    } else if (this.#hasMore()) this.#askNext();
  }

  #finish(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    settle();
    for (const context of this.#contexts) context.abort(new Error('another source was taken'));
  }
}
