/** Freezes a value: plain objects and arrays to any depth. Instances of classes and typed arrays stay as they are. */
export function deepFreeze(value: unknown): void {
  const waiting: unknown[] = [value];
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (!isFreezable(next) || seen.has(next)) continue;
    seen.add(next);
    Object.freeze(next);
    for (const property of Object.values(Object.getOwnPropertyDescriptors(next))) waiting.push(property.value);
  }
}

function isFreezable(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
