import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { structuralKey } from 'tickwise/memo';
import { keyOfList, keyWithThis } from '../../src/memo/call-key.js';
import { CallKeys } from '../../src/memo/call-keys.js';
import { encode } from '../../src/memo/structural-key.js';
import { splitKey } from '../../src/memo/split-key.js';

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 0.1, 5e-324),
);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('s', '1', ':', ';', '\0', 'A', 'O', ',', 'n', '"', '\ud800', 'é') }),
  fc.constantFrom('', '\0', 's1:a', 'n1;', '__proto__', 'constructor', '\0s1:a'),
);

const primitive = fc.oneof(number, text, fc.boolean(), fc.bigInt(), fc.constantFrom<null | undefined>(null, undefined));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    primitive,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    fc.date({ noInvalidDate: false }),
    fc.array(fc.tuple(primitive, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(primitive, { maxLength: 3 }).map((items) => new Set(items)),
    fc.float64Array({ maxLength: 3 }),
    fc.uint8Array({ maxLength: 5 }),
    fc.int32Array({ maxLength: 3 }),
  ),
}));

/** A copy whose objects, maps and sets have the opposite order. */
function reversed(original: unknown): unknown {
  if (Array.isArray(original)) return original.map(reversed);
  if (original instanceof Map) {
    return new Map([...original].toReversed().map(([key, item]) => [reversed(key), reversed(item)]));
  }
  if (original instanceof Set) return new Set([...original].toReversed());
  if (original instanceof Date) return new Date(original);
  if (ArrayBuffer.isView(original)) return structuredClone(original);
  if (typeof original !== 'object' || original === null) return original;
  return Object.fromEntries(
    Object.entries(original)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

/** Equality by content, slow and obvious: assert's, which tells 0 from -0 and takes NaN for itself. */
function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withPlainPrototypes(a), withPlainPrototypes(b));
}

/** `fc.dictionary` makes objects without prototype too, which count as plain. */
function withPlainPrototypes(original: unknown): unknown {
  return reversed(reversed(original));
}

describe('structuralKey', () => {
  it('is equal exactly when the content is equal', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(structuralKey(a) === structuralKey(b)).toBe(isEqual(a, b));
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on the order of keys, entries and items', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(structuralKey(reversed(original))).toBe(structuralKey(original));
      }),
      { numRuns: 300 },
    );
  });

  it('is equal for two lists exactly when their lengths and items are', () => {
    const list = fc.array(primitive, { maxLength: 4 });

    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(structuralKey(...a) === structuralKey(...b)).toBe(isEqual(a, b));
      }),
      { numRuns: 400 },
    );
  });

  it('never merges lists whose texts are strung together alike', () => {
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const isSame = a === c && b === d;

        expect(structuralKey(a, b) === structuralKey(c, d)).toBe(isSame);
        expect(structuralKey(a + b)).not.toBe(structuralKey(a, b));
      }),
      { numRuns: 400 },
    );
  });

  it('tells all doubles apart', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(structuralKey(a) === structuralKey(b)).toBe(Object.is(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it('survives UTF-8 for every number', () => {
    fc.assert(
      fc.property(number, (original) => {
        const key = structuralKey(original);

        expect(Buffer.from(key).toString()).toBe(key);
      }),
      { numRuns: 300 },
    );
  });
});

describe('splitKey', () => {
  it('finds the texts of all arguments', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (args) => {
        const key = keyOfList(args);

        expect(splitKey(key)).toEqual(args.map((argument) => encode(argument, 0)));
      }),
      { numRuns: 400 },
    );
  });

  it('finds what the call was made on first', () => {
    const self = {};
    const key = keyWithThis(self, keyOfList(['a', 1]));

    const [owner, ...args] = splitKey(key);

    expect(owner).toMatch(/^@\uFFFF\d+;$/);
    expect(args).toEqual([encode('a', 0), encode(1, 0)]);
  });

  it('finds a primitive that the call was made on', () => {
    const key = keyWithThis('self', keyOfList([1.5]));

    expect(splitKey(key)).toEqual([`p${encode('self', 0)}`, encode(1.5, 0)]);
  });
});

describe('the key of a call', () => {
  it('is a single string or number itself', () => {
    expect(keyOfList(['BTC'])).toBe('BTC');
    expect(keyOfList([5])).toBe(5);
    expect(new CallKeys('exact').ofFew(1, 'BTC', undefined, undefined)).toBe('BTC');
  });

  it.each([[-0], ['\0'], ['\0s1:a'], [true], [null], [undefined]])(
    'is a text for the single argument %j',
    (argument) => {
      expect(keyOfList([argument])).toMatch(/^\0/);
      expect(keyOfList([argument])).not.toBe(argument);
    },
  );

  it('is the same for few arguments and for a list', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (args) => {
        const keys = new CallKeys('exact');

        expect(keys.ofFew(args.length, args[0], args[1], args[2])).toBe(keyOfList(args));
        expect(keys.ofList(args)).toBe(keyOfList(args));
      }),
      { numRuns: 300 },
    );
  });

  it('is the same from the table of recent keys, however often slots are taken', () => {
    const small = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, NaN, '', 'a', 'b', true, undefined));
    const call = fc.array(fc.oneof(small, small, value), { minLength: 2, maxLength: 3 });

    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const recent = new CallKeys('exact', 1);

        for (const args of [...calls, ...calls]) {
          expect(recent.ofFew(args.length, args[0], args[1], args[2])).toBe(keyOfList(args));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('differs for a missing and an undefined argument', () => {
    expect(new Set([[], [undefined], [undefined, undefined]].map(keyOfList)).size).toBe(3);
  });

  it('differs by what the call is made on, and not from one made on nothing', () => {
    const [a, b] = [{}, {}];
    const plain = keyOfList(['x']);

    const keys = [a, b, undefined, null, 'a', 1, Object].map((self) => keyWithThis(self, plain));

    expect(new Set(keys).size).toBe(7);
    expect(keyWithThis(a, plain)).toBe(keys[0]);
    expect(keyWithThis(undefined, plain)).toBe(plain);
  });
});
