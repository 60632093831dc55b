import { createRequire } from 'node:module';
import { LOCAL_MARK } from '../core/cache-key.js';
import { UnsupportedKeyError } from '../core/errors.js';
import { identityOf } from './identity.js';
import { unsupported } from './key-limits.js';

/** The part of object-hash used here: its digest of a record of texts. */
type ObjectHash = (value: object, options: { algorithm: 'sha256'; respectType: false }) => string;

/**
 * Signs in a class's source that its instances have state besides their properties: private names, built-in
 * parents, and `this` handed to somebody, as compiled private fields and registrations in a WeakMap do.
 * A sign in a comment only means a needless error.
 */
const HIDDEN_STATE = /#|\[native code\]|[(,]\s*this\s*[,)]|=\s*this\b(?!\s*[.[])|:\s*this\b(?!\s*[.[])/;

/** Why instances of a class cannot be keys, by prototype; `undefined` when they can. */
const refusals = new WeakMap<object, string | undefined>();

let objectHash: ObjectHash | undefined;

/**
 * The key of an instance of somebody's class: the class by identity, the own properties by an object-hash digest of
 * their exact texts. The texts are ours, since object-hash itself takes two functions with one text, two symbols
 * with one description, 0 and -0, and two objects that differ in private fields for the same.
 * @throws UnsupportedKeyError when the class may keep state elsewhere than in its own properties.
 */
export function encodeInstance(value: object, encodePart: (part: unknown) => string): string {
  const prototype: object = Object.getPrototypeOf(value);
  if (!refusals.has(prototype)) refusals.set(prototype, refusalOf(prototype));
  const refusal = refusals.get(prototype);
  if (refusal !== undefined) throw unsupported(value, refusal);
  const names = Object.keys(value);
  if (Reflect.ownKeys(value).length !== names.length) throw unsupported(value, 'it has symbols or hidden properties');
  const texts = names.map((name): [string, string] => [
    wellFormed(name),
    wellFormed(encodePart(Reflect.get(value, name))),
  ]);
  const digest = loadObjectHash()(Object.fromEntries(texts), { algorithm: 'sha256', respectType: false });
  return `${LOCAL_MARK}${identityOf(prototype)}/${digest}`;
}

/** Walks the classes of a prototype, up to Object. */
function refusalOf(prototype: object): string | undefined {
  let current: object | null = prototype;
  while (current !== null && current !== Object.prototype) {
    const constructor: unknown = Object.hasOwn(current, 'constructor')
      ? Reflect.get(current, 'constructor')
      : undefined;
    if (typeof constructor !== 'function' || constructor.prototype !== current) return 'its class is unknown';
    if (HIDDEN_STATE.test(Function.prototype.toString.call(constructor))) return 'its class may have hidden state';
    current = Object.getPrototypeOf(current);
  }
  return undefined;
}

/** Lone surrogates would all become the same character in the UTF-8 that object-hash digests. */
function wellFormed(text: string): string {
  return JSON.stringify(text);
}

/** Loaded at first use, since reading it takes 9 ms and most programs key on plain values. */
function loadObjectHash(): ObjectHash {
  if (objectHash !== undefined) return objectHash;
  try {
    const require = createRequire(typeof __filename === 'string' ? __filename : import.meta.url);
    // `require` is untyped; the package exports this function.
    return (objectHash = require('object-hash') as ObjectHash);
  } catch (cause) {
    throw new UnsupportedKeyError('keys of class instances need the package object-hash, which cannot be loaded', {
      cause,
    });
  }
}
