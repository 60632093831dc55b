import { types } from 'node:util';

/** Kinds of objects that `serialize` of `node:v8` gives back as they were, besides plain objects and arrays. */
const FAITHFUL: readonly object[] = [
  Map.prototype,
  Set.prototype,
  Date.prototype,
  RegExp.prototype,
  ArrayBuffer.prototype,
  DataView.prototype,
  Buffer.prototype,
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(prototypeOf),
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array].map(prototypeOf),
];

/**
 * Describes a part of `value` that would come back from `serialize` of `node:v8` as something else, or cannot be
 * serialised; undefined when there is none. Cycles are followed once.
 *
 * Properties of an array that are not its elements are not looked at. An object without prototype counts as plain, and
 * a getter as the value it has.
 *
 * Cost: one look at each object and property, none at the numbers of typed arrays.
 */
export function findUnfaithful(value: unknown): string | undefined {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (typeof part === 'function' || typeof part === 'symbol') return `a ${typeof part}`;
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    const fault = faultOf(part);
    if (fault !== undefined) return fault;
    addParts(part, waiting);
  }
  return undefined;
}

function faultOf(part: object): string | undefined {
  if (types.isProxy(part)) return 'a Proxy';
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype === null || prototype === Object.prototype) return faultOfPlain(part);
  if (prototype === Array.prototype) return undefined;
  if (!FAITHFUL.some((known) => known === prototype)) return `an object of class ${classOf(prototype)}`;
  const hasMore = !ArrayBuffer.isView(part) && Reflect.ownKeys(part).some((name) => name !== 'lastIndex');
  return hasMore ? `a ${classOf(prototype)} with a property of its own` : undefined;
}

/** Properties that are not listed are left out by `serialize`. */
function faultOfPlain(part: object): string | undefined {
  if (types.isBoxedPrimitive(part)) return 'a boxed primitive';
  if (Object.getOwnPropertySymbols(part).length > 0) return 'a property named by a symbol';
  // Lists of names are cached by V8: for 200 bars, descriptors took 4 times as long as `serialize` itself (Node 20).
  const isHiding = Object.getOwnPropertyNames(part).length !== Object.keys(part).length;
  return isHiding ? 'a hidden property' : undefined;
}

function addParts(part: object, waiting: unknown[]): void {
  if (ArrayBuffer.isView(part)) return;
  if (types.isMap(part)) for (const pair of part) waiting.push(...pair);
  else if (types.isSet(part)) for (const value of part) addPart(value, waiting);
  else if (Array.isArray(part)) for (const value of part) addPart(value, waiting);
  // Plain objects inherit nothing that is listed.
  else for (const name in part) addPart(Reflect.get(part, name), waiting);
}

function addPart(part: unknown, waiting: unknown[]): void {
  if (typeof part === 'object' || typeof part === 'function' || typeof part === 'symbol') waiting.push(part);
}

function classOf(prototype: unknown): string {
  const made: unknown =
    typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, 'constructor') : '';
  return typeof made === 'function' && made.name !== '' ? made.name : '(anonymous)';
}

function prototypeOf(made: { readonly prototype: object }): object {
  return made.prototype;
}
