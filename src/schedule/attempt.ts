import { isThenable } from '../core/failures.js';
import { CallContext, type TaskContext } from './task-context.js';

/** Who made an attempt, and is told how it ended. */
export interface AttemptOwner {
  /** The task returned `value`, or threw or rejected with it. Called once per attempt, never for an abandoned one. */
  settled(attempt: Attempt, isOk: boolean, value: unknown): void;
  /** The attempt has run for as long as it may. The owner abandons it. */
  expired(attempt: Attempt): void;
}

/** How a native promise is awaited: whatever somebody's subclass or own property `then` does cannot settle it twice. */
// oxlint-disable-next-line typescript/unbound-method -- always called with a promise as `this`
const nativeThen = Promise.prototype.then;

/**
 * One call of a task, and everything that is noted about it while it runs.
 *
 * It is used again for the next call once it has settled, so that a list of millions makes no garbage but the
 * contexts. An abandoned one is not, because its task may still settle.
 */
export class Attempt {
  /** What the owner started: a key of a list, or a submission. */
  item: unknown = undefined;
  /** Number of this call of the item, from 1. */
  number = 1;
  /** Calls of the item that were refused with 429. */
  refusals = 0;
  /** What it takes of the rate limit. */
  weight = 1;
  /** Which of the venue's doors it knocks at; pauses are kept for each. */
  endpoint = '';
  /** Index of its class. */
  rank = 0;

  /** Whether a list waits for its outcome. */
  isRunning = false;
  /** Own time at which it started, where somebody asks how long it took. */
  startedAt = 0;
  /** What the concurrency limit noted. */
  limitTag = 0;
  /** What the breaker noted; -1 without one. */
  breakerToken = -1;
  /** Weight the learned quota had given out when it started, and the end of its window then. */
  quotaSpent = 0;
  /** End of the learned quota's window at the start. */
  quotaWindow = 0;

  /** Whether it runs and can expire. */
  isLimited = false;
  /** Whether it is noted to have started in the present burst. */
  isInBurst = false;
  /** Whether it stands among those that can expire. */
  isLinked = false;
  /** Milliseconds it may take. */
  timeout = 0;
  /** Time of `Clock.now()` at which it expires; known from the end of the burst it started in. */
  expiresAt = Infinity;
  /** Neighbours among the attempts that can expire. */
  previous: Attempt | undefined = undefined;
  /** Neighbour to the other side. */
  next: Attempt | undefined = undefined;

  readonly #owner: AttemptOwner;
  readonly #onValue = (value: unknown): void => this.#settle(true, value);
  readonly #onError = (error: unknown): void => this.#settle(false, error);
  #context: CallContext | undefined;
  #isAbandoned = false;

  constructor(owner: AttemptOwner) {
    this.#owner = owner;
  }

  /** Whether it was given up while its task ran. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Calls the task. A task that returns no promise settles before this returns. */
  run<Key>(task: (key: Key, context: TaskContext) => unknown, key: Key): void {
    const context = new CallContext(this.number);
    this.#context = context;
    let result: unknown;
    try {
      result = task(key, context);
    } catch (error) {
      this.#settle(false, error);
      return;
    }
    if (result instanceof Promise || isThenable(result)) this.#await(result);
    else this.#settle(true, result);
  }

  /** Fires the task's signal and ignores how it ends. */
  abandon(reason: unknown): void {
    this.#isAbandoned = true;
    this.#context?.abort(reason);
  }

  /** Tells the owner that its time is up. */
  expire(): void {
    this.#owner.expired(this);
  }

  #await(result: PromiseLike<unknown>): void {
    try {
      // A plain promise comes back as it is. One around all else makes what throws, or settles twice, one outcome.
      void nativeThen.call(Promise.resolve(result), this.#onValue, this.#onError);
    } catch (error) {
      this.#settle(false, error);
    }
  }

  #settle(isOk: boolean, value: unknown): void {
    if (this.#isAbandoned) return;
    this.#context = undefined;
    this.#owner.settled(this, isOk, value);
  }
}
