import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Rows a sink refused, by their position; `malformed` is set when its answer made no sense. */
interface RejectedRows {
  /** Error per refused row, by its position in the batch. */
  readonly rows: ReadonlyMap<number, unknown>;
  /** What was wrong with the answer; the entries that made sense still count. */
  readonly malformed?: unknown;
}

const NONE: RejectedRows = { rows: new Map() };

/**
 * Reads a sink's answer to a batch of `count` rows.
 *
 * Sinks often return what their driver returns, so anything without `rejected` means that all rows were stored.
 */
export function readRejected(answer: unknown, count: number): RejectedRows {
  if (typeof answer !== 'object' || answer === null) return NONE;
  try {
    const rejected: unknown = Reflect.get(answer, 'rejected');
    if (rejected === undefined) return NONE;
    if (!Array.isArray(rejected)) throw misreport(rejected);
    return collect(rejected, count);
  } catch (error) {
    return { ...NONE, malformed: error };
  }
}

function collect(rejected: readonly unknown[], count: number): RejectedRows {
  const rows = new Map<number, unknown>();
  let malformed: unknown;
  for (const entry of rejected) {
    try {
      const { index, error } = readEntry(entry, count);
      rows.set(index, error);
    } catch (thrown) {
      malformed ??= thrown ?? misreport(entry);
    }
  }
  return { rows, malformed };
}

/** Throws when the entry names no row of the batch, or what a getter throws. */
function readEntry(entry: unknown, count: number): { readonly index: number; readonly error: unknown } {
  const index: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'index') : undefined;
  const isRow = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count;
  if (!isRow) throw misreport(entry);
  return { index, error: Reflect.get(Object(entry), 'error') };
}

function misreport(value: unknown): ArgumentError {
  return new ArgumentError(
    `a sink's \`rejected\` must be an array of { index, error } with positions in the batch, got ${show(value)}`,
  );
}
