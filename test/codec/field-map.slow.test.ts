import { FieldMap } from 'tickwise/codec';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const OPTION_FIELDS = { symbol: 's', markPrice: 'mp', delta: 'd' } as const;

/** Names that meet one another: long ones, codes, escaped ones of both, and those that objects have from birth. */
const HOSTILE_NAMES =
  'symbol markPrice s mp ~ ~s ~~s ~symbol 0 7 -1 é \ud800 \0 __proto__ ~__proto__ constructor toString length'.split(
    ' ',
  );

const names = fc.oneof(fc.constantFrom('', ...HOSTILE_NAMES), fc.string({ maxLength: 6 }));
const rows = fc.uniqueArray(fc.tuple(names, fc.anything({ maxDepth: 1 })), {
  selector: ([name]) => name,
  maxLength: 12,
});
const codeTables = fc.uniqueArray(
  fc.tuple(
    names,
    names.filter((code) => code !== '' && !code.startsWith('~')),
  ),
  { selector: ([name]) => name, maxLength: 8 },
);

/** An object with exactly these own fields, also one called `__proto__`. */
function record<T>(fields: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(fields);
}

describe('FieldMap', () => {
  it('stores fields under their codes and gives them back under their names', () => {
    const fields = new FieldMap(OPTION_FIELDS);
    const row = { symbol: 'BTC-1', markPrice: 0.5, delta: -0, note: null };

    const stored = fields.encode(row);

    expect(stored).toEqual({ s: 'BTC-1', mp: 0.5, d: -0, note: null });
    expect(fields.decode(stored)).toEqual(row);
    expect(Object.keys(fields.decode(stored))).toEqual(Object.keys(row));
  });

  it('escapes names without a code that look like one, so that no field overwrites another', () => {
    const fields = new FieldMap(OPTION_FIELDS);
    const row = { s: 1, symbol: 2, '~s': 3, '~': 4, '~x': 5, x: 6 };

    const stored = fields.encode(row);

    expect(stored).toEqual({ '~s': 1, s: 2, '~~s': 3, '~~': 4, '~~x': 5, x: 6 });
    expect(fields.decode(stored)).toEqual(row);
  });

  it('may give a name as a code to another name', () => {
    const fields = new FieldMap({ bid: 'ask', ask: 'bid' });

    const stored = fields.encode({ bid: 1, ask: 2 });

    expect(stored).toEqual({ ask: 1, bid: 2 });
    expect(fields.decode(stored)).toEqual({ bid: 1, ask: 2 });
  });

  it('keeps a field called __proto__ a field', () => {
    const fields = new FieldMap(record([['price', '__proto__']]));
    const row: object = JSON.parse('{"price":1,"__proto__":{"polluted":true}}') as object;

    const stored = fields.encode(row);

    expect(Object.entries(stored)).toEqual([
      ['__proto__', 1],
      ['~__proto__', { polluted: true }],
    ]);
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
    expect(JSON.stringify(fields.decode(stored))).toBe('{"price":1,"__proto__":{"polluted":true}}');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('takes only own fields with text names, as JSON does', () => {
    const fields = new FieldMap(OPTION_FIELDS);
    const hidden = Symbol('hidden');
    class Quote {
      readonly symbol = 'BTC';
      readonly [hidden] = 1;

      get delta(): number {
        return 1;
      }
    }

    expect(fields.encode(new Quote())).toEqual({ s: 'BTC' });
    expect(fields.encode(Object.assign(Object.create(null) as object, { symbol: 'BTC' }))).toEqual({ s: 'BTC' });
  });

  it('leaves rows of the time before the map readable', () => {
    const fields = new FieldMap(OPTION_FIELDS);

    expect(fields.decode({ symbol: 'BTC', markPrice: 2 })).toEqual({ symbol: 'BTC', markPrice: 2 });
  });

  it('refuses a stored row that has a field twice', () => {
    const fields = new FieldMap(OPTION_FIELDS);

    expect(() => fields.decode({ s: 'BTC', symbol: 'ETH' })).toThrow(
      expect.objectContaining({ code: 'ERR_CORRUPT_DATA', message: expect.stringContaining("'symbol'") }),
    );
  });

  it.each([null, undefined, 1, 'row', [1], new Map([['symbol', 1]]), new Set([1]), new Uint8Array(2)])(
    'refuses %s as a row',
    (row) => {
      const fields = new FieldMap(OPTION_FIELDS);

      expect(() => fields.encode(row as object)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      expect(() => fields.decode(row as object)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );

  it.each([
    [{ symbol: '' }, /code of 'symbol' must be .* got ''/],
    [{ symbol: '~s' }, /does not begin with '~', got '~s'/],
    [{ symbol: 5 }, /got 5/],
    [{ symbol: undefined }, /got undefined/],
    [{ symbol: 's', side: 's' }, /code 's' must stand for one name, got 'symbol' and 'side'/],
    [null, /must be an object of names and codes, got null/],
    [['symbol'], /must be an object of names and codes/],
    [new Map([['symbol', 's']]), /must be an object of names and codes/],
  ])('refuses the codes %o', (codes, message) => {
    expect(() => new FieldMap(codes as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  it('does not follow later changes of the object it was made from', () => {
    const codes: Record<string, string> = { symbol: 's' };
    const fields = new FieldMap(codes);

    codes['symbol'] = 'x';

    expect(fields.codeOf('symbol')).toBe('s');
  });

  it('gives back any row under any codes, with no two fields stored under one name', () => {
    fc.assert(
      fc.property(codeTables, rows, (codes, entries) => {
        const used = new Set<string>();
        const fields = new FieldMap(record(codes.filter(([, code]) => !used.has(code) && used.add(code))));
        const row = record(entries);

        const stored = fields.encode(row);

        expect(Object.keys(stored)).toHaveLength(Object.keys(row).length);
        expect(Object.entries(fields.decode(stored)).toSorted(byName)).toStrictEqual(
          Object.entries(row).toSorted(byName),
        );
        for (const name of Object.keys(row)) expect(fields.nameOf(fields.codeOf(name))).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });
});

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
