import type { TaskClass } from './class-shares.js';
import type { Submission } from './submission.js';
import { TaskHeap } from './task-heap.js';

/** Removed submissions a heap may hold before it is cleaned. */
const SWEEP_FROM = 1_024;
/** Submissions looked at beyond one that is too heavy for what is left of the rate limit. */
const MOST_PASSED = 32;

/** Asks the gate whether a submission may start now. Runs nothing of the caller's. */
type Admit = (submission: Submission) => boolean;

/** The line of one class. */
interface Line {
  readonly heap: TaskHeap<Submission>;
  readonly maxWait: number;
  /** In the order they came, for ageing; the first `head` are through. */
  oldest: Submission[];
  head: number;
  removed: number;
}

/**
 * Submissions that wait, class by class, within a class by priority.
 *
 * A class goes before the classes after it whenever it may start something at all. Within a class the oldest goes
 * first once it has waited for half of `maxWait`; so it starts within `maxWait` as long as its class gets on.
 */
export class WaitingRoom {
  readonly #lines: readonly Line[];
  readonly #now: () => number;
  #size = 0;

  /** `now` is asked only where something ages. */
  constructor(classes: readonly TaskClass[], now: () => number) {
    this.#now = now;
    this.#lines = classes.map(({ maxWait }) => ({ heap: new TaskHeap(), maxWait, oldest: [], head: 0, removed: 0 }));
  }

  /** Submissions waiting. */
  get size(): number {
    return this.#size;
  }

  /** Adds a submission to its class. */
  add(submission: Submission): void {
    const line = this.#lineOf(submission);
    const { isShared, number, refusals } = submission.progress;
    if (!isShared) submission.progress.isWaiting = true;
    this.#size++;
    line.heap.push(submission, submission.priority, submission.order);
    if (line.maxWait !== Infinity && number === 1 && refusals === 0) line.oldest.push(submission);
  }

  /** Takes a submission out that will not start. */
  remove(submission: Submission): void {
    if (!submission.progress.isWaiting) return;
    submission.own().isWaiting = false;
    this.#size--;
    const line = this.#lineOf(submission);
    line.removed++;
    if (line.removed < SWEEP_FROM || line.removed * 2 < line.heap.size) return;
    line.heap.filter(isStillWaiting);
    line.oldest = line.oldest.slice(line.head).filter(isStillWaiting);
    line.head = line.removed = 0;
  }

  /**
   * Offers the waiting submissions in their order until `admit` lets one through; that one is taken out and returned.
   *
   * `admit` returns whether it does. After one refused for the rate limit, lighter ones and those for other endpoints
   * are offered, up to 32 of them.
   */
  takeNext(hasRoom: (rank: number) => boolean, admit: Admit): Submission | undefined {
    for (let rank = 0; rank < this.#lines.length; rank++) {
      const line = this.#lines[rank];
      if (line === undefined || line.heap.size === 0 || !hasRoom(rank)) continue;
      const taken = this.#takeFrom(line, admit);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  /** Takes all submissions, in no order. */
  drain(): Submission[] {
    const all: Submission[] = [];
    for (const line of this.#lines) {
      for (let next = this.#first(line); next !== undefined; next = this.#first(line)) {
        line.heap.pop();
        next.own().isWaiting = false;
        all.push(next);
      }
      line.oldest = [];
      line.head = 0;
    }
    this.#size = 0;
    return all;
  }

  #takeFrom(line: Line, admit: Admit): Submission | undefined {
    const aged = this.#aged(line);
    if (aged !== undefined && admit(aged)) {
      this.remove(aged);
      return aged;
    }
    const first = this.#first(line);
    if (first === undefined) return undefined;
    if (!admit(first)) return this.#takeLighter(line, first, admit);
    line.heap.pop();
    return this.#taken(first);
  }

  /** Looks behind one that was refused for something lighter, or for another endpoint. */
  #takeLighter(line: Line, refused: Submission, admit: Admit): Submission | undefined {
    const passed: Submission[] = [];
    let found: Submission | undefined;
    const { endpoint } = refused.progress.settings;
    let { weight } = refused.progress.settings;
    for (let next = this.#first(line); next !== undefined && passed.length < MOST_PASSED; next = this.#first(line)) {
      line.heap.pop();
      const { settings } = next.progress;
      if (settings.weight < weight || settings.endpoint !== endpoint) {
        if (admit(next)) {
          found = next;
          break;
        }
        if (settings.endpoint === endpoint) weight = settings.weight;
      }
      passed.push(next);
    }
    for (const each of passed) line.heap.push(each, each.priority, each.order);
    return found === undefined ? undefined : this.#taken(found);
  }

  #taken(submission: Submission): Submission {
    submission.own().isWaiting = false;
    this.#size--;
    return submission;
  }

  /** The first of the heap that still waits. */
  #first(line: Line): Submission | undefined {
    for (;;) {
      const first = line.heap.peek();
      if (first === undefined || first.progress.isWaiting) return first;
      line.heap.pop();
      line.removed--;
    }
  }

  #aged(line: Line): Submission | undefined {
    if (line.maxWait === Infinity) return undefined;
    while (line.head < line.oldest.length) {
      const oldest = line.oldest[line.head];
      if (oldest?.progress.isWaiting === true) {
        trim(line);
        return this.#now() - oldest.progress.enqueuedAt >= line.maxWait / 2 ? oldest : undefined;
      }
      line.head++;
    }
    line.oldest = [];
    line.head = 0;
    return undefined;
  }

  #lineOf({ progress }: Submission): Line {
    // Ranks are checked when a task is submitted.
    return this.#lines[progress.settings.rank] as Line;
  }
}

/** Lets go of those that are through, once they are half of all: a line that is never empty would hold them for ever. */
function trim(line: Line): void {
  if (line.head < 64 || line.head * 2 < line.oldest.length) return;
  line.oldest = line.oldest.slice(line.head);
  line.head = 0;
}

function isStillWaiting({ progress }: Submission): boolean {
  return progress.isWaiting;
}
