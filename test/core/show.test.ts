import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { show } from '../../src/core/show.js';

function named(): void {
  // Only its name matters.
}

describe('show', () => {
  it.each([
    [5, '5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [10n, '10n'],
    ['text', "'text'"],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [{ a: 1, b: { c: { d: 1 } } }, '{ a: 1, b: { c: [Object] } }'],
    [[1, 2, 3, 4, 5, 6], '[ 1, 2, 3, 4, ... 2 more items ]'],
    [named, 'function named'],
    [new Float64Array(1_000), 'Float64Array(1000) [ 0, 0, 0, 0, ... 996 more items ]'],
  ])('renders %o', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('names functions without a name, or whose name is no text', () => {
    const anonymous = (() => () => {})();
    const Odd = Object.defineProperty(() => {}, 'name', { value: Symbol('odd') });

    expect(show(anonymous)).toBe('function (anonymous)');
    expect(show(Odd)).toBe('function Symbol(odd)');
  });

  it('stays on one line of at most 80 characters, without control characters', () => {
    const hostile = {
      ['line\nbreak']: 'x'.repeat(1_000),
      [`escape${String.fromCodePoint(27)}[31m`]: 1,
    };
    Object.defineProperty(named, 'name', { value: `red${String.fromCodePoint(27)}[31m\nname` });

    for (const text of [show(hostile), show(named), show('y'.repeat(10_000_000)), show(['\n', '\u2028', '\0'])]) {
      expect(text.length).toBeLessThanOrEqual(80);
      expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }
  });

  it('does not run code of the value: getters, proxies and custom inspection', () => {
    let calls = 0;
    const trap = (): never => {
      calls++;
      throw new Error('ran');
    };
    const values = [
      Object.defineProperty({}, 'price', { get: trap, enumerable: true }),
      new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap }),
      { [Symbol.for('nodejs.util.inspect.custom')]: trap, toString: trap },
    ];

    for (const value of values) expect(typeof show(value)).toBe('string');

    expect(calls).toBe(0);
  });

  it('says what it can of a value that cannot be shown', () => {
    const Throws = Object.defineProperty(() => {}, 'name', {
      get: () => {
        throw new Error('no name');
      },
    });
    const tagged = Object.defineProperty({}, Symbol.toStringTag, {
      get: () => {
        throw new Error('no tag');
      },
    });

    expect(show(Throws)).toBe('a value of type function that cannot be shown');
    expect(typeof show(tagged)).toBe('string');
    expect(show(Object.create(null))).toBe('[Object: null prototype] {}');
  });

  it('renders cycles and deep values', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = { deep };

    expect(show(cycle)).toContain('Circular');
    expect(show(deep)).toBe('{ deep: { deep: [Object] } }');
  });

  it('shows less of objects with very many properties, which would take seconds to render', () => {
    const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`key${index}`, index]));
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key${index}`, { a: 1, b: 2 }]));

    expect(show(wide)).toBe('an object of more than 1000 properties');
    expect(show({ wide })).toBe('{ wide: [Object] }');
    expect(show([wide])).toBe('[ [Object] ]');
    expect(show(new Map([['a', wide]]))).toBe("Map(1) { 'a' => [Object] }");
    expect(show(new Set([wide]))).toBe('Set(1) { [Object] }');
    expect(show(many)).toMatch(/^\{ key0: \[Object\], key1: \[Object\]/);
  });

  it('shows the beginning of an object with up to 1000 properties, and of any number of items', () => {
    const full = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index]));
    const items = Array.from({ length: 5_000 }, (_, index) => [index, { index }] as const);

    expect(show(full)).toMatch(/^\{ key0: 0, key1: 1, .*…$/);
    expect(show(items)).toBe('[ [ 0, [Object] ], [ 1, [Object] ], [ 2, [Object] ], [ 3, [Object] ], ... 4996 …');
    expect(show(new Map(items))).toMatch(/^Map\(5000\) \{ 0 => \{ index: 0 \}, 1 => \{ index: 1 \}/);
    expect(show(new Set(items.keys()))).toBe('Set(5000) { 0, 1, 2, 3, ... 4996 more items }');
  });

  it('renders anything short and on one line', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          const text = show(value);

          expect(text.length).toBeLessThanOrEqual(80);
          expect(text).not.toContain('\n');
        },
      ),
    );
  });
});
