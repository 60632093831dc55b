/**
 * Takes the numbers out of a `stats()` snapshot.
 *
 * A nested object adds its name to the path: `{ journal: { bytes } }` is `journal_bytes`. A table, that is an array
 * of objects or an object of objects that all have the same fields, becomes one reading per row and field,
 * with the row's key as a label; the snapshot itself is none: `{ jobs: { ppo: { runs }, fft: { runs } } }` is `jobs_runs` of `ppo` and of
 * `fft`. Truth values are 0 and 1. Texts, and whatever is deeper than {@link MAX_DEPTH}, are left out.
 */
export interface Reading {
  /** Names of the fields that lead to it, joined by `_`, in snake case. */
  readonly path: string;
  /** Name of the last of these fields, as it is written in the snapshot. */
  readonly field: string;
  /** Keys of the table rows that lead to it, outermost first. */
  readonly keys: readonly string[];
  readonly value: number;
}

/** Objects within objects that are looked into. */
const MAX_DEPTH = 6;

/** Every number in a snapshot, at most `limit` of them. */
export function readingsOf(snapshot: unknown, limit: number): Reading[] {
  const found: Reading[] = [];
  collect(snapshot, { path: [], field: '', keys: [] }, found, limit);
  return found;
}

interface Place {
  readonly path: readonly string[];
  readonly field: string;
  readonly keys: readonly string[];
}

function collect(value: unknown, place: Place, found: Reading[], limit: number): void {
  if (found.length >= limit) return;
  if (typeof value === 'number' || typeof value === 'boolean') {
    found.push({ path: place.path.join('_'), field: place.field, keys: place.keys, value: Number(value) });
    return;
  }
  if (typeof value !== 'object' || value === null || place.path.length + place.keys.length >= MAX_DEPTH) return;
  const entries = Object.entries(value);
  const isRow = place.path.length > 0 && isTable(value, entries);
  for (const [key, part] of entries) {
    const next = isRow
      ? { ...place, keys: [...place.keys, key] }
      : { path: [...place.path, snakeCase(key)], field: key, keys: place.keys };
    collect(part, next, found, limit);
  }
}

function isTable(value: object, entries: readonly [string, unknown][]): boolean {
  if (Array.isArray(value)) return true;
  const [first] = entries;
  if (first === undefined || !isRecord(first[1])) return false;
  const fields = Object.keys(first[1]).join();
  return entries.every(([, row]) => isRecord(row) && Object.keys(row).join() === fields);
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `delayP99` → `delay_p99`. Characters that metric names cannot hold become `_`. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
}
