// A tape is what a value held when it was recorded, as one flat list in the order in which JSON.stringify reads: a
// primitive itself, for an array its length and then its items, for an object its names and the object itself and then
// its values, and for an object that is not looked into a `Held`.

/** The names of an object, on a tape. */
export class Names {
  /** In their order. */
  readonly list: readonly string[];

  constructor(list: readonly string[]) {
    this.list = list;
  }
}

/** The length of an array, on a tape. */
export class Length {
  /** Items, holes included. */
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}
