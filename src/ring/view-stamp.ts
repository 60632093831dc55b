import type { TypedArray } from './series-columns.js';

/**
 * Remembers on a view itself which row it starts with.
 *
 * A view says by its position which slots it shows, but not in which round of the ring it was made, so the
 * answer to "is this still what I asked for?" must travel with the object. A WeakMap costs six times
 * as much per view; a subclass of Float64Array would not compare equal to a plain one. A private field
 * added to an existing object does neither: nothing but `firstRowOf` can see it.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- only a base constructor can return the object to extend
class Given {
  constructor(view: TypedArray) {
    return view;
  }
}

class Stamp extends Given {
  readonly #firstRow: number;

  constructor(view: TypedArray, firstRow: number) {
    super(view);
    this.#firstRow = firstRow;
  }

  static firstRowOf(view: TypedArray): number | undefined {
    return #firstRow in view ? view.#firstRow : undefined;
  }
}

/** Marks a new view with the sequence number of its first row. A view can be marked once. */
export function stampView<View extends TypedArray>(view: View, firstRow: number): View {
  void new Stamp(view, firstRow);
  return view;
}

/** The sequence number that a view was marked with, or `undefined` for any other array. */
export function firstRowOf(view: TypedArray): number | undefined {
  return Stamp.firstRowOf(view);
}
