import { SingleBar } from 'cli-progress';

/** Shorter runs need no progress line, in milliseconds. */
const PATIENCE = 2_000;

/** A line on stderr that says how far a run is, shown once it has taken two seconds. */
export class ProgressLine implements Disposable {
  readonly #total: number;
  readonly #start = performance.now();
  readonly #bar = new SingleBar({
    format: '{percentage} % | {value} of {total} | {eta_formatted} left | {task}',
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    linewrap: false,
  });
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Says that a task starts. */
  next(task: string): void {
    if (!this.#bar.isActive && performance.now() - this.#start > PATIENCE)
      this.#bar.start(this.#total, this.#done, { task });
    if (this.#bar.isActive) this.#bar.update(this.#done, { task });
    this.#done++;
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    if (this.#bar.isActive) this.#bar.stop();
  }
}
