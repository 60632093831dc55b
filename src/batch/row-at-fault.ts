/** Which row of a send an error speaks of. */
interface AccusedRow {
  /** Position in the send, from 0. */
  readonly index: number;
  /** Whether the sink named the row itself. A line that the server counted may be off, say by a line break in a value. */
  readonly isCertain: boolean;
}

/** How Postgres names the row of a COPY, in the `where` of its error. */
const COPY_LINE = /^COPY .*, line (\d+)/;

/** The row that a sink's error speaks of, `count` rows having been sent; undefined when it names none of them. */
export function rowAtFault(error: unknown, count: number): AccusedRow | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const named = positionWithin(Reflect.get(error, 'rowIndex'), count);
  if (named !== undefined) return { index: named, isCertain: true };
  const where: unknown = Reflect.get(error, 'where');
  const line = typeof where === 'string' ? COPY_LINE.exec(where)?.[1] : undefined;
  const counted = positionWithin(Number(line) - 1, count);
  return counted === undefined ? undefined : { index: counted, isCertain: false };
}

function positionWithin(value: unknown, count: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count ? value : undefined;
}
