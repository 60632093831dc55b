import { describe, expect, it } from 'vitest';
import { cacheKey } from 'tickwise/core';
import { memo, structuralKey } from 'tickwise/memo';

class Point {
  constructor(readonly x: unknown) {}
}

class Vector {
  constructor(readonly x: unknown) {}
}

class Ring {
  constructor(readonly version: number) {}

  [cacheKey](): number {
    return this.version;
  }
}

class NamedRing {
  constructor(readonly version: string) {}

  [cacheKey](): string {
    return this.version;
  }
}

const shared = { q: 1 };
const symbol = Symbol('s');
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;
const sparse = (length: number, values: Record<number, unknown>): unknown[] => Object.assign(Array(length), values);

/** What must have one key. */
const same: [string, unknown, unknown][] = [
  ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['the order of nested keys', { z: { a: 1, b: [{ c: 1, d: 2 }] } }, { z: { b: [{ d: 2, c: 1 }], a: 1 } }],
  ['NaN', NaN, NaN],
  ['NaN made otherwise', NaN, Number('x')],
  ['NaN in a list', [NaN], [0 / 0]],
  ['bigints', 5n, 5n],
  ['large bigints', 2n ** 80n, 2n ** 80n],
  ['integers', 42, 42],
  ['integers over 32 bits', 2 ** 40, 2 ** 40],
  ['fractions', 0.1, 0.1],
  ['empty strings', '', ''],
  ['the order of a map', new Map(Object.entries({ a: 1, b: 2 })), new Map(Object.entries({ b: 2, a: 1 }))],
  ['the order of a set', new Set([1, 2]), new Set([2, 1])],
  ['sets of equal objects', new Set([{ a: 1 }, { b: 1 }]), new Set([{ b: 1 }, { a: 1 }])],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a shared object and copies', { a: shared, b: shared }, { a: { q: 1 }, b: { q: 1 } }],
  ['dates', new Date(5), new Date(5)],
  ['invalid dates', new Date(NaN), new Date('x')],
  ['patterns', /a/g, new RegExp('a', 'g')],
  ['typed arrays', new Float64Array([1, 2]), new Float64Array([1, 2])],
  ['a typed array and a window of another', new Float64Array([2, 3]), new Float64Array([1, 2, 3, 4]).subarray(1, 3)],
  ['buffers', Buffer.from('ab'), Buffer.from('ab')],
  ['array buffers', bytes(1, 2), bytes(1, 2)],
  ['data views', new DataView(bytes(1)), new DataView(bytes(1))],
  ['URLs', new URL('http://a/'), new URL('http://a')],
  ['instances of one class', new Point(1), new Point(1)],
  ['instances with content', new Point({ a: [1, 2] }), new Point({ a: [1, 2] })],
  ['rings of one version', new Ring(1), new Ring(1)],
  ['an own __proto__ key', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  ['holes', sparse(3, { 1: 'a' }), sparse(3, { 1: 'a' })],
  ['astral characters', '𝟙', '\ud835\udfd9'],
];

/** What must have two keys. */
const different: [string, unknown, unknown][] = [
  ['a number and its text', 1, '1'],
  ['a number and its text in objects', { a: 1 }, { a: '1' }],
  ['true and its text', true, 'true'],
  ['true and 1', true, 1],
  ['true and false', true, false],
  ['null and its text', null, 'null'],
  ['undefined and its text', undefined, 'undefined'],
  ['NaN and its text', NaN, 'NaN'],
  ['a list and its text', [1, 2], '1,2'],
  ['an empty list and an empty object', [], {}],
  ['an empty list and an empty text', [], ''],
  ['two texts and one with a comma', ['a', 'b'], ['a,b']],
  ['two texts and one with a tag', ['a', 'b'], ['a,sb']],
  ['two texts and one with a length', ['a', 'b'], ['as1:b']],
  ['texts with quotes in objects', { a: '1', b: '2' }, { a: "1',b:'2" }],
  ['texts with quotes in lists', ['1', '2'], ["1','2"]],
  ['a key that looks like two', { 'a:1,b': 2 }, { a: 1, b: 2 }],
  ['a key that looks encoded', { 's1:a': 1 }, { a: 1 }],
  ['an undefined and a missing property', { a: 1, b: undefined }, { a: 1 }],
  ['undefined and null in lists', [undefined], [null]],
  ['undefined and null', undefined, null],
  ['NaN and null in lists', [NaN], [null]],
  ['NaN and 0', NaN, 0],
  ['Infinity and null in lists', [Infinity], [null]],
  ['Infinity and -Infinity', Infinity, -Infinity],
  ['0 and -0', 0, -0],
  ['0 and -0 in lists', [0], [-0]],
  ['0 and -0 in objects', { a: 0 }, { a: -0 }],
  ['0 and -0 in instances', new Point(0), new Point(-0)],
  ['a hole and undefined', sparse(2, { 1: 1 }), [undefined, 1]],
  ['a hole and a shorter list', sparse(1, {}), []],
  ['lists of two lengths', [1], [1, 1]],
  ['nested and flat lists', [[1], 2], [1, [2]]],
  ['a bigint and a number', 1n, 1],
  ['a bigint and its literal', 1n, '1n'],
  ['a bigint and its text', 1n, '1'],
  ['values of maps', new Map([['a', 1]]), new Map([['a', 2]])],
  ['a map and an object', new Map([['a', 1]]), { a: 1 }],
  ['an empty map and an empty object', new Map(), {}],
  ['an empty map and an empty set', new Map(), new Set()],
  ['a map and its entries', new Map([['a', 1]]), [['a', 1]]],
  ['keys of maps by type', new Map([[1, 'x']]), new Map([['1', 'x']])],
  ['keys and values of maps', new Map([['a', 'b']]), new Map([['b', 'a']])],
  ['items of sets', new Set([1]), new Set([2])],
  ['a set and a list', new Set([1]), [1]],
  ['items of sets by type', new Set([1]), new Set(['1'])],
  ['sets of two sizes', new Set([1]), new Set([1, 2])],
  ['dates', new Date(1), new Date(2)],
  ['a date and its text', new Date(0), new Date(0).toISOString()],
  ['a date and its number', new Date(5), 5],
  ['an invalid date and null', new Date(NaN), null],
  ['an invalid date and NaN', new Date(NaN), NaN],
  ['flags of patterns', /a/g, /a/i],
  ['sources of patterns', /a/g, /b/g],
  ['a pattern and its text', /a/, '/a/'],
  ['positions of patterns', /a/g, Object.assign(/a/g, { lastIndex: 1 })],
  ['bytes and a list', new Uint8Array([1, 2]), [1, 2]],
  ['bytes and floats', new Uint8Array([1, 2]), new Float64Array([1, 2])],
  ['signed and unsigned bytes', new Int8Array([1]), new Uint8Array([1])],
  ['bytes and clamped bytes', new Uint8ClampedArray([1]), new Uint8Array([1])],
  ['bytes and a buffer', new Uint8Array([1]), Buffer.from([1])],
  ['16-bit kinds', new Int16Array([1]), new Uint16Array([1])],
  ['32-bit kinds', new Int32Array([1]), new Uint32Array([1])],
  ['32-bit integers and floats', new Int32Array([0]), new Float32Array([0])],
  ['64-bit kinds', new BigInt64Array([1n]), new BigUint64Array([1n])],
  ['floats', new Float64Array([1, 2]), new Float64Array([1, 3])],
  ['floats by one unit in the last place', new Float64Array([1]), new Float64Array([1 + Number.EPSILON])],
  ['NaN and 0 in floats', new Float64Array([NaN]), new Float64Array([0])],
  ['array buffers', bytes(1), bytes(2)],
  ['an array buffer and its bytes', bytes(1), new Uint8Array([1])],
  ['data views', new DataView(bytes(1)), new DataView(bytes(2))],
  ['a data view and its buffer', new DataView(bytes(1)), bytes(1)],
  ['64-bit integers', new BigInt64Array([1n]), new BigInt64Array([2n])],
  ['empty typed arrays of two kinds', new Float64Array(0), new Float32Array(0)],
  ['two classes', new Point(1), new Vector(1)],
  ['an instance and a plain object', new Point(1), { x: 1 }],
  ['an empty instance and an empty object', new (class Empty {})(), {}],
  ['values of instances', new Point(1), new Point(2)],
  ['types of values of instances', new Point(1), new Point('1')],
  ['undefined and null in instances', new Point(undefined), new Point(null)],
  ['lone surrogates in instances', new Point('\ud800'), new Point('\udbff')],
  ['URLs', new URL('http://a/'), new URL('http://b/')],
  ['a URL and its text', new URL('http://a/'), 'http://a/'],
  ['lone surrogates', '\ud800', '\udbff'],
  ['composed and decomposed characters', '\u00e9', 'e\u0301'],
  ['an own __proto__ key and none', JSON.parse('{"__proto__":1}'), {}],
  ['values of an own __proto__ key', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}')],
  ['large numbers', 1e21, 1e21 + 131_072],
  ['0.1 + 0.2 and 0.3', 0.1 + 0.2, 0.3],
  ['neighbours of 1', 1, 1 + Number.EPSILON],
  ['the least numbers', Number.MIN_VALUE, 2 * Number.MIN_VALUE],
  ['the least number and 0', Number.MIN_VALUE, 0],
  ['2 ** 31 and -(2 ** 31)', 2 ** 31, -(2 ** 31)],
  ['2 ** 32 and 0', 2 ** 32, 0],
  ['rings of two versions', new Ring(1), new Ring(2)],
  ['the key of a ring and the number', new Ring(1), 1],
  ['the key of a ring and the text', new NamedRing('a'), 'a'],
  ['number and text as keys of rings', new Ring(1), new NamedRing('1')],
  ['a ring and a list of its key', new Ring(1), [1]],
];

/** What has no key. */
const refused: [string, unknown][] = [
  ['a function', () => 1],
  ['a class', Point],
  ['a symbol', symbol],
  ['a registered symbol', Symbol.for('x')],
  ['a symbol in a list', [symbol]],
  ['a property named by a symbol', { [symbol]: 1 }],
  ['a function in an object', { toJSON: () => 'x', secret: 1 }],
];

describe('structuralKey', () => {
  it.each(same)('gives one key in spite of %s', (_, a, b) => {
    expect(structuralKey(a)).toBe(structuralKey(b));
    expect(structuralKey([a])).toBe(structuralKey([b]));
    expect(structuralKey({ x: a })).toBe(structuralKey({ x: b }));
  });

  it.each(different)('tells apart: %s', (_, a, b) => {
    expect(structuralKey(a)).not.toBe(structuralKey(b));
    expect(structuralKey([a])).not.toBe(structuralKey([b]));
    expect(structuralKey({ x: a })).not.toBe(structuralKey({ x: b }));
    expect(structuralKey(new Map([['x', a]]))).not.toBe(structuralKey(new Map([['x', b]])));
  });

  it.each(refused)('refuses %s', (_, value) => {
    expect(() => structuralKey(value)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
  });

  it('tells every value of the tables apart from all others that differ', () => {
    const values = new Map(different.flatMap(([, a, b]) => [a, b]).map((value) => [structuralKey(value), value]));

    const keys = [...values.keys()];

    expect(keys.length).toBeGreaterThan(100);
    expect(new Set(keys.map((key) => `${key}|`)).size).toBe(keys.length);
  });

  it('sees a change of an object made in place', () => {
    const bars = [{ close: 1 }, { close: 2 }];
    const before = structuralKey(bars);

    bars[1] = { close: 3 };

    expect(structuralKey(bars)).not.toBe(before);
  });

  it('sees an item added in place', () => {
    const query = { a: 1, list: [1] };
    const before = structuralKey(query);

    query.list.push(2);

    expect(structuralKey(query)).not.toBe(before);
  });
});

describe('memo', () => {
  it.each(same)('serves a hit in spite of %s', (_, a, b) => {
    const identity = memo((value: unknown) => ({ value }));

    const first = identity(a);

    expect(identity(b)).toBe(first);
  });

  it.each(different)('never merges %s', (_, a, b) => {
    const identity = memo((value: unknown) => ({ value }));

    const first = identity(a);
    const second = identity(b);

    expect(second).not.toBe(first);
    expect(first.value).toBe(a);
    expect(second.value).toBe(b);
    expect(identity(a)).toBe(first);
    expect(identity(b)).toBe(second);
  });

  it.each(different)('never merges them as the second of two arguments: %s', (_, a, b) => {
    const pair = memo((_first: unknown, value: unknown) => ({ value }));

    const first = pair('x', a);
    const second = pair('x', b);

    expect(second).not.toBe(first);
    expect(pair('x', a)).toBe(first);
    expect(pair('x', b)).toBe(second);
  });

  it.each(refused)('refuses a call with %s', (_, value) => {
    const identity = memo((argument: unknown) => ({ argument }));

    expect(() => identity(value)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
    expect(identity.stats()).toMatchObject({ calls: 0, loads: 0 });
  });
});

describe('memo by fingerprint', () => {
  const numbers = Array.from({ length: 40 }, (_, i) => i / 8);
  /** Ways to put a value where a fingerprint might be taken. */
  const places: readonly ((value: unknown) => unknown)[] = [
    (value) => value,
    (value) => [...numbers, value],
    (value) => [...numbers.map((x) => ({ x })), { x: value }],
    (value) => [{ x: value }, ...numbers.map((x) => ({ x }))],
    (value) => [...numbers.map((x) => ({ x })), value],
  ];

  it.each(different)('never merges %s, amid numbers', (_, a, b) => {
    for (const place of places) {
      const identity = memo((value: unknown) => ({ value }), { keyMode: 'fingerprint' });
      const [first, second] = [place(a), place(b)];

      expect(identity(first).value).toBe(first);
      expect(identity(second).value).toBe(second);
      expect(identity(place(a)).value).toBe(first);
      expect(identity(place(b)).value).toBe(second);
    }
  });

  it.each(same)('serves a hit in spite of %s, amid numbers', (_, a, b) => {
    for (const place of places) {
      const identity = memo((value: unknown) => ({ value }), { keyMode: 'fingerprint' });

      expect(identity(place(b))).toBe(identity(place(a)));
    }
  });

  it.each(refused)('refuses a call with %s, amid numbers', (_, value) => {
    for (const place of places) {
      const identity = memo((argument: unknown) => ({ argument }), { keyMode: 'fingerprint' });

      expect(() => identity(place(value))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
    }
  });
});
