import type { RowWork } from './encoded-rows.js';
import type { JsonSeriesExplanation, JsonSeriesStats } from './json-series-stats.js';

/** Counts what a `JsonSeries` does, in all and for its last call. */
export class SeriesTally {
  /** What is done for the call now running. */
  readonly work: RowWork = none();
  /** What was done for all calls before it. */
  readonly #before: RowWork = none();
  #calls = 0;
  #repeated = 0;
  #rowsServed = 0;
  #rows = -1;
  #isRepeated = false;

  /** A call for so many rows begins. */
  begin(rows: number): void {
    const { work } = this;
    add(this.#before, work);
    work.added = 0;
    work.changed = 0;
    work.older = 0;
    work.rowsCompared = 0;
    this.#calls++;
    this.#rowsServed += rows;
    this.#rows = rows;
    this.#isRepeated = false;
  }

  /** The call gets the answer of an earlier one. */
  repeat<T>(answer: T): T {
    this.#repeated++;
    this.#isRepeated = true;
    return answer;
  }

  /** All so far. */
  stats(rows: number, storageBytes: number): JsonSeriesStats {
    const total = { ...this.#before };
    add(total, this.work);
    const { added, changed, older, rowsCompared } = total;
    return {
      calls: this.#calls,
      repeated: this.#repeated,
      rowsServed: this.#rowsServed,
      rowsEncoded: added + changed + older,
      added,
      changed,
      older,
      rowsCompared,
      rows,
      storageBytes,
    };
  }

  /** The last call. */
  explain(version: number): JsonSeriesExplanation {
    return { rows: this.#rows, version, isRepeated: this.#isRepeated, ...this.work, reason: this.#reason() };
  }

  #reason(): string {
    if (this.#rows < 0) return 'nothing was asked for yet';
    if (this.#isRepeated) return 'the ring has not changed since this answer was made';
    const { added, changed, older, rowsCompared } = this.work;
    const parts = [
      rowsCompared > 0 && `${rowsCompared} compared, for a row was amended or came late`,
      changed > 0 && `${changed} of them encoded again`,
      older > 0 && `${older} encoded because more rows were asked for than before`,
      added > 0 && `${added} encoded because they came`,
    ].filter((part) => part !== false);
    return parts.length === 0 ? 'all rows were encoded before' : parts.join('; ');
  }
}

function none(): RowWork {
  return { added: 0, changed: 0, older: 0, rowsCompared: 0 };
}

function add(sum: RowWork, work: RowWork): void {
  sum.added += work.added;
  sum.changed += work.changed;
  sum.older += work.older;
  sum.rowsCompared += work.rowsCompared;
}
