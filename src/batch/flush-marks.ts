import { quiet } from './settler.js';

/** Errors that a failed flush lists at most. */
const MOST_ERRORS = 16;

/** A call of `flush` as a lane sees it. */
export interface LaneMark {
  /** Number of the last row of the lane that it covers. */
  readonly sequence: number;
  /** Notes that a row it covers will never be written. */
  fail(error: unknown): void;
  /** Says that all rows up to it are settled. */
  reached(): void;
}

/** A lane as a mark sees it. */
interface MarkedLane {
  readonly isEmpty: boolean;
  readonly rows: { readonly lastSequence: number; seal(): void };
  readonly marks: LaneMark[];
}

/** A point in time whose rows somebody waits for. */
interface Mark {
  /** The mark is set when so many rows have left the queue for room: those that waited when it was asked for. */
  readonly afterLeft: number;
  /** Lanes that have rows before it. */
  lanes: number;
  failures: number;
  readonly errors: unknown[];
  readonly settle: (error?: unknown) => void;
}

/** The calls of `flush` that wait. */
export class FlushMarks {
  readonly #name: string;
  /** All that wait. */
  readonly #marks = new Set<Mark>();
  /** Those whose rows have not all got a place yet. */
  #unset: Mark[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#marks.size === 0;
  }

  /** Waits for all rows that have a place when `afterLeft` rows have left the queue for room. */
  add(afterLeft: number): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      const mark: Mark = { afterLeft, lanes: 0, failures: 0, errors: [], settle };
      this.#marks.add(mark);
      this.#unset.push(mark);
    });
    return quiet(promise);
  }

  /** Sets the marks whose time has come, in all lanes. Returns whether there is a new one. */
  set(left: number, lanes: () => Iterable<MarkedLane>): boolean {
    const due = this.#unset.filter(({ afterLeft }) => left >= afterLeft);
    if (due.length === 0) return false;
    this.#unset = this.#unset.filter((mark) => !due.includes(mark));
    for (const lane of lanes()) {
      if (lane.isEmpty) continue;
      lane.rows.seal();
      for (const mark of due) lane.marks.push(this.#laneMark(mark, lane.rows.lastSequence));
    }
    for (const mark of due) if (mark.lanes === 0) this.#settle(mark);
    return true;
  }

  /** Notes that a row that a lane has had will never be written. */
  fail(lane: MarkedLane, sequence: number, error: unknown): void {
    for (const mark of this.#unset) failMark(mark, error);
    for (const mark of lane.marks) if (sequence <= mark.sequence) mark.fail(error);
  }

  /** Settles all that wait: with an error, or as what they know. */
  end(error?: unknown): void {
    for (const mark of this.#marks) {
      if (error === undefined) this.#settle(mark);
      else mark.settle(error);
    }
    this.#marks.clear();
    this.#unset = [];
  }

  #laneMark(mark: Mark, sequence: number): LaneMark {
    mark.lanes++;
    return {
      sequence,
      fail: (error) => failMark(mark, error),
      reached: () => {
        if (--mark.lanes === 0) this.#settle(mark);
      },
    };
  }

  #settle(mark: Mark): void {
    const { failures, errors, settle } = mark;
    this.#marks.delete(mark);
    settle(failures === 0 ? undefined : new AggregateError(errors, `${this.#name}: ${failures} rows were given up`));
  }
}

function failMark(mark: Mark, error: unknown): void {
  mark.failures++;
  if (mark.errors.length < MOST_ERRORS) mark.errors.push(error);
}
