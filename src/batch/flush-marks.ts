import { quiet } from './settler.js';

/** Errors that a failed flush lists at most. */
const MOST_ERRORS = 16;

/** A point in the sequence of rows that somebody waits for. */
interface Mark {
  /** The mark is set when so many rows have left the queue for room: those that waited when it was asked for. */
  readonly afterLeft: number;
  /** Number of the last row it covers, once it is set. */
  sequence: number | undefined;
  failures: number;
  readonly errors: unknown[];
  readonly settle: (error?: unknown) => void;
}

/** The calls of `flush` that wait. */
export class FlushMarks {
  readonly #name: string;
  #marks: Mark[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether anybody waits. */
  get isEmpty(): boolean {
    return this.#marks.length === 0;
  }

  /** Waits for all rows up to the one that is newest when `afterLeft` rows have left the queue for room. */
  add(afterLeft: number): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      this.#marks.push({ afterLeft, sequence: undefined, failures: 0, errors: [], settle });
    });
    return quiet(promise);
  }

  /** Sets the marks whose time has come. Returns whether there is a new one. */
  set(left: number, lastSequence: number): boolean {
    let isNew = false;
    for (const mark of this.#marks) {
      if (mark.sequence !== undefined || left < mark.afterLeft) continue;
      mark.sequence = lastSequence;
      isNew = true;
    }
    return isNew;
  }

  /** Notes that a row will never be written. */
  fail(sequence: number, error: unknown): void {
    for (const mark of this.#marks) {
      if (mark.sequence !== undefined && sequence > mark.sequence) continue;
      mark.failures++;
      if (mark.errors.length < MOST_ERRORS) mark.errors.push(error);
    }
  }

  /** Settles the marks before the oldest row that is still pending. */
  settle(oldestPending: number): void {
    const reached = this.#marks.filter(({ sequence }) => sequence !== undefined && sequence < oldestPending);
    if (reached.length === 0) return;
    this.#marks = this.#marks.filter((mark) => !reached.includes(mark));
    for (const { settle, failures, errors } of reached) {
      settle(failures === 0 ? undefined : new AggregateError(errors, `${this.#name}: ${failures} rows were given up`));
    }
  }

  /** Rejects all that wait. */
  abandon(error: unknown): void {
    const marks = this.#marks;
    this.#marks = [];
    for (const { settle } of marks) settle(error);
  }
}
