import { cacheKey } from 'tickwise/core';
import { JsonCache } from 'tickwise/json';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** What a call gives, thrown or returned. */
function outcome(call: () => unknown): unknown {
  try {
    return { text: call() };
  } catch (error) {
    return { thrown: (error as Error).constructor.name };
  }
}

/** Asks twice, so that what is kept is asked too. */
function expectSame(cache: JsonCache, value: unknown): void {
  const expected = outcome(() => JSON.stringify(value));
  expect(outcome(() => cache.stringify(value))).toEqual(expected);
  expect(outcome(() => cache.stringify(value))).toEqual(expected);
  expect(outcome(() => cache.bytes(value)?.toString())).toEqual(expected);
}

/** An own property that an assignment would not make. */
function define(object: object, name: string, value: unknown, isEnumerable = true): object {
  return Object.defineProperty(object, name, { value, enumerable: isEnumerable, configurable: true, writable: true });
}

/** 1, nothing, 3. */
function holed(): unknown[] {
  const array = [1, 2, 3];
  Reflect.deleteProperty(array, '1');
  return array;
}

const circle: Record<string, unknown> = { a: [] };
circle['a'] = [circle];
const deep = JSON.parse(`${'['.repeat(500)}1${']'.repeat(500)}`) as unknown;
const sparse: unknown[] = [1];
sparse[3] = 2;
class Candle {
  open = 1;
  #hidden = 2;
  get close(): number {
    return this.#hidden;
  }
}
class Wired extends Candle {
  toJSON(name: string): unknown {
    return { name, open: this.open };
  }
}

describe('JsonCache gives what JSON.stringify gives', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string with lone surrogates, U+2028 and a quote', '\ud800 \u2028\u2029 " \\ \u0000 \udc00\ud800 é😀'],
    ['numbers that are none', [Number.NaN, Infinity, -Infinity, -0, 0, 1e21, 5e-324]],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a BigInt', 1n],
    ['a BigInt inside', { a: 1n }],
    ['a circle', circle],
    ['arrays 500 deep', deep],
    ['undefined, functions and symbols in an object', { a: undefined, b: () => 1, c: Symbol('x'), d: 1 }],
    ['undefined, functions and symbols in an array', [undefined, () => 1, Symbol('x'), 1]],
    ['undefined and symbols only', { a: undefined, c: [Symbol('x'), undefined], [Symbol('y')]: 1 }],
    ['holes', sparse],
    ['names that are numbers', { b: 1, 2: 1, 1: 1, a: 1, '-1': 1 }],
    ['an own __proto__', define({ a: 1 }, '__proto__', { b: 2 })],
    ['an own __proto__ from JSON.parse', JSON.parse('{"__proto__":{"x":1},"y":[{"__proto__":null}]}')],
    ['a name that does not enumerate', define({ a: 1 }, 'b', 2, false)],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1, b: { c: 2 } })],
    ['inherited names', Object.assign(Object.create({ z: 1 }) as object, { a: 1 })],
    ['an instance of a class', [new Candle(), new Candle()]],
    ['toJSON that reads its name', { a: new Wired(), b: [new Wired()] }],
    ['toJSON that is no function', { toJSON: 5, a: { toJSON: null } }],
    ['toJSON that does not enumerate', define({ a: 1 }, 'toJSON', () => 'x', false)],
    ['toJSON that gives undefined', { toJSON: () => undefined }],
    ['toJSON of an array', define([1], 'toJSON', () => 'x')],
    ['toJSON of a function', Object.assign(() => 1, { toJSON: () => 'x' })],
    ['toJSON of a function inside', { f: Object.assign(() => 1, { toJSON: () => 'x' }) }],
    ['boxed primitives', [Object(1), Object('a'), Object(true), { b: Object(2) as unknown }]],
    ['a boxed BigInt', Object(1n)],
    ['a boxed number that looks plain', Object.setPrototypeOf(Object(7), Object.prototype)],
    ['dates', { at: new Date(0), bad: new Date(Number.NaN) }],
    ['maps, sets, expressions, errors', [new Map([[1, 2]]), new Set([1]), /a/g, new Error('x')]],
    ['typed arrays', [new Float64Array([1, Number.NaN]), new Uint8Array(2), Buffer.from('a')]],
    ['an array with a name', define([1, 2], 'extra', 3)],
    ['a getter', Object.defineProperty({ a: 1 }, 'b', { get: () => 2, enumerable: true })],
    [
      'a getter that throws',
      Object.defineProperty({}, 'b', { get: () => JSON.parse('{') as unknown, enumerable: true }),
    ],
    ['a proxy', new Proxy({ a: 1, b: [2] }, {})],
    ['a proxy of an array', new Proxy([1, { a: 2 }], {})],
    ['a proxy that has every method', new Proxy({ a: 1 }, { get: () => () => 'x' })],
    ['frozen values', Object.freeze({ a: Object.freeze([1, undefined]), b: 'x' })],
    ['a frozen circle', Object.freeze(Object.assign(circle))],
    ['a frozen toJSON', Object.freeze({ a: Object.freeze({ toJSON: () => 'x' }) })],
    [
      'a frozen proxy',
      Object.freeze(new Proxy(Object.freeze({ a: 1 }), { get: (_, name) => (name === 'toJSON' ? () => 'x' : 1) })),
    ],
    ['frozen holes', Object.freeze(holed())],
    ['frozen BigInts', Object.freeze({ a: Object.freeze([1n]) })],
    [
      'arguments',
      (
        function () {
          return arguments;
        } as (...values: number[]) => unknown
      )(1, 2),
    ],
    ['a cache key that is no function', { [cacheKey]: 'x', a: 1 }],
    ['a cache key that is no key', { [cacheKey]: () => ({}), a: 1 }],
    ['a cache key that is NaN', { [cacheKey]: () => Number.NaN, a: 1 }],
  ])('for %s', (_, value) => {
    const cache = new JsonCache();

    expectSame(cache, value);
    expectSame(cache, [value]);
    expectSame(cache, { before: 1, value, after: 'é' });

    const { calls, hits, misses, uncacheable, primitives, failed } = cache.stats();
    expect(hits + misses + uncacheable + primitives + failed).toBe(calls);
  });
});

