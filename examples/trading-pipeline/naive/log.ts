/** Notes failures that the bots live on after. Such bots print them; here they are only counted, for the report. */
export class NaiveLog {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  note(_error: unknown): void {
    this.#count++;
  }
}
