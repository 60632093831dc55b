import { describe, expect, it } from 'vitest';
import { cacheKey, UnsupportedKeyError } from 'tickwise/core';
import { structuralKey } from 'tickwise/memo';

class Private {
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

class Derived extends Private {
  readonly extra = 1;
}

const registry = new WeakMap<object, number>();

class Registered {
  constructor(value: number) {
    registry.set(this, value);
  }
}

class Aliased {
  constructor(readonly value: number) {
    const holder = { self: this };
    registry.set(holder.self, value);
  }
}

class Closure {
  readonly get: () => number;
  constructor(value: number) {
    this.get = () => value;
  }
}

const symbol: unique symbol = Symbol('hidden');

class WithSymbol {
  readonly [symbol] = 1;
}

class Plain {
  readonly open = 1;
}

class Bars extends Array<number> {}
class Prices extends Float64Array {}
class Table extends Map<string, number> {}

const cycle: { self?: unknown } = {};
cycle.self = cycle;

const ring: unknown[] = [];
ring.push([ring]);

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

const bomb = (levels: number): unknown => {
  let value: unknown = 'x'.repeat(16);
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
};

const refused: [string, unknown, RegExp][] = [
  ['an arrow function', () => 1, /two functions with the same text/],
  ['an async function', async () => 1, /two functions with the same text/],
  ['a symbol', Symbol('x'), /a symbol has no content/],
  ['a promise', Promise.resolve(1), /its class may have hidden state/],
  ['a WeakMap', new WeakMap(), /its class may have hidden state/],
  ['a WeakSet', new WeakSet(), /its class may have hidden state/],
  ['a WeakRef', new WeakRef({}), /its class may have hidden state/],
  ['a generator', (function* numbers() {})(), /its class is unknown/],
  ['an error', new Error('a'), /its class may have hidden state/],
  ['a boxed string', Object('a'), /its class may have hidden state/],
  ['a boxed number', Object(1), /its class may have hidden state/],
  ['an Intl object', new Intl.NumberFormat(), /its class may have hidden state/],
  ['an instance with private fields', new Private(1), /its class may have hidden state/],
  ['an instance whose parent has private fields', new Derived(1), /its class may have hidden state/],
  ['an instance that hands itself to a WeakMap', new Registered(1), /its class may have hidden state/],
  ['an instance that stores itself somewhere', new Aliased(1), /its class may have hidden state/],
  ['an instance with a closure', new Closure(1), /two functions with the same text/],
  ['an instance with a symbol', new WithSymbol(), /symbols or hidden properties/],
  [
    'an instance with a hidden property',
    Object.defineProperty(new Plain(), 'secret', { value: 1 }),
    /symbols or hidden properties/,
  ],
  ['a subclass of Array', Bars.from([1, 2]), /subclass of Array/],
  ['a subclass of a typed array', Prices.from([1, 2]), /its class may have hidden state/],
  ['a subclass of Map', new Table(), /its class may have hidden state/],
  ['an object made from another', Object.create({ a: 1 }), /its class is unknown/],
  ['a false date', Object.create(Date.prototype), /only pretends/],
  ['a false map', Object.create(Map.prototype), /only pretends/],
  ['a false set', Object.create(Set.prototype), /only pretends/],
  ['a false typed array', Object.create(Float64Array.prototype), /only pretends/],
  ['a false pattern', Object.create(RegExp.prototype), /only pretends/],
  ['a date with a property', Object.assign(new Date(0), { zone: 'UTC' }), /properties of its own/],
  ['a map with a property', Object.assign(new Map(), { name: 'x' }), /properties of its own/],
  ['a set with a symbol', Object.assign(new Set(), { [Symbol.for('x')]: 1 }), /properties of its own/],
  ['a pattern with a property', Object.assign(/a/, { name: 'x' }), /properties of its own/],
  ['a list with a property', Object.assign([1, 2], { symbol: 'BTC' }), /properties besides its items/],
  ['a list with a symbol', Object.assign([1], { [Symbol.for('x')]: 1 }), /properties besides its items/],
  ['a list with a hole and a property', Object.assign(Array(1), { symbol: 'BTC' }), /properties besides its items/],
  ['the result of a match', /a/.exec('a'), /properties besides its items/],
  ['a hidden property', Object.defineProperty({}, 'x', { value: 1 }), /symbols or hidden properties/],
  ['an object that contains itself', cycle, /contains itself/],
  ['a list that contains itself', ring, /contains itself/],
  ['a list nested too deep', deep(70), /nested deeper than 64 levels/],
  ['a small value that unfolds to a huge one', bomb(40), /longer than 4194304 characters/],
  ['a huge text', 'x'.repeat(2 ** 22 + 1), /longer than 4194304 characters/],
  ['a huge list without items', Array(2 ** 30), /more than 4194304 items/],
  ['huge bytes', new Uint8Array(2 ** 22 + 1), /longer than 4194304 characters/],
  ['a [cacheKey] that returns an object', { [cacheKey]: () => ({}) }, /does not return a string or a number/],
  ['a [cacheKey] that is no function', { [cacheKey]: 5 }, /does not return a string or a number/],
];

describe('structuralKey', () => {
  it.each(refused)('refuses %s and says why', (_, value, message) => {
    let thrown: unknown;
    try {
      structuralKey(value);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(UnsupportedKeyError);
    expect(thrown).toHaveProperty('message', expect.stringMatching(message));
  });

  it.each(refused.filter(([name]) => !name.includes('huge')))('refuses %s inside of a list', (_, value) => {
    expect(() => structuralKey([value])).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
  });

  it('says what to do instead', () => {
    expect(() => structuralKey(() => 1)).toThrow(/leave it out with the key option, or give the object a \[cacheKey\]/);
  });

  it('takes lists nested 64 levels deep', () => {
    expect(structuralKey(deep(64))).toBe(structuralKey(deep(64)));
  });

  it('takes a value that appears many times', () => {
    const leaf = { a: 1 };

    expect(structuralKey([leaf, leaf, [leaf, leaf]])).toBe(structuralKey([{ a: 1 }, { a: 1 }, [{ a: 1 }, { a: 1 }]]));
  });

  it('takes an instance of a class whose methods use this', () => {
    class Quote {
      constructor(
        readonly bid: number,
        readonly ask: number,
      ) {}
      get mid(): number {
        return (this.bid + this.ask) / 2;
      }
      spread(): number {
        return this.ask - this.bid;
      }
    }

    expect(structuralKey(new Quote(1, 2))).toBe(structuralKey(new Quote(1, 2)));
    expect(structuralKey(new Quote(1, 2))).not.toBe(structuralKey(new Quote(1, 3)));
  });

  it('tells instances of two classes with one source apart', () => {
    const make = (factor: number): new (x: number) => object =>
      class Scaled {
        constructor(readonly x: number) {}
        get scaled(): number {
          return this.x * factor;
        }
      };
    const Double = make(2);
    const Triple = make(3);

    expect(structuralKey(new Double(1))).not.toBe(structuralKey(new Triple(1)));
    expect(structuralKey(new Double(1))).toBe(structuralKey(new Double(1)));
  });

  it('reads [cacheKey] from a subclass of a built-in class', () => {
    class Window extends Float64Array {
      version = 1;
      [cacheKey](): string {
        return `w${this.version}`;
      }
    }
    const window = new Window(200);
    const before = structuralKey(window);

    window.version++;

    expect(structuralKey(window)).not.toBe(before);
  });

  it('passes on what a [cacheKey] throws', () => {
    const failure = new Error('closed');
    const ringThatThrows = {
      [cacheKey]: () => {
        throw failure;
      },
    };

    expect(() => structuralKey(ringThatThrows)).toThrow(failure);
  });

  it('takes a [cacheKey] that makes a key itself', () => {
    const inner = { [cacheKey]: () => structuralKey([1, 2]) };

    expect(structuralKey(inner, 'x')).toBe(structuralKey({ [cacheKey]: () => structuralKey([1, 2]) }, 'x'));
  });

  it('never calls toJSON, valueOf or toString', () => {
    const spy = { a: 1 };
    const watched = new Proxy(spy, {
      get(target, name) {
        if (name !== 'a' && name !== cacheKey) throw new Error(`read ${String(name)}`);
        return Reflect.get(target, name);
      },
    });

    expect(structuralKey(watched)).toBe(structuralKey({ a: 1 }));
  });

  it('leaves Object.prototype alone', () => {
    structuralKey(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));

    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