/** A value that is asked for, then changed, then asked for again. */
type Change = readonly [string, () => { value: unknown; change: () => void }];

function on<T extends object>(value: T, change: (value: T) => void): { value: unknown; change: () => void } {
  return { value, change: () => change(value) };
}

const CHANGES: readonly Change[] = [
  ['0 to -0 and back', () => on({ a: 0 }, (value) => (value.a = -0))],
  ['a number to its text', () => on<{ a: unknown }>({ a: 1 }, (value) => (value.a = '1'))],
  ['null to undefined', () => on<{ a: unknown }>({ a: null }, (value) => (value.a = undefined))],
  ['NaN to null', () => on<{ a: unknown }>({ a: Number.NaN }, (value) => (value.a = null))],
  ['an array to an object', () => on<{ a: unknown }>({ a: [] }, (value) => (value.a = {}))],
  ['an object to an array', () => on<{ a: unknown }>({ a: {} }, (value) => (value.a = []))],
  ['an object to null', () => on<{ a: unknown }>({ a: {} }, (value) => (value.a = null))],
  ['an object to an equal one', () => on({ a: { b: 1 } }, (value) => (value.a = { b: 1 }))],
  [
    'an object to a boxed number of no names',
    () =>
      on<{ a: object }>({ a: {} }, (value) => (value.a = Object.setPrototypeOf(Object(7), Object.prototype) as object)),
  ],
  [
    'an object to a boxed number of the same names',
    () =>
      on<{ a: object }>({ a: { n: 1 } }, (value) => {
        value.a = Object.assign(Object(7) as object, { n: 1 });
      }),
  ],
  ['an object to a function', () => on<{ a: unknown }>({ a: {} }, (value) => (value.a = () => 1))],
  [
    'undefined to a function with toJSON',
    () => on<{ a: unknown }>({ a: undefined }, (value) => (value.a = Object.assign(() => 1, { toJSON: () => 'x' }))),
  ],
  ['undefined to a BigInt', () => on<{ a: unknown }>({ a: undefined }, (value) => (value.a = 1n))],
  [
    'an own name to an inherited one',
    () =>
      on(Object.assign(Object.create({ b: 2 }) as object, { a: 1, b: 2 }), (value) =>
        Reflect.deleteProperty(value, 'b'),
      ),
  ],
  [
    'a prototype to one with toJSON',
    () => on({ a: 1 }, (value) => Object.setPrototypeOf(value, { toJSON: () => 'x' })),
  ],
  [
    'a prototype to one with names',
    () =>
      on<{ a: number; b?: number }>({ a: 1, b: 2 }, (value) => {
        delete value.b;
        Object.setPrototypeOf(value, { b: 2 });
      }),
  ],
  ['toJSON that comes later', () => on({ a: 1 }, (value) => define(value, 'toJSON', () => 'x', false))],
  ['toJSON of an array that comes later', () => on([1], (value) => define(value, 'toJSON', () => 'x', false))],
  [
    'the order of names',
    () =>
      on<{ a?: number; b: number }>({ a: 1, b: 1 }, (value) => {
        delete value.a;
        value.a = 1;
      }),
  ],
  [
    'the order of names of an instance',
    () =>
      on<Partial<Candle> & { b?: number }>(Object.assign(new Candle(), { b: 1 }), (value) => {
        delete value.open;
        Object.assign(value, { open: 1 });
      }),
  ],
  [
    'a name to another',
    () =>
      on<{ a?: number; b?: number }>({ a: 1 }, (value) => {
        delete value.a;
        value.b = 1;
      }),
  ],
  ['a name that no longer enumerates', () => on({ a: 1, b: 2 }, (value) => define(value, 'b', 2, false))],
  [
    'a name that becomes a getter',
    () => on({ a: 1 }, (value) => Object.defineProperty(value, 'a', { get: () => 2, enumerable: true })),
  ],
  ['one more name', () => on<Record<string, number>>({ a: 1 }, (value) => (value['b'] = 2))],
  ['a name more that is undefined', () => on<Record<string, unknown>>({ a: 1 }, (value) => (value['b'] = undefined))],
  ['one name less', () => on<Record<string, number>>({ a: 1, b: 2 }, (value) => delete value['b'])],
  ['an own __proto__', () => on({ a: 1 }, (value) => define(value, '__proto__', { x: 1 }))],
  [
    'the value of __proto__',
    () => on(JSON.parse('{"__proto__":1}') as object, (value) => define(value, '__proto__', 2)),
  ],
  ['a longer array', () => on([1, 2], (value) => value.push(3))],
  ['a shorter array', () => on([1, 2], (value) => value.pop())],
  ['an array cut by its length', () => on([1, 2, 3], (value) => (value.length = 1))],
  ['a hole', () => on<unknown[]>([1, 2, 3], (value) => Reflect.deleteProperty(value, '1'))],
  [
    'the last of many',
    () =>
      on(
        Array.from({ length: 200 }, (_, i) => ({ ts: i, close: i / 7 })),
        (value) => Object.assign(value[199] ?? {}, { close: 1 }),
      ),
  ],
  [
    'one in the middle',
    () =>
      on(
        Array.from({ length: 200 }, (_, i) => ({ ts: i, close: i / 7 })),
        (value) => Object.assign(value[99] ?? {}, { close: 1 }),
      ),
  ],
  ['a shift of all', () => on([{ a: 1 }, { a: 2 }, { a: 3 }], (value) => value.push(...value.splice(0, 1)))],
  ['text with U+2028', () => on({ a: '\u2028' }, (value) => (value.a = '\u2029'))],
  ['a lone surrogate', () => on({ a: '\ud800' }, (value) => (value.a = '\udc00'))],
  [
    'a frozen value to another',
    () => on<{ a: object }>({ a: Object.freeze({ b: 1 }) }, (value) => (value.a = Object.freeze({ b: 2 }))),
  ],
  [
    'what a frozen value holds',
    () => {
      const inner = { b: 1 };
      return { value: Object.freeze({ inner }), change: () => (inner.b = 2) };
    },
  ],
  [
    'what the getter of a frozen object gives',
    () => {
      const state = { n: 1 };
      const value = Object.freeze(Object.defineProperty({}, 'n', { get: () => state.n, enumerable: true }));
      return { value, change: () => (state.n = 2) };
    },
  ],
  [
    'what the proxy of a frozen object gives',
    () => {
      const state = { n: 1 };
      const get = (_: object, name: PropertyKey): unknown => (name === 'toJSON' ? () => state.n : undefined);
      return { value: Object.freeze(new Proxy(Object.freeze({}), { get })), change: () => (state.n = 2) };
    },
  ],
  [
    'what a frozen instance inherits',
    () => {
      const prototype = { toJSON: undefined as unknown };
      const value = Object.freeze(Object.assign(Object.create(prototype) as object, { a: 1 }));
      return { value, change: () => (prototype.toJSON = () => 'x') };
    },
  ],
  [
    'what a frozen array inherits',
    () => {
      const prototype: unknown[] = Object.setPrototypeOf([0, 1], Array.prototype) as unknown[];
      return { value: Object.freeze(Object.setPrototypeOf(holed(), prototype)), change: () => (prototype[1] = 2) };
    },
  ],
  [
    'what a frozen boxed text is named',
    () => {
      const state = { tag: 'a' };
      const boxed = Object.setPrototypeOf(Object('text'), Object.prototype) as object;
      Object.defineProperty(boxed, Symbol.toStringTag, { get: () => state.tag });
      return { value: Object.freeze(boxed), change: () => (state.tag = 'b') };
    },
  ],
  ['an index that an array inherits', () => on<unknown[]>(holed(), (value) => Object.setPrototypeOf(value, [0, 9]))],
];

