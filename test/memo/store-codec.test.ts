import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/core/errors.js';
import { v8Codec } from '../../src/memo/codec.js';

class Price {
  readonly #cents = 5;

  get cents(): number {
    return this.#cents;
  }
}

function cyclic(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

describe('v8Codec', () => {
  it('gives plain data back as it was', () => {
    const data = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(data, (value) => {
        expect(v8Codec.decode(v8Codec.encode(value))).toStrictEqual(value);
      }),
    );
  });

  it.each([
    ['undefined', undefined],
    ['-0', -0],
    ['a cycle', cyclic()],
    ['a Buffer', Buffer.from('abc')],
    ['a RegExp', /a/gi],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    [
      'a getter, as its value',
      {
        get bid() {
          return 1;
        },
      },
    ],
    ['nested maps', new Map([[new Set([1]), new Map([[{ a: 1 }, [Number.NaN]]])]])],
  ])('gives %s back', (_, value) => {
    expect(v8Codec.decode(v8Codec.encode(value))).toStrictEqual(value);
  });

  it('gives each result memory of its own', () => {
    const bytes = v8Codec.encode({ bars: Float64Array.of(1, 2) });

    const first = v8Codec.decode(bytes) as { bars: Float64Array };
    first.bars[0] = 99;

    expect(v8Codec.decode(bytes)).toEqual({ bars: Float64Array.of(1, 2) });
  });

  it.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /a function/],
    ['a symbol', Symbol('a'), /a symbol/],
    ['an object of a class', new Price(), /an object of class Price/],
    ['one deep inside', [new Map([['a', { b: new Set([new Price()]) }]])], /an object of class Price/],
    ['one as the key of a map', new Map([[new Price(), 1]]), /an object of class Price/],
    ['one without a name', new (class {})(), /an object of class \(anonymous\)/],
    ['an error', new RangeError('bad'), /an object of class RangeError/],
    ['an array of a class', new (class Bars extends Array {})(), /an object of class Bars/],
    ['a promise', Promise.resolve(1), /an object of class Promise/],
    ['a WeakMap', new WeakMap(), /an object of class WeakMap/],
    ['shared memory', new SharedArrayBuffer(8), /an object of class SharedArrayBuffer/],
    ['a proxy', new Proxy({}, {}), /a Proxy/],
    ['a boxed number', Object.setPrototypeOf(Object(5), Object.prototype), /a boxed primitive/],
    ['a symbol-named property', { [Symbol('a')]: 1 }, /a property named by a symbol/],
    ['a hidden property', Object.defineProperty({}, 'a', { value: 1 }), /a hidden property/],
    ['a map with a property', Object.assign(new Map(), { a: 1 }), /a Map with a property of its own/],
    ['a method', { run: () => 1 }, /a function/],
  ])('refuses %s, which would come back as something else', (_, value, message) => {
    const encode = (): unknown => v8Codec.encode(value);

    expect(encode).toThrow(ArgumentError);
    expect(encode).toThrow(message);
    expect(encode).toThrow(/plain data .* give the option codec/);
  });

  it('refuses bytes that are none of its own', () => {
    expect(() => v8Codec.decode(Uint8Array.of(1, 2, 3))).toThrow(Error);
  });
});
