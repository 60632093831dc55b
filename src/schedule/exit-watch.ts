import type { EarlyExit } from './early-exit.js';

/** What to do while an outage is suspected. */
export type ProbeStep =
  | { readonly kind: 'probe'; readonly key: unknown }
  | { readonly kind: 'wait'; readonly delay: number }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' };

/** How a suspicion is checked. */
export interface ExitRules {
  readonly rule: 'sequential' | 'batch';
  readonly batchSize: number;
  /** Most keys tried one at a time. */
  readonly probes: number;
  /** Milliseconds between two of them. */
  readonly probeDelay: number;
}

/** Probes that must succeed for the list to go on. */
const ENOUGH = 2;

/**
 * Early exit of one list.
 *
 * When the test says stop, the failures may come from the venue, or from a block of dead keys that happen to stand
 * together. Keys spread over what is left tell the two apart: one at a time they are tried, and two that succeed send
 * the list on. A key that failed in the three runs before says nothing about the venue, and is not counted.
 *
 * With the 'batch' rule one batch runs after the other, and the first bad one stops the list.
 */
export class ExitWatch {
  readonly #test: EarlyExit;
  readonly #rules: ExitRules;
  #state: 'running' | 'suspecting' | 'probing' = 'running';
  #probes: unknown[] = [];
  #successes = 0;
  #nextAt = 0;
  #resumed = 0;
  #startedInBatch = 0;

  constructor(test: EarlyExit, rules: ExitRules) {
    this.#test = test;
    this.#rules = rules;
  }

  /** Times that probes showed the venue was well. */
  get resumed(): number {
    return this.#resumed;
  }

  /** Probes that were chosen and not tried. */
  takeProbes(): unknown[] {
    const left = this.#probes.toReversed();
    this.#probes = [];
    return left;
  }

  /** Whether an outage is suspected, so that the list is not over though no key may be left. */
  get isProbing(): boolean {
    return this.#state !== 'running';
  }

  /** Whether a new key may start, while `unfinished` have been started and not finished. */
  mayTakeKey(unfinished: number): boolean {
    if (this.#rules.rule === 'sequential' || this.#startedInBatch < this.#rules.batchSize) return true;
    if (unfinished > 0) return false;
    this.#startedInBatch = 0;
    return true;
  }

  /** Counts a key that was started for the first time. */
  started(): void {
    this.#startedInBatch++;
  }

  /** Takes the outcome of a key into account. */
  finished(isSuccess: boolean, isDead: boolean): void {
    if (this.#state === 'probing' && isSuccess) this.#successes++;
    if (this.#state !== 'running') return;
    if (isDead && !isSuccess && this.#rules.rule === 'sequential') return;
    if (this.#test.add(isSuccess)) this.#state = 'suspecting';
  }

  /** What to do next, when nothing runs and an outage is suspected. */
  nextProbe(spread: (count: number) => unknown[], now: number): ProbeStep {
    const { probeDelay, probes, rule } = this.#rules;
    if (this.#state === 'suspecting') {
      this.#state = 'probing';
      this.#successes = 0;
      this.#probes = rule === 'batch' ? [] : spread(probes).toReversed();
      this.#nextAt = now + probeDelay;
    }
    if (this.#successes >= ENOUGH) return this.#resume();
    if (this.#probes.length === 0) return { kind: 'stop' };
    if (now < this.#nextAt) return { kind: 'wait', delay: this.#nextAt - now };
    this.#nextAt = now + probeDelay;
    return { kind: 'probe', key: this.#probes.pop() };
  }

  #resume(): ProbeStep {
    this.#state = 'running';
    this.#resumed++;
    this.#test.reset();
    return { kind: 'resume' };
  }
}
