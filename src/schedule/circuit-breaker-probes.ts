import { thresholdOf } from './circuit-breaker-window.js';

/** What probes have decided. */
export type ProbeVerdict = 'close' | 'open' | 'undecided';

/** The calls that are tried while a breaker is half-open: never more than so many. */
export class ProbeRound {
  readonly #probes: number;
  readonly #mostFailures: number;
  readonly #mostSlow: number;
  #admitted = 0;
  #ended = 0;
  #failures = 0;
  #slow = 0;
  #since = 0;

  constructor(probes: number, failureRate: number, slowRate: number) {
    this.#probes = probes;
    this.#mostFailures = thresholdOf(failureRate, probes);
    this.#mostSlow = thresholdOf(slowRate, probes);
  }

  /** Probes that have ended. */
  get calls(): number {
    return this.#ended;
  }

  /** Those that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Those that were slow. */
  get slow(): number {
    return this.#slow;
  }

  /** When the round began. */
  get since(): number {
    return this.#since;
  }

  /** Whether as many probes as allowed run or have ended. */
  get isFull(): boolean {
    return this.#admitted >= this.#probes;
  }

  /** Begins anew, without any probe. */
  begin(now: number): void {
    this.#since = now;
    this.#admitted = 0;
    this.#ended = 0;
    this.#failures = 0;
    this.#slow = 0;
  }

  /** Whether one more may be tried; if so it is counted. */
  admit(): boolean {
    if (this.isFull) return false;
    this.#admitted++;
    return true;
  }

  /** A probe has ended without saying anything: another takes its place. */
  giveBack(): void {
    this.#admitted--;
  }

  /** A probe has ended. */
  add(isFailed: boolean, isSlow: boolean): ProbeVerdict {
    this.#ended++;
    if (isFailed) this.#failures++;
    if (isSlow) this.#slow++;
    if (this.#failures >= this.#mostFailures || this.#slow >= this.#mostSlow) return 'open';
    return this.#ended === this.#probes ? 'close' : 'undecided';
  }
}