describe('JsonCache sees a change of', () => {
  it.each(CHANGES)('%s', (_, make) => {
    const cache = new JsonCache();
    const { value, change } = make();
    const wrapped = { list: [value] };
    expectSame(cache, value);
    expectSame(cache, wrapped);

    change();

    expectSame(cache, value);
    expectSame(cache, wrapped);
  });
});

describe('JsonCache, when code runs while it reads', () => {
  it('takes each getter for what it gives at that reading', () => {
    const cache = new JsonCache();
    const calls = { mine: 0, theirs: 0 };
    const alternating = (who: keyof typeof calls): object =>
      Object.defineProperty({}, 'n', { get: () => (calls[who]++ % 3 === 0 ? 1 : 2), enumerable: true });
    const [mine, theirs] = [alternating('mine'), alternating('theirs')];

    const texts = Array.from({ length: 50 }, () => {
      const before = calls.mine;
      const text = cache.stringify(mine);
      // A call that did not match reads twice; of what was read last the text is made.
      calls.theirs = calls.mine - 1;
      return { isRead: calls.mine > before, text, expected: JSON.stringify(theirs) };
    });

    expect(texts.every(({ isRead, text, expected }) => isRead && text === expected)).toBe(true);
  });

  it('answers a getter that asks the cache itself', () => {
    const cache = new JsonCache();
    const inner = { a: 1 };
    const outer = Object.defineProperty({ before: 0 }, 'inner', {
      get: () => cache.stringify(inner),
      enumerable: true,
    });
    const texts = [cache.stringify(outer), cache.stringify(outer)];
    inner.a = 2;

    texts.push(cache.stringify(outer));

    expect(texts).toEqual([
      '{"before":0,"inner":"{\\"a\\":1}"}',
      '{"before":0,"inner":"{\\"a\\":1}"}',
      JSON.stringify(outer),
    ]);
  });

  it('serialises anew what changes its key while it is serialised', () => {
    const cache = new JsonCache();
    let version = 0;
    const value = { [cacheKey]: () => version, toJSON: () => ({ version: ++version }) };

    const texts = [cache.stringify(value), cache.stringify(value)];

    expect(texts).toEqual(['{"version":1}', '{"version":2}']);
  });

  it('throws what toJSON throws, counts it, and keeps nothing', () => {
    const cache = new JsonCache();
    const failure = new RangeError('no book');
    const value = {
      toJSON: () => {
        throw failure;
      },
    };

    expect(() => cache.stringify(value)).toThrow(failure);
    expect(() => cache.bytes(value)).toThrow(failure);

    expect(cache.stats()).toMatchObject({ calls: 2, failed: 2, entries: 0 });
  });
});

