import { types } from 'node:util';

/**
 * Which objects can never give another JSON: plain objects and arrays, frozen down to their last value.
 *
 * Nothing in them runs code: no getter, no `toJSON`, no proxy. Each object is looked at once, until it passes.
 */
export class FrozenValues {
  readonly #verified = new WeakSet<object>();

  /** Whether a value is such an object. Cost: of one that was verified, a lookup; else a visit of each object in it. */
  has(value: object): boolean {
    if (!Object.isFrozen(value)) return false;
    return this.#verified.has(value) || this.#verify(value);
  }

  #verify(value: object): boolean {
    const seen = new Set<object>([value]);
    // Grows while it is iterated.
    for (const each of seen) if (!this.#verified.has(each) && !addParts(each, seen)) return false;
    // Everything that can be reached from any of them is among them.
    for (const each of seen) this.#verified.add(each);
    return true;
  }
}

/** Adds the objects that an object holds. False when it is not frozen and plain. */
function addParts(value: object, seen: Set<object>): boolean {
  if (types.isProxy(value) || types.isBoxedPrimitive(value) || !Object.isFrozen(value) || !hasPlainPrototype(value))
    return false;
  const names = Object.getOwnPropertyNames(value);
  // A hole reads through to the prototype. Items come first among the names.
  if (Array.isArray(value) && value.length > 0 && names[value.length - 1] !== String(value.length - 1)) return false;
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property === undefined || property.get !== undefined || property.set !== undefined) return false;
    const part: unknown = property.value;
    if (typeof part === 'function' || typeof part === 'bigint') return false;
    if (typeof part === 'object' && part !== null) seen.add(part);
  }
  return true;
}

function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) ? prototype === Array.prototype : prototype === Object.prototype || prototype === null;
}
