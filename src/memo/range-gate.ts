/**
 * Lets so many loads run at the same time, the others in the order they came.
 *
 * A load that finds room starts in the turn of the call, so that a replay on a virtual clock sees it at the right
 * time; the usual libraries start it some turns later.
 */
export class RangeGate {
  #room: number;
  readonly #waiting: (() => void)[] = [];

  constructor(room: number) {
    this.#room = room;
  }

  /** Takes a place: undefined when there is one, else a promise of it. */
  enter(): Promise<void> | undefined {
    if (this.#room > 0) {
      this.#room--;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a place back, to the one that has waited longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#room++;
    else next();
  }
}
