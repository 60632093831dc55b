/**
 * Rows in plain files, one per table and one JSON text per line: what both versions write where DuckDB is not
 * installed. A path that ends in `.rows` is a folder of such files.
 */

/** How the path of such a folder ends. */
export const ROW_FOLDER_ENDING = '.rows';

/** Whether a job's database is a folder of row files. */
export function isRowFolder(path: string): boolean {
  return path.endsWith(ROW_FOLDER_ENDING);
}

/** A row as one line, without its end. NaN, which JSON has not, becomes a text. */
export function rowLine(row: object): string {
  return JSON.stringify(row, (_, value: unknown) => (Number.isNaN(value) ? 'NaN' : value));
}

/** The row of a line, as {@link rowLine} wrote it: NaN stays a text, the same in every file. */
export function readRowLine(line: string): object {
  return JSON.parse(line) as object; // `rowLine` wrote it
}
