/** Why a value cannot be recorded. */
export class Unfit {
  readonly #what: string;
  readonly #path: string[] = [];

  constructor(what: string) {
    this.#what = what;
  }

  /** The same of what holds the value under this name. */
  within(name: string): this {
    this.#path.unshift(name);
    return this;
  }

  /** What it is, and where. */
  get reason(): string {
    return this.#path.length === 0 ? `it is ${this.#what}` : `${this.#path.join('')} is ${this.#what}`;
  }
}
