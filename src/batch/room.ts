import { quiet } from './settler.js';
import type { RowFacts } from './waiting-batch.js';

/** A row that `write` brought while there was no room. */
interface Applicant<T> {
  /** The row as the caller gave it. */
  readonly item: T;
  /** Its size, key and settler, computed once on arrival. */
  readonly facts: RowFacts;
}

/** Rows taken from the front before the array is cut. */
const CUT_FROM = 1_024;

/** Who waits for room: rows of `write` calls in their order, and the callers of `ready`. */
export class Room<T> {
  #applicants: (Applicant<T> | undefined)[] = [];
  #head = 0;
  #left = 0;
  #ready: Deferred | undefined;

  /** Rows waiting. */
  get size(): number {
    return this.#applicants.length - this.#head;
  }

  /** Rows that ever waited. */
  get entered(): number {
    return this.#left + this.size;
  }

  /** Rows that wait no longer. */
  get left(): number {
    return this.#left;
  }

  /** Puts a row at the end of the line. */
  enter(item: T, facts: RowFacts): void {
    this.#applicants.push({ item, facts });
  }

  /** Takes the row that has waited longest. */
  takeFirst(): Applicant<T> | undefined {
    if (this.size === 0) return undefined;
    const applicant = this.#applicants[this.#head];
    this.#applicants[this.#head] = undefined;
    this.#head++;
    this.#left++;
    if (this.#head >= CUT_FROM && this.#head * 2 >= this.#applicants.length) {
      this.#applicants = this.#applicants.slice(this.#head);
      this.#head = 0;
    }
    return applicant;
  }

  /** A promise that all callers share until there is room. */
  whenReady(): Promise<void> {
    this.#ready ??= new Deferred();
    return this.#ready.promise;
  }

  /** Lets the callers of `ready` go on, or fail. */
  announce(error?: unknown): void {
    const ready = this.#ready;
    this.#ready = undefined;
    ready?.settle(error);
  }
}

/** A promise with its ends. */
class Deferred {
  readonly promise: Promise<void>;
  #settle: ((error?: unknown) => void) | undefined;

  constructor() {
    const promise = new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.promise = quiet(promise);
  }

  settle(error?: unknown): void {
    this.#settle?.(error);
  }
}
