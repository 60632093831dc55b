import { unsupported } from './key-limits.js';

/** How the keys of a plain object are written into key texts. */
export interface ObjectShape {
  /** Property names in sorted order. */
  readonly names: readonly string[];
  /** The key text of each name, in the same order. */
  readonly labels: readonly string[];
  /** The text before the first name. */
  readonly head: string;
  /** All of them: equal for two objects exactly when they have the same names. */
  readonly text: string;
  /** Property names in the order the object has them. */
  readonly order: readonly string[];
}

/**
 * Shapes seen last, in a direct-mapped table: a bot's argument objects have few shapes, and sorting five names
 * costs more than writing them.
 */
const recent: (ObjectShape | undefined)[] = Array.from({ length: 32 }, () => undefined);

/**
 * Returns how to write this object's keys.
 * @throws UnsupportedKeyError when it has symbols or hidden properties.
 */
export function shapeOf(value: object): ObjectShape {
  const shape = findShape(value);
  if (shape === undefined) throw unsupported(value, 'it has symbols or hidden properties');
  return shape;
}

/** Returns how to write this object's keys, `undefined` when it has symbols or hidden properties. */
export function findShape(value: object): ObjectShape | undefined {
  const order = Object.keys(value);
  if (Object.getOwnPropertyNames(value).length !== order.length || Object.getOwnPropertySymbols(value).length !== 0) {
    return undefined;
  }
  const slot = slotOf(order);
  const last = recent[slot];
  if (last !== undefined && isSame(last.order, order)) return last;
  return (recent[slot] = makeShape(order));
}

function slotOf(order: readonly string[]): number {
  const first = order[0]?.length ?? 0;
  const last = order.at(-1)?.length ?? 0;
  return (order.length * 7 + first * 3 + last) & 31;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function makeShape(order: readonly string[]): ObjectShape {
  const names = order.toSorted();
  const labels = names.map((name) => `s${name.length}:${name}`);
  const head = `O${names.length * 2}:`;
  return { names, labels, head, text: head + labels.join(''), order };
}
