/** One value of a row: a number, or an array of them. */
type RowValue = number | ArrayLike<number> | undefined;

/** Writes rows as JSON objects with the same names each. */
export class RowText {
  /** Whether all texts are ASCII: numbers are, names need not be. */
  readonly isAscii: boolean;
  readonly #columns: readonly string[];
  /** Per column, what comes before its value. */
  readonly #heads: readonly string[];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
    this.#heads = columns.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    this.isAscii = this.#heads.every((head) => head.length === Buffer.byteLength(head));
  }

  /** The text of a row, its values read by column name. */
  write(read: (column: string) => RowValue): string {
    let text = '';
    for (let i = 0; i < this.#columns.length; i++) {
      // Casts: both lists have one entry per column.
      text += (this.#heads[i] as string) + textOf(read(this.#columns[i] as string));
    }
    return `${text}}`;
  }
}

function textOf(value: RowValue): string {
  if (typeof value === 'number') return numberText(value);
  if (value === undefined) return 'null';
  let text = '[';
  for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + numberText(value[i] ?? Number.NaN);
  return `${text}]`;
}

/** As JSON.stringify writes it: String gives the same digits, and 0 for -0. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}