describe('JsonCache, when plain objects inherit more', () => {
  afterEach(() => {
    Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    Reflect.deleteProperty(Array.prototype, '1');
    for (const prototype of [Object.prototype, Array.prototype]) {
      Reflect.deleteProperty(prototype, 'toJSON');
      Reflect.deleteProperty(prototype, 'late');
    }
  });

  it.each([
    ['toJSON of objects', Object.prototype, 'toJSON', () => 'patched', false],
    ['toJSON of arrays', Array.prototype, 'toJSON', () => 'patched', false],
    ['a name that enumerates', Object.prototype, 'late', 1, true],
  ])('serialises anew with %s, and as before without', (_, prototype, name, member, isEnumerable) => {
    const cache = new JsonCache();
    const values = [
      { a: [1] },
      [1, { a: 1 }],
      Object.freeze({ a: Object.freeze([1]) }),
      Object.assign(Object.create(null) as object, { a: [1] }),
    ];
    for (const value of values) expectSame(cache, value);

    define(prototype, name, member, isEnumerable);

    for (const value of values) expectSame(cache, value);
    expect(cache.explain(values[0])).toMatchObject({ state: 'uncacheable' });
    Reflect.deleteProperty(prototype, name);
    for (const value of values) expectSame(cache, value);
  });

  it('reads a hole in a frozen array through its prototype each time', () => {
    const cache = new JsonCache();
    const value = Object.freeze(holed());
    expectSame(cache, value);

    define(Array.prototype, '1', 2);

    expectSame(cache, value);
    expect(cache.stringify(value)).toBe('[1,2,3]');
  });

  it('reads a hole through its prototype each time when the frozen array has a name too', () => {
    const cache = new JsonCache();
    const array = Object.freeze(Object.assign(holed(), { note: 1 }));
    expectSame(cache, array);

    define(Array.prototype, '1', 7, false);
    try {
      expectSame(cache, array);
    } finally {
      Reflect.deleteProperty(Array.prototype, '1');
    }
  });

  it.each<[string, (items: number[]) => object]>([
    ['an array', (items) => items],
    ['an object', (items) => Object.assign({}, items)],
    ['an array in an object', (items) => ({ items })],
  ])('copies nothing of %s with more than 1 000 000 values', (_what, wrap) => {
    const cache = new JsonCache({ maxBytes: 2 ** 32 });
    const read = vi.fn(() => 1);
    const items = Array.from({ length: 1_000_001 }, () => 0);
    const value = wrap(items);
    Object.defineProperty('items' in value ? items : value, '0', { get: read, enumerable: true });

    expect(cache.stringify(value)).toBe(JSON.stringify(value));

    expect(read).toHaveBeenCalledTimes(2);
    expect(cache.stats()).toMatchObject({ uncacheable: 1, entries: 0 });
    expect(cache.explain(value).reason).toContain('more than 1000000 values');
  });

  it('asks BigInts how they are written each time', () => {
    const cache = new JsonCache();
    const value = Object.freeze({ id: 1n });
    define(BigInt.prototype, 'toJSON', () => 'one');
    expectSame(cache, value);

    define(BigInt.prototype, 'toJSON', () => 'two');

    expectSame(cache, value);
  });
});
