// One counter per process, shared by the ESM and CJS copies of this package: equal ids would merge the
// cache keys of two different rings.
const COUNTER: unique symbol = Symbol.for('tickwise.ringIds');

/** A number that no other ring of this process has. */
export function nextRingId(): number {
  // The symbol is ours alone, so nobody else can have put another type there.
  const holder = globalThis as { [COUNTER]?: number };
  const id = (holder[COUNTER] ?? 0) + 1;
  holder[COUNTER] = id;
  return id;
}
