import { backOffDelay } from '../core/back-off.js';
import type { Timer } from '../core/clock.js';
import type { FailureReporter } from '../core/failures.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { Watch } from './from-watch.js';
import type { WatchErrorContext, WatchPlan } from './watch-options.js';

/** Values after which a loop lets the rest of the process run, should `watch` always answer at once. */
const VALUES_PER_TURN = 64;

/** What a loop works with. */
export interface WatchSetup<Value> {
  /** What is watched. */
  readonly topic: string;
  /** Waits for the next value. */
  readonly watch: Watch<Value>;
  /** Where values go. */
  readonly emit: (value: Value) => void;
  /** Where failures and recoveries are told. */
  readonly notify: (status: TopicStatus) => void;
  /** The options. */
  readonly plan: WatchPlan;
  /** Where failures are counted and told. */
  readonly failures: FailureReporter<WatchErrorContext>;
}

/** Calls `watch` again and again, for one topic, until it is ended. */
export class WatchLoop<Value> {
  readonly #setup: WatchSetup<Value>;
  readonly #abort = new AbortController();
  #failuresInRow = 0;
  #pause: { readonly timer: Timer; readonly wake: () => void } | undefined;

  constructor(setup: WatchSetup<Value>) {
    this.#setup = setup;
  }

  /** Settles once the loop has ended; never rejects. */
  async run(): Promise<void> {
    const { topic, watch } = this.#setup;
    // The hub is told values and failures after its call of subscribe has returned.
    await Promise.resolve();
    for (let calls = 1; !this.#isEnded; calls++) {
      try {
        const value = await watch(topic, this.#abort.signal);
        if (!this.#isEnded) this.#pass(value);
      } catch (error) {
        if (!this.#isEnded) await this.#wait(error);
      }
      if (calls % VALUES_PER_TURN === 0) await new Promise(setImmediate);
    }
  }

  /** Ends the loop; what its last call still brings is ignored. Settles when `unwatch` has, and never rejects. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    const { topic, plan, failures } = this.#setup;
    this.#abort.abort();
    this.#pause?.timer.cancel();
    this.#pause?.wake();
    try {
      await plan.unwatch?.(topic);
    } catch (error) {
      failures.report(error, { topic, action: 'unwatch' });
    }
  }

  get #isEnded(): boolean {
    return this.#abort.signal.aborted;
  }

  #pass(value: Value): void {
    if (this.#failuresInRow > 0) this.#setup.notify({ type: 'live' });
    this.#failuresInRow = 0;
    this.#setup.emit(value);
  }

  async #wait(error: unknown): Promise<void> {
    const { topic, plan, notify, failures } = this.#setup;
    this.#failuresInRow++;
    failures.report(error, { topic, action: 'watch' });
    notify({ type: 'failed', error });
    await new Promise<void>((wake) => {
      const timer = plan.ioClock.setTimeout(wake, this.#delay());
      timer.unref();
      this.#pause = { timer, wake };
    });
    this.#pause = undefined;
  }

  #delay(): number {
    const { topic, plan, failures } = this.#setup;
    try {
      return backOffDelay(this.#failuresInRow, plan, plan.random);
    } catch (error) {
      failures.report(error, { topic, action: 'watch' });
      return backOffDelay(this.#failuresInRow, plan, () => 1);
    }
  }
}
