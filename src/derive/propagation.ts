import { ArgumentError, OverflowError } from '../core/errors.js';
import { type ErrorHandler, FailureReporter, isThenable } from '../core/failures.js';
import { isSame } from './equality.js';
import type { DerivationErrorContext, Equality } from './options.js';

/** What waits in a list for its turn. */
export interface Waiting<Next> {
  /** Whether it waits. */
  isQueued: boolean;
  /** The next one in its list. */
  next: Next | undefined;
  /** Does what is due. What user code throws stays inside. */
  run(): void;
}

/** Listeners that are told after a pass. */
export interface Notice extends Waiting<Notice> {}

/** What a pass runs when something it depends on has changed. */
export interface Step extends Waiting<Step> {
  /** Greater than that of all it depends on; a pass runs lower steps first. */
  height: number;
}

/** Passes that listeners may set off in a row before the rest waits for the next change. */
const MOST_PASSES = 1_000;

/**
 * Runs what has changed. Steps wait in one list per height, and a pass empties the lists from the lowest up: a
 * step runs after all it depends on, and once, however many ways lead to it. One that finds its value the same
 * queues nothing.
 *
 * Lists are linked through what waits in them, so that queueing allocates nothing.
 */
export class Propagation {
  /** Where failures of user code end. */
  readonly failures: FailureReporter<DerivationErrorContext>;
  /** What happened so far. */
  readonly counts = {
    nodes: 0,
    inputs: 0,
    sets: 0,
    unchanged: 0,
    passes: 0,
    changed: 0,
    cutOff: 0,
    failed: 0,
    blocked: 0,
  };
  /** Nodes ever made. */
  created = 0;
  /** Sets of keyed nodes. */
  readonly tables = new Set<{ readonly size: number; readonly columns: readonly unknown[] }>();
  /** Number of the pass under way, else of the next one. It wraps: compare for equality only. */
  pass = 1;
  /** Whether user code runs that may not change the graph. */
  isComputing = false;
  /** Whether a step was given another height while it waited. The next pass puts the lists in order first. */
  isDisordered = false;
  /** Whether a batch, a pass or listeners are under way, whose end settles what changes meanwhile. */
  #isHeld = false;
  readonly #levels: (Step | undefined)[] = [];
  #lowest = Infinity;
  #highest = -1;
  #notices: Notice | undefined = undefined;
  #failed: { readonly error: unknown; readonly context: DerivationErrorContext }[] = [];

  constructor(onError: ErrorHandler<DerivationErrorContext> | undefined) {
    this.failures = new FailureReporter('Derivation', onError);
  }

  /** Lets a step wait for the next pass, or for its turn in this one. */
  queue(step: Step): void {
    // Hot path.
    if (step.isQueued) return;
    const { height } = step;
    const levels = this.#levels;
    while (levels.length <= height) levels.push(undefined);
    step.isQueued = true;
    step.next = levels[height];
    levels[height] = step;
    if (height < this.#lowest) this.#lowest = height;
    if (height > this.#highest) this.#highest = height;
  }

  /** Takes the lowest step out of line. */
  take(): Step | undefined {
    // Hot path.
    const levels = this.#levels;
    for (; this.#lowest <= this.#highest; this.#lowest++) {
      const step = levels[this.#lowest];
      if (step === undefined) continue;
      levels[this.#lowest] = step.next;
      step.next = undefined;
      step.isQueued = false;
      return step;
    }
    this.#lowest = Infinity;
    this.#highest = -1;
    return undefined;
  }

  /** Lets listeners be told after the pass. */
  notify(notice: Notice): void {
    if (notice.isQueued) return;
    notice.isQueued = true;
    notice.next = this.#notices;
    this.#notices = notice;
  }

  /** Counts what a function threw, and reports it after the pass. */
  fail(error: unknown, node: string): void {
    this.counts.failed++;
    this.#failed.push({ error, context: { operation: 'compute', node } });
  }

  /** Begins a pass, unless something is under way or in line. The caller runs one step and finishes. */
  begin(): boolean {
    if (this.#isHeld || this.#highest >= 0) return false;
    this.#isHeld = this.isComputing = true;
    return true;
  }

  /** Brings everything up to date; within a batch or a listener, leaves that to its end. */
  settle(): void {
    if (this.#isHeld) return;
    this.#isHeld = this.isComputing = true;
    this.finish();
  }

  /** Ends the pass that was begun, and runs those that its listeners set off. */
  finish(): void {
    try {
      for (let passes = 1; this.#pass(); passes++) {
        if (passes < MOST_PASSES) continue;
        const error = new OverflowError(`listeners set off ${MOST_PASSES} passes in a row; the rest waits`);
        return this.failures.report(error, { operation: 'listener', node: '' });
      }
    } finally {
      this.#isHeld = false;
    }
  }

  /** Runs `change` and settles at its end, also when it throws. */
  batch<T>(change: () => T): T {
    this.assertOpen();
    if (this.#isHeld) return this.#runSync(change);
    const before = this.#setsTaken;
    this.#isHeld = true;
    try {
      return this.#runSync(change);
    } finally {
      this.#isHeld = false;
      if (this.#isDue || this.#setsTaken !== before) this.settle();
    }
  }

  /** Runs user code that may not change the graph. */
  ask<T>(question: () => T): T {
    this.isComputing = true;
    try {
      return question();
    } finally {
      this.isComputing = false;
    }
  }

  /** Whether a value that comes from outside counts as the one before. */
  isSame(before: unknown, after: unknown, equals: Equality<never> | undefined): boolean {
    // Hot path without `equals`, which is user code.
    return equals === undefined ? isSame(before, after, undefined) : this.ask(() => isSame(before, after, equals));
  }

  /** Refuses changes by user code that may only read. */
  assertOpen(): void {
    if (this.isComputing) throw new ArgumentError('Derivation: functions that compute may only read');
  }

  /** Whether a step or listeners wait. */
  get #isDue(): boolean {
    return this.#highest >= 0 || this.#notices !== undefined;
  }

  /** Calls of `set` that changed something. */
  get #setsTaken(): number {
    return this.counts.sets - this.counts.unchanged;
  }

  /** Refuses a promise: what is set after an `await` would not be part of the batch. */
  #runSync<T>(change: () => T): T {
    const result = change();
    if (!isThenable(result)) return result;
    this.failures.watch(result, { operation: 'batch', node: '' });
    throw new ArgumentError('Derivation: a batch must end before it returns, got a promise');
  }

  /** Puts every waiting step into the list of its height. */
  #reorder(): void {
    this.isDisordered = false;
    const waiting: Step[] = [];
    for (let step = this.take(); step !== undefined; step = this.take()) waiting.push(step);
    for (const step of waiting) this.queue(step);
  }

  /** Ends a pass and tells of it. Whether that led to more. */
  #pass(): boolean {
    this.isComputing = true;
    try {
      if (this.isDisordered) this.#reorder();
      for (let step = this.take(); step !== undefined; step = this.take()) step.run();
    } finally {
      this.isComputing = false;
      this.counts.passes++;
      this.pass = (this.pass + 1) | 0;
    }
    if (this.#failed.length > 0)
      for (const { error, context } of this.#failed.splice(0)) this.failures.report(error, context);
    let notice = this.#notices;
    this.#notices = undefined;
    while (notice !== undefined) {
      const { next }: Notice = notice;
      notice.next = undefined;
      notice.isQueued = false;
      notice.run();
      notice = next;
    }
    return this.#isDue;
  }
}
