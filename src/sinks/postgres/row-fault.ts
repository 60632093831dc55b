/** SQLSTATE classes that speak of a row: data, integrity, and what a trigger raises. */
const ROW_FAULT = /^(22|23|P0)[0-9A-Z]{3}$/;

/** SQLSTATEs after which the table may be another: undefined things, and a cached plan that no longer fits. */
const OTHER_TABLE = /^(42|0A|3F)[0-9A-Z]{3}$/;

/** Whether an error speaks of a row and not of the server or the table. */
export function isRowFault(error: unknown): boolean {
  return ROW_FAULT.test(textOf(error, 'code'));
}

/** Whether the table should be looked at again after an error. */
export function isOtherTable(error: unknown): boolean {
  return OTHER_TABLE.test(textOf(error, 'code'));
}

/**
 * Position of the row that COPY failed at, from 0; undefined when the error does not say.
 *
 * The server names the line in the error's context, which comes before anything of the row's own text.
 */
export function faultyRow(error: unknown, table: string, count: number): number | undefined {
  if (!isRowFault(error)) return undefined;
  const start = `COPY ${table}, line `;
  const context = textOf(error, 'where')
    .split('\n')
    .find((each) => each.startsWith(start));
  const line = Number.parseInt(context?.slice(start.length) ?? '', 10);
  return line >= 1 && line <= count ? line - 1 : undefined;
}

function textOf(error: unknown, property: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
}
