import fc from 'fast-check';
import { ArgumentError } from 'tickwise';
import { describe, expect, it } from 'vitest';
import { COLUMN_TYPES } from '../../src/sinks/duckdb/column-types.js';
import { isIdentifier, quoteIdentifier } from '../../src/sinks/row/identifier.js';
import { RowReader } from '../../src/sinks/duckdb/row-check.js';
import type { DuckDbColumnType } from '../../src/sinks/duckdb.js';

function readRow(row: unknown, columns: readonly { readonly name: string; readonly type: DuckDbColumnType }[]) {
  return new RowReader(columns, false).read(row, undefined);
}

function checkValue(name: string, type: DuckDbColumnType, value: unknown): void {
  readRow({ [name]: value }, [{ name, type }]);
}

function fits(type: DuckDbColumnType, value: unknown): boolean {
  try {
    checkValue('v', type, value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return false;
  }
}

describe('a value', () => {
  const types = COLUMN_TYPES as readonly DuckDbColumnType[];

  it.each(types)('takes null and undefined for %s', (type) => {
    expect(fits(type, null)).toBe(true);
    expect(fits(type, undefined)).toBe(true);
  });

  it('takes every double, integers of 32 bits and bigints of 64 bits for their types', () => {
    fc.assert(
      fc.property(fc.double(), fc.integer(), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (double, integer, big) => {
        expect(fits('DOUBLE', double)).toBe(true);
        expect(fits('INTEGER', integer)).toBe(true);
        expect(fits('BIGINT', integer)).toBe(true);
        expect(fits('BIGINT', big)).toBe(true);
      }),
    );
  });

  it('takes a value for a type only if it is of that kind', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true }), (value) => {
        if (value === null || value === undefined) return;
        expect(fits('DOUBLE', value)).toBe(typeof value === 'number');
        expect(fits('BOOLEAN', value)).toBe(typeof value === 'boolean');
        if (typeof value !== 'string') expect(fits('VARCHAR', value)).toBe(false);
        if (typeof value !== 'number') expect(fits('TIMESTAMP', value) || fits('INTEGER', value)).toBe(false);
      }),
    );
  });

  it('takes strings exactly when UTF-8 can hold them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 8 }), (units) => {
        const text = String.fromCharCode(...units);
        const isLossless = Buffer.from(text, 'utf8').toString('utf8') === text;

        expect(fits('VARCHAR', text)).toBe(isLossless);
      }),
      { examples: [[[0xd8_00]], [[0xdc_00, 0xd8_00]], [[0xd8_3d, 0xde_00]], [[0x61, 0xd8_3d]]] },
    );
  });

  it('says what came, briefly', () => {
    const check = (): void => checkValue('price', 'DOUBLE', 'x'.repeat(10_000));

    expect(check).toThrow(/column 'price' \(DOUBLE\) takes a number or null, got 'xxx/);
    expect(check).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,200}$/s) as string }));
  });
});

describe('quoteIdentifier', () => {
  /** Reads a quoted name as SQL does: up to a quote that is not doubled. */
  function parse(sql: string): { name: string; rest: string } {
    let name = '';
    for (let at = 1; at < sql.length; at++) {
      if (sql[at] !== '"') name += sql[at];
      else if (sql[at + 1] === '"') name += sql[at++];
      else return { name, rest: sql.slice(at + 1) };
    }
    throw new Error('the name does not end');
  }

  it('makes one name of any text', () => {
    const hostile = fc.string({ unit: fc.constantFrom('"', "'", ';', '-', ' ', '\\', '\n', 'a', 'é'), minLength: 1 });
    fc.assert(
      fc.property(hostile, (name) => {
        expect(parse(`${quoteIdentifier(name)} rest`)).toEqual({ name, rest: ' rest' });
      }),
    );
  });

  it.each(['', 'a\0b', 'x'.repeat(256)])('refuses %j', (name) => {
    expect(isIdentifier(name)).toBe(false);
    expect(() => quoteIdentifier(name)).toThrow(ArgumentError);
  });

  it.each([undefined, null, 5, {}, ['a']])('does not take %s for a name', (name) => {
    expect(isIdentifier(name)).toBe(false);
  });
});

describe('RowReader', () => {
  const columns = [
    { name: 'a', type: 'DOUBLE' },
    { name: 'constructor', type: 'VARCHAR' },
  ] as const;

  it('reads each property once', () => {
    let reads = 0;
    const row = {
      get a(): number {
        reads++;
        return 1;
      },
    };

    const values = readRow(row, columns);

    expect(values).toEqual([1, null]);
    expect(reads).toBe(1);
  });

  it('takes rows without a prototype', () => {
    const row: unknown = Object.assign(Object.create(null) as object, { a: 2, constructor: 'own' });

    expect(readRow(row, columns)).toEqual([2, 'own']);
  });

  it('does not take what every object has for data', () => {
    expect(readRow({ a: 3 }, columns)).toEqual([3, null]);
  });

  it('is not fooled by a polluted prototype of the row', () => {
    const row: unknown = Object.create({ a: 4 });

    expect(readRow(row, columns)).toEqual([4, null]);
  });

  it.each([null, undefined, 5, 'a', true])('refuses %s', (row) => {
    expect(() => readRow(row, columns)).toThrow(ArgumentError);
  });
});
