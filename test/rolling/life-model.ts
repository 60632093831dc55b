import { CorrelationModel, type ModelOptions } from './correlation-model.js';

/** A symbol and what was pushed of it, one entry per bar. */
interface Column {
  readonly symbol: string;
  readonly values: number[];
}

/** A table of all bars and symbols ever, of which a model is made anew for every question. */
export class LifeModel {
  readonly #options: ModelOptions;
  #columns: Column[];
  #bars = 0;

  constructor(options: ModelOptions, symbols: readonly string[]) {
    this.#options = options;
    this.#columns = symbols.map((symbol) => ({ symbol, values: [] }));
  }

  get symbols(): string[] {
    return this.#columns.map(({ symbol }) => symbol);
  }

  /** Bars seen. */
  get bars(): number {
    return this.#bars;
  }

  push(bar: readonly number[]): void {
    this.#bars++;
    this.#columns.forEach(({ values }, index) => values.push(bar[index] ?? NaN));
  }

  revise(age: number, symbol: number, value: number): void {
    const values = this.#columns[symbol]?.values ?? [];
    values[values.length - 1 - age] = value;
  }

  add(symbol: string, history: readonly number[]): void {
    const values = Array.from({ length: this.#bars }, (_, bar) => history[history.length - this.#bars + bar] ?? NaN);
    this.#columns.push({ symbol, values });
  }

  remove(symbol: number): void {
    this.#columns = this.#columns.filter((_, index) => index !== symbol);
  }

  /** What results must be. */
  answers(): CorrelationModel {
    const model = new CorrelationModel(this.#options);
    for (let bar = 0; bar < this.#bars; bar++) model.push(this.#columns.map(({ values }) => values[bar] ?? NaN));
    return model;
  }
}
