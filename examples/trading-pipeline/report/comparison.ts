/** How many things of a kind there are in either version, and how many are the same in both. */
export interface Comparison {
  readonly total: number;
  readonly equal: number;
}

/** Compares two lists of flat records by a key, field by field, to the last bit. */
export function compareRecords<Row extends object>(
  naive: readonly Row[],
  optimised: readonly Row[],
  keyOf: (row: Row) => string,
): Comparison {
  const others = new Map(optimised.map((row) => [keyOf(row), row]));
  const missing = new Set(others.keys());
  let equal = 0;
  for (const row of naive) {
    const other = others.get(keyOf(row));
    missing.delete(keyOf(row));
    if (other !== undefined && isSame(row, other)) equal++;
  }
  // Rows whose key occurs twice in a list count as different.
  return { total: Math.max(naive.length + missing.size, optimised.length), equal: Math.min(equal, others.size) };
}

/** Adds up comparisons. */
export function sumOf(comparisons: readonly Comparison[]): Comparison {
  return {
    total: comparisons.reduce((sum, { total }) => sum + total, 0),
    equal: comparisons.reduce((sum, { equal }) => sum + equal, 0),
  };
}

function isSame(a: object, b: object): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSameValue(Reflect.get(a, name), Reflect.get(b, name)));
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSameValue(item, b[i]));
  return Object.is(a, b);
}
