import type { ColumnSet } from './column-set.js';

/** What a ring's own `append` needs of the ring. */
export interface AppendTarget {
  /** The columns to write to. */
  readonly columns: ColumnSet;
  /** Throws when there are more or fewer values than columns. */
  readonly checkCount: (given: number) => void;
  /** Begins a row in the spare slot and returns what `commit` needs. */
  readonly begin: () => number;
  /** Takes the row in the spare slot, unless anything else was begun or has changed since. */
  readonly commit: (begun: number) => void;
}

/**
 * The `append` of rings whose columns are of several kinds, vectors or integers, or too many for fixed parameters.
 *
 * Such a ring has it as its own, so that the shared one stays small enough to be inlined.
 */
export function mixedAppend({ columns, checkCount, begin, commit }: AppendTarget): (...row: unknown[]) => void {
  const { list } = columns;
  const [c0, c1, c2, c3, c4, c5, c6, c7] = list;
  if (list.length > 8)
    return (...values) => {
      checkCount(values.length);
      const begun = begin();
      for (let i = 0; i < list.length; i++) columns.put(list[i], values[i]);
      commit(begun);
    };
  return function append(a, b, c, d, e, f, g, h) {
    // Hot path. Fixed parameters, because a rest parameter is an array per call.
    checkCount(arguments.length);
    const begun = begin();
    columns.put(c0, a);
    columns.put(c1, b);
    columns.put(c2, c);
    columns.put(c3, d);
    columns.put(c4, e);
    columns.put(c5, f);
    columns.put(c6, g);
    columns.put(c7, h);
    commit(begun);
  };
}
