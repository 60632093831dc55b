import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageBytes } from '../../src/sinks/postgres/message-bytes.js';
import { BINARY_TYPES } from '../../src/sinks/postgres/value-binary.js';
import { copyWriter } from '../../src/sinks/postgres/value-copy.js';
import { toTextOf } from '../../src/sinks/postgres/value-text.js';

/** What Postgres makes of COPY's text form. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r' })[letter] ?? letter);
}

/** The text that COPY gets for a value; undefined for one that does not fit. */
function copied(type: string, value: unknown, write = copyWriter(type)): string | undefined {
  const bytes = new MessageBytes(1);
  return write(bytes, value) ? bytes.view().toString() : undefined;
}

/** The bytes an array gets for a value; undefined for one that does not fit. */
function sent(type: string, value: unknown): Buffer | undefined {
  const bytes = new MessageBytes(1);
  return BINARY_TYPES[type]?.write(bytes, value) === true ? Buffer.from(bytes.view()) : undefined;
}

/** The text that the slow, obvious way gives; undefined for a value that does not fit. */
function obvious(type: string, value: unknown): string | undefined {
  try {
    return toTextOf('column', type)(value);
  } catch {
    return undefined;
  }
}

const ANY = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.integer({ min: -10_000_000, max: 10_000_000 }).map((ticks) => ticks / 100),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 60 }),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom<unknown>(-0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 53, 32_768, -32_768, {}, [], '\0'),
);

describe('values written straight into bytes', () => {
  it.each(Object.keys(BINARY_TYPES))('fit %s exactly when the obvious way takes them', (type) => {
    const write = copyWriter(type);

    fc.assert(
      fc.property(ANY, (value) => {
        const fits = obvious(type, value) !== undefined;

        expect(sent(type, value) !== undefined).toBe(fits);
        expect(copied(type, value, write) !== undefined).toBe(fits);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['float8', 'float4'])('bring every double back by COPY as %s', (type) => {
    const write = copyWriter(type);

    fc.assert(
      fc.property(
        fc.oneof(
          fc.double(),
          fc.integer().map((ticks) => ticks / 1_000),
        ),
        (value) => {
          expect(Number(copied(type, value, write))).toBe(value);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each(['int2', 'int4', 'int8', 'bool', 'text', 'varchar', 'timestamptz', 'numeric', 'json', 'uuid'])(
    'say by COPY what the obvious way says, as %s',
    (type) => {
      const write = copyWriter(type);

      fc.assert(
        fc.property(ANY, (value) => {
          const text = (() => {
            try {
              return copied(type, value, write);
            } catch {
              return undefined;
            }
          })();

          expect(text === undefined ? undefined : unescaped(text)).toBe(obvious(type, value));
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it.each<readonly [number, string]>([
    [0, '0'],
    [-0, '-0'],
    [61_800.3, '61800.3'],
    [-0.05, '-0.05'],
    [100, '100'],
    [0.000_000_001, '0.000000001'],
    [1e-12, '1e-12'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** 53 - 1, '9007199254740991'],
    [1e300, '1e+300'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('are short: %d is %s, whatever was written before', (value, text) => {
    const write = copyWriter('float8');

    for (const before of [1, 0.5, 0.123_456_789, 1e17]) copied('float8', before, write);

    expect(copied('float8', value, write)).toBe(text);
  });

  it('never put a tab, a line end or a bare backslash into a line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\t', '\n', '\r', '\\', '.', 'N', 'é', 'x'.repeat(50)) }),
        (text) => {
          const written = copied('text', text) ?? '';

          expect(written).not.toMatch(/[\t\n\r]/);
          expect(unescaped(written)).toBe(text);
          expect(written.replaceAll(/\\[\\tnr]/g, '')).not.toContain('\\');
        },
      ),
    );
  });

  it('are in binary what Postgres reads: the highest byte first', () => {
    expect(sent('int2', -2)?.readInt16BE()).toBe(-2);
    expect(sent('int4', -(2 ** 31))?.readInt32BE()).toBe(-(2 ** 31));
    expect(sent('bool', true)).toEqual(Buffer.of(1));
    expect(sent('text', 'é💹')?.toString()).toBe('é💹');
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (value) => {
        expect(sent('int8', value)?.readBigInt64BE()).toBe(BigInt(value));
      }),
    );
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(sent('float8', value)?.readDoubleBE()).toBe(value);
      }),
    );
  });

  it('are times to the microsecond since 2000, also where a double cannot count these', () => {
    const micros = (value: unknown): bigint | undefined => sent('timestamptz', value)?.readBigInt64BE();

    expect(micros(946_684_800_000)).toBe(0n);
    expect(micros(946_684_799_999.999)).toBe(-1n);
    expect(micros(new Date('9999-12-31T23:59:59.999Z'))).toBe(252_455_615_999_999_000n);
    expect(micros(-62_135_596_800_000)).toBe(-63_082_281_600_000_000n);
  });
});

describe('the bytes of a message', () => {
  it('grow as needed, and keep what was written', () => {
    const bytes = new MessageBytes(1);

    for (let n = 0; n < 10_000; n++) {
      bytes.decimal(n, 0);
      bytes.byte(44);
    }

    expect(bytes.view().toString()).toBe(Array.from({ length: 10_000 }, (_, n) => `${n},`).join(''));
  });

  it('have the digits of every whole number within 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 }), (whole, decimals) => {
        const bytes = new MessageBytes(1);

        bytes.decimal(whole, decimals);

        const text = bytes.view().toString();
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        const [before = '', after = ''] = text.replace('-', '').split('.');
        expect(BigInt(before + after.padEnd(decimals, '0'))).toBe(BigInt(Math.abs(whole)));
        expect(text.startsWith('-')).toBe(whole < 0);
      }),
      { numRuns: 5_000 },
    );
  });
});
