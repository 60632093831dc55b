/**
 * Freezes arrays and plain objects within `value`, itself included, and returns it.
 *
 * Instances of classes, typed arrays, maps and functions are left as they are: they have owners with
 * methods that write. Getters are not run. Cost: one visit per object, each time.
 */
export function deepFreeze<T>(value: T): T {
  const waiting: unknown[] = [value];
  const seen = new Set<object>();
  // A list instead of recursion: depth is the sender's choice.
  for (let next = waiting.pop(); next !== undefined || waiting.length > 0; next = waiting.pop()) {
    if (!isPlain(next) || seen.has(next)) continue;
    seen.add(next);
    Object.freeze(next);
    for (const key of Reflect.ownKeys(next)) waiting.push(Object.getOwnPropertyDescriptor(next, key)?.value);
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
