/** The obvious twin of a SeriesRing: an array of row objects that drops its first. */
export class SeriesModel<Row extends object> {
  rows: Row[] = [];
  /** Rows ever pushed, so that rows have sequence numbers. */
  pushed = 0;

  constructor(readonly capacity: number) {}

  push(row: Row): void {
    this.rows.push({ ...row });
    this.pushed++;
    if (this.rows.length > this.capacity) this.rows.shift();
  }

  amend(values: Partial<Row>): void {
    const newest = this.rows.at(-1);
    if (newest !== undefined) Object.assign(newest, values);
  }

  window<Name extends keyof Row>(column: Name, n: number): Row[Name][] {
    return this.rows.slice(this.rows.length - n).map((row) => row[column]);
  }
}
