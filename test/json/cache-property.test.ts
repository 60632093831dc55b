import * as fc from 'fast-check';
import { cacheKey } from 'tickwise/core';
import { JsonCache } from 'tickwise/json';
import { describe, expect, it } from 'vitest';

/** An object of a class that counts its versions, as a book would. */
class Versioned {
  #content: unknown;
  #version = 0;

  constructor(content: unknown) {
    this.#content = content;
  }

  set(content: unknown): void {
    this.#content = content;
    this.#version++;
  }

  [cacheKey](): number {
    return this.#version;
  }

  toJSON(): unknown {
    return this.#content;
  }
}

class Candle {
  close: unknown;

  constructor(close: unknown) {
    this.close = close;
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6, size: 'max' }),
  fc.constantFrom('\u2028', '\ud800', '\udc00\ud800', '"\\', 'é', '😀', '\u0000'),
);
const name = fc.oneof(fc.constantFrom('a', 'b', 'close', '0', '10', '__proto__', 'toString', 'ключ'), text);
const leaf = fc.oneof(
  fc.double(),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom<unknown>(null, undefined, true, false, -0, Number.NaN, Infinity, Symbol('x')),
  text,
  fc.date().map((date) => date),
);

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 5, size: 'max' }) },
    { weight: 4, arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: 5, size: 'max' }).map(named) },
    { weight: 1, arbitrary: tie('value').map((value) => new Candle(value)) },
    { weight: 1, arbitrary: tie('value').map((value) => new Versioned(value)) },
    { weight: 1, arbitrary: tie('value').map(frozen) },
  ),
}));

/** `Object.fromEntries` makes an own `__proto__` too. */
function named(entries: [string, unknown][]): object {
  return Object.fromEntries(entries);
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return value instanceof Versioned || value instanceof Candle ? value : Object.freeze(value);
}

/** All objects within a value, itself included. */
function objectsIn(value: unknown, found = new Set<object>()): object[] {
  if (typeof value === 'object' && value !== null && !found.has(value)) {
    found.add(value);
    for (const part of Object.values(value)) objectsIn(part, found);
  }
  return [...found];
}

/** One change: of which object, of which of its properties, and what becomes of it. */
const change = fc.record({
  of: fc.nat(),
  at: fc.nat(),
  how: fc.constantFrom('set', 'set', 'set', 'delete', 'add', 'push', 'pop', 'shift', 'swap', 'hide', 'freeze'),
  name,
  value: anyValue,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(root: object, { of, at, how, name: added, value }: Change): void {
  const objects = objectsIn(root);
  const target = objects[of % objects.length] ?? root;
  if (target instanceof Versioned) target.set(value);
  if (how === 'freeze') frozen(target);
  if (Object.isFrozen(target) || target instanceof Versioned) return;
  const names = Object.keys(target);
  const picked = names[at % names.length];
  if (Array.isArray(target)) changeArray(target, how, value);
  else if (how === 'add') define(target, added, value, true);
  if (picked === undefined) return;
  const current: unknown = Reflect.get(target, picked);
  if (how === 'set') define(target, picked, value, true);
  if (how === 'delete') Reflect.deleteProperty(target, picked);
  if (how === 'hide' && !Array.isArray(target)) define(target, picked, current, false);
  if (how === 'swap' && !Array.isArray(target)) {
    Reflect.deleteProperty(target, picked);
    define(target, picked, current, true);
  }
}

function changeArray(array: unknown[], how: Change['how'], value: unknown): void {
  if (how === 'push') array.push(value);
  if (how === 'pop') array.pop();
  if (how === 'shift') array.push(array.shift());
}

function define(object: object, property: string, value: unknown, isEnumerable: boolean): void {
  Object.defineProperty(object, property, { value, enumerable: isEnumerable, configurable: true, writable: true });
}

describe('JsonCache over random histories of values', () => {
  it('gives the text and the bytes of JSON.stringify at each moment', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 3, size: 'max' }),
        fc.array(change, { maxLength: 25, size: 'max' }),
        fc.constantFrom(1, 2, 100),
        fc.constantFrom(700, 1e6),
        (values, changes, maxEntries, maxBytes) => {
          const cache = new JsonCache({ maxEntries, maxBytes });
          const roots: object[] = [...values.map((value) => ({ value })), values];

          for (const each of [undefined, ...changes]) {
            if (each !== undefined) apply(roots[each.of % roots.length] ?? roots, each);
            for (const root of roots) {
              const expected = JSON.stringify(root);
              expect(cache.stringify(root)).toBe(expected);
              expect(cache.bytes(root).equals(Buffer.from(expected))).toBe(true);
            }
          }

          const { calls, hits, misses, uncacheable, failed, heldBytes, entries } = cache.stats();
          expect(hits + misses + uncacheable).toBe(calls);
          expect(failed).toBe(0);
          expect(heldBytes).toBeLessThanOrEqual(maxBytes);
          expect(entries).toBeLessThanOrEqual(maxEntries);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('answers from what it keeps when nothing has changed', () => {
    const plain = anyValue.filter((value) => !(JSON.stringify({ value }) ?? '').includes('Z"'));
    fc.assert(
      fc.property(plain, (value) => {
        const cache = new JsonCache();
        const root = { value };
        const isCacheable = cache.explain(root).state === 'absent';
        cache.stringify(root);

        cache.stringify(root);

        expect(cache.stats().hits).toBe(isCacheable ? 1 : 0);
      }),
    );
  });
});
