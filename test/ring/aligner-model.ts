/** What an aligner is told. */
export type AlignerEvent =
  | { readonly do: 'update'; readonly column: number; readonly ts: number; readonly value: number }
  | { readonly do: 'advance'; readonly now: number }
  | { readonly do: 'flush' };

interface ModelOptions {
  readonly width: number;
  readonly period: number;
  readonly missing: 'carry' | 'nan' | 'wait';
  readonly grace: number;
  readonly gaps: 'fill' | 'leave';
  readonly maxFill: number;
  /** Periods back that late updates amend; 0 refuses them all. */
  readonly history: number;
}

type Update = Extract<AlignerEvent, { do: 'update' }>;

export interface ModelRow {
  readonly ts: number;
  readonly values: number[];
}

/**
 * The obvious twin of a BarAligner: keeps every update it accepted, and forms a row by sorting them all by time
 * and grouping them by period.
 */
export class AlignerModel {
  /** As they were when emitted. */
  readonly emitted: ModelRow[] = [];
  readonly late: Update[] = [];
  unfilled = 0;
  #accepted: Update[] = [];
  #market = -Infinity;
  #next: number | undefined;

  constructor(readonly options: ModelOptions) {}

  apply(event: AlignerEvent): number {
    const before = this.emitted.length;
    if (event.do === 'flush') this.#flush();
    else if (event.do === 'advance') this.#advance(event.now);
    else if (!this.#update(event)) return -1;
    return this.emitted.length - before;
  }

  /** The emitted rows as they would be had every accepted update come in time. */
  get rows(): ModelRow[] {
    return this.emitted.map(({ ts }) => this.#rowOf(ts / this.options.period));
  }

  #update(update: Update): boolean {
    this.#advance(update.ts);
    const period = this.#periodOf(update.ts);
    const isEmitted = this.emitted.some(({ ts }) => ts === period * this.options.period);
    const isOver = this.#next === undefined ? period < this.#due() : period < this.#next;
    if (isOver && !(isEmitted && period >= (this.#next ?? NaN) - this.options.history)) {
      this.late.push(update);
      return false;
    }
    this.#accepted.push(update);
    this.#emit(this.#due());
    return true;
  }

  #advance(now: number): void {
    this.#market = Math.max(this.#market, now);
    this.#emit(this.#due());
  }

  #flush(): void {
    const last = Math.max(...this.#accepted.map(({ ts }) => this.#periodOf(ts)));
    if (last >= (this.#next ?? -Infinity)) this.#emit(last + 1);
  }

  #due(): number {
    return this.#periodOf(this.#market - this.options.grace);
  }

  #emit(due: number): void {
    const { gaps, maxFill } = this.options;
    for (;;) {
      const waiting = this.#accepted
        .map(({ ts }) => this.#periodOf(ts))
        .filter((at) => at >= (this.#next ?? -Infinity));
      const first = Math.min(...waiting);
      const next = this.#next ?? first;
      if (next === first && (next < due || this.#isWhole(next))) {
        this.#append(next);
      } else if (next < first && next < due) {
        const end = Math.min(first, due);
        const run = Array.from({ length: Math.min(end - next, maxFill + 1) }, (_, i) => next + i);
        if (gaps === 'fill' && run.length > maxFill) this.unfilled += end - next;
        else if (gaps === 'fill') for (const period of run) this.#append(period);
        this.#next = end;
      } else return;
    }
  }

  #isWhole(period: number): boolean {
    const { missing, width } = this.options;
    const columns = this.#updatesOf(period).map(({ column }) => column);
    return missing === 'wait' && period < this.#periodOf(this.#market) && new Set(columns).size === width;
  }

  #append(period: number): void {
    this.emitted.push(this.#rowOf(period));
    this.#next = period + 1;
  }

  #rowOf(period: number): ModelRow {
    const { width, missing, period: length } = this.options;
    const values = Array.from({ length: width }, (_, column) => {
      const of = (updates: readonly Update[]): number | undefined =>
        updates
          .filter((update) => update.column === column)
          .toSorted((a, b) => a.ts - b.ts)
          .at(-1)?.value;
      const carried = missing === 'carry' ? of(this.#accepted.filter(({ ts }) => this.#periodOf(ts) < period)) : NaN;
      return of(this.#updatesOf(period)) ?? carried ?? NaN;
    });
    return { ts: period * length, values };
  }

  #updatesOf(period: number): Update[] {
    return this.#accepted.filter(({ ts }) => this.#periodOf(ts) === period);
  }

  #periodOf(ts: number): number {
    return Math.floor(ts / this.options.period);
  }
}
