/** Most lengths of answer that are kept: clients ask for a few, such as 100, 200 and 500 bars. */
const MOST = 8;

/**
 * Answers by their number of rows, until the rows change.
 *
 * Lists, for a Map that is cleared at each change keeps what it held alive through its former tables: each answer
 * outlived a collection then, and took ten times as long (Node 20).
 */
export class Answers<T> {
  readonly #rows: number[] = Array.from({ length: MOST }, () => -1);
  readonly #answers: (T | undefined)[] = Array.from({ length: MOST }, () => undefined);
  /** Answers kept since the rows changed; beyond `MOST`, each takes the place of the oldest. */
  #kept = 0;

  /** The answer of so many rows, if it is kept. */
  get(rows: number): T | undefined {
    if (this.#kept === 0) return undefined;
    const at = this.#rows.indexOf(rows);
    return at < 0 ? undefined : this.#answers[at];
  }

  /** Keeps an answer, instead of the oldest when there are many. */
  keep(rows: number, answer: T): T {
    const at = this.#kept++ % MOST;
    this.#rows[at] = rows;
    this.#answers[at] = answer;
    return answer;
  }

  /** Lets go of all. */
  forget(): void {
    for (let at = Math.min(this.#kept, MOST) - 1; at >= 0; at--) {
      this.#rows[at] = -1;
      this.#answers[at] = undefined;
    }
    this.#kept = 0;
  }
}
