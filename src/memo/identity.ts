const identities = new WeakMap<object, number>();
let last = 0;

/** A number for this very object, the same each time and never given to another. Keeps nothing alive. */
export function identityOf(value: object): number {
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = ++last;
    identities.set(value, identity);
  }
  return identity;
}
