import { brotliCompressSync, crc32, deflateRawSync } from 'node:zlib';
import { type CodecValue, SeriesCodec } from 'tickwise/codec';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const COLUMNS = { ts: 'time', symbol: 'dictionary', price: { decimals: 2 }, size: 'f64' } as const;
const COMPRESSIONS = ['none', 'gzip', 'brotli'] as const;
const METHODS = { none: 0, gzip: 1, brotli: 2 } as const;

const rows = Array.from({ length: 60 }, (_, index) => ({
  ts: 1_723_161_256_322 + index * 7,
  symbol: ['BTCUSDT', 'ETHUSDT', 'é'][index % 3] ?? '',
  price: 100 + index / 100,
  size: index % 10 === 0 ? Math.sqrt(index) : index,
}));

const codec = new SeriesCodec(COLUMNS, { compress: 'none', maxBytes: 65_536 });
const corrupt = expect.objectContaining({ code: 'ERR_CORRUPT_DATA' });

/** Puts a right frame and checksum around any body: what somebody would do who wants to break a reader. */
function framed(body: readonly number[] | Uint8Array, { method = 0, length = -1, version = 1 } = {}): Uint8Array {
  const claimed = varint(length === -1 ? body.length : length);
  const content = Buffer.from([0x54, 0x57, 0x43, version, method, ...claimed, ...body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(content));
  return new Uint8Array(Buffer.concat([content, checksum]));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** The body of a block that `compress: 'none'` made. */
function bodyOf(block: Uint8Array): number[] {
  const lengthBytes = (block[5] ?? 0) < 128 ? 1 : 2;
  return [...block.subarray(5 + lengthBytes, -4)];
}

function named(name: string, kind: number): number[] {
  const bytes = Buffer.from(name);
  return [bytes.length, ...bytes, kind];
}

describe('SeriesCodec with bytes that are no longer what they were', () => {
  it.each(COMPRESSIONS)('refuses a block of compression %s cut at any byte', (compress) => {
    const block = new SeriesCodec(COLUMNS, { compress }).encode(rows);

    for (let length = 0; length < block.length; length++)
      expect(() => codec.decode(block.subarray(0, length))).toThrow(corrupt);
  });

  it.each(COMPRESSIONS)('refuses a block of compression %s with any one bit flipped', (compress) => {
    const block = new SeriesCodec(COLUMNS, { compress }).encode(rows);

    for (let bit = 0; bit < block.length * 8; bit++) {
      const altered = block.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => codec.decode(altered)).toThrow(corrupt);
    }
  });

  it('refuses bytes behind the end, and two blocks as one', () => {
    const block = codec.encode(rows);

    expect(() => codec.decode(Buffer.concat([block, Buffer.from([0])]))).toThrow(corrupt);
    expect(() => codec.decode(Buffer.concat([block, block]))).toThrow(corrupt);
  });

  it('says that it cannot read a newer version, and not that the block is damaged by chance', () => {
    expect(() => codec.decode(framed(bodyOf(codec.encode(rows)), { version: 2 }))).toThrow(
      /it has version 2, and 1 is the newest known/,
    );
  });

  it.each([null, undefined, 'TWC', [0x54, 0x57, 0x43], new ArrayBuffer(20), new Uint16Array(20), 5])(
    'refuses %o, which is no Uint8Array, as a misuse',
    (bytes) => {
      expect(() => codec.decode(bytes as unknown as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('Uint8Array') }),
      );
    },
  );

  it('counts what it could not read', () => {
    const counting = new SeriesCodec(COLUMNS);

    expect(() => counting.decode(new Uint8Array(50))).toThrow(corrupt);
    expect(() => counting.explain(new Uint8Array(50))).toThrow(corrupt);

    expect(counting.stats()).toMatchObject({ decoded: 0, rowsDecoded: 0, corrupt: 2 });
  });
});

describe('SeriesCodec with a right checksum around wrong bytes', () => {
  it('is given the frame that it makes itself', () => {
    const block = codec.encode(rows);

    expect(framed(bodyOf(block))).toEqual(block);
  });

  it('reads any altered body as rows or refuses it as corrupt, and never fails otherwise', () => {
    const body = bodyOf(codec.encode(rows));
    const edits = fc.array(fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(edits, fc.nat(body.length), (changes, length) => {
        const altered = [...body];
        for (const [at, byte] of changes) altered[at] = byte;
        for (const candidate of [altered, altered.slice(0, length), body.slice(0, length)]) {
          const found = outcome(framed(candidate));

          expect(found === 'corrupt' || found.length <= 65_536).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads any bytes as a body or refuses them', () => {
    const columns = fc.array(fc.constantFrom(named('a', 0), named('b', 1), named('c', 2), named('', 3)), {
      minLength: 1,
      maxLength: 4,
    });
    const bodies = fc
      .tuple(fc.nat(40), columns, fc.nat(4), fc.uint8Array({ maxLength: 80 }))
      .map(([count, heads, group, rest]) => [count, heads.length, group, ...heads.flat(), ...rest]);
    fc.assert(
      fc.property(fc.oneof(bodies, fc.uint8Array({ maxLength: 80 })), (body) => {
        const found = outcome(framed(body));

        expect(found === 'corrupt' || found.length <= 65_536).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['more rows than maxBytes holds', [...varint(8_193), 1, 0, ...named('ts', 0)], /8193 rows of 1 columns/],
    ['2^53 rows', [...varint(2 ** 53), 1, 0, ...named('ts', 0)], /maxBytes/],
    ['a number of nine bytes', [255, 255, 255, 255, 255, 255, 255, 255, 1], /above 2\^53/],
    ['more columns than there can be', [1, ...varint(257), 0], /257 columns where at most 256 can be/],
    ['a group that is no column', [0, 1, 2, ...named('ts', 0)], /2 as a column where at most 1/],
    ['a group that is no dictionary', [0, 1, 1, ...named('ts', 0)], /no dictionary column to follow/],
    ['a column named __proto__', [0, 1, 0, ...named('__proto__', 0)], /cannot have this name/],
    ['a name of 129 characters', [0, 1, 0, ...varint(129), ...Buffer.from('x'.repeat(129)), 0], /this name/],
    ['two columns of one name', [0, 2, 0, ...named('a', 0), ...named('a', 1)], /two columns of one name/],
    ['a column of kind 4', [0, 1, 0, ...named('a', 4)], /unknown kind/],
    ['a name that is no UTF-8', [0, 1, 0, 2, 0xc3, 0x28, 0], /no UTF-8/],
    ['a name longer than the body', [0, 1, 0, 100, 97], /100 bytes of text where at most 2 can be/],
    ['bytes behind the last column', [0, 1, 0, ...named('a', 0), 0], /1 bytes behind its end/],
    ['more entries than rows', [1, 1, 0, ...named('a', 1), 2], /2 entries where at most 1/],
    ['an entry of kind 9', [1, 1, 0, ...named('a', 1), 1, 9], /entry of kind 9/],
    ['half a UTF-16 character', [1, 1, 0, ...named('a', 1), 1, 1, 1, 65], /half a character/],
    ['a way of uses that is none', [1, 1, 0, ...named('a', 1), 1, 2, 7], /stored in way 7/],
    ['a use of an entry not yet used', [2, 1, 0, ...named('a', 1), 1, 2, 0, 0, 2], /2 as an entry where at most 1/],
    ['a use beyond the entries', [2, 1, 0, ...named('a', 1), 1, 2, 0, 0, 0], /beyond the 1/],
    ['runs without an entry', [1, 1, 0, ...named('a', 1), 0, 1, 1, 0], /without an entry/],
    ['runs that are too short', [3, 1, 0, ...named('a', 1), 1, 2, 1, 1, 0], /runs of 1 values where 3 belong/],
    ['a run that is too long', [1, 1, 0, ...named('a', 1), 1, 2, 1, 1, 5], /5 more values in a run/],
    ['a column stored in way 2', [1, 1, 0, ...named('a', 0), 2], /numbers stored in way 2/],
    ['more exceptions than rows', [1, 1, 0, ...named('a', 0), 0, 2], /2 exceptions where at most 1/],
    ['an exception behind the last row', [2, 1, 0, ...named('a', 0), 0, 1, 2, 0], /passed over where at most 1/],
    ['an exception of kind 2', [1, 1, 0, ...named('a', 0), 0, 1, 0, 2], /exception of kind 2/],
    ['16 decimals', [1, 1, 0, ...named('a', 0), 0, 0, 16, 0, 0, 0], /16 decimals/],
    ['integers in way 4', [1, 1, 0, ...named('a', 0), 0, 0, 0, 4, 0], /integers stored in way 4/],
    ['sums beyond 2^52', [2, 1, 0, ...named('a', 0), 0, 0, 0, 2, ...varint(2 ** 53), 1], /beyond 2\^52/],
    ['too few doubles', [1, 1, 0, ...named('a', 0), 1, 0, 1, 2, 3], /8 bytes where 3 are left/],
  ])('refuses %s', (_, body, message) => {
    expect(() => codec.decode(framed(body))).toThrow(
      expect.objectContaining({ code: 'ERR_CORRUPT_DATA', message: expect.stringMatching(message) }),
    );
  });

  it('refuses a compression that is none', () => {
    expect(() => codec.decode(framed([], { method: 3 }))).toThrow(/compression 3 is unknown/);
  });

  it.each(['gzip', 'brotli'] as const)('takes no memory for a %s bomb, whatever it claims', (compress) => {
    const zeros = Buffer.alloc(2 ** 26);
    const bomb = compress === 'gzip' ? deflateRawSync(zeros) : brotliCompressSync(zeros);
    const method = METHODS[compress];
    const before = process.memoryUsage().arrayBuffers;

    expect(() => codec.decode(framed(bomb, { method, length: 1_000 }))).toThrow(corrupt);
    expect(() => codec.decode(framed(bomb, { method, length: 65_536 }))).toThrow(corrupt);
    expect(() => codec.decode(framed(bomb, { method, length: 2 ** 26 }))).toThrow(/67108864 bytes where at most 65536/);

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  it.each(['gzip', 'brotli'] as const)('refuses bytes that are no %s, or of another length than said', (compress) => {
    const method = METHODS[compress];
    const packed = compress === 'gzip' ? deflateRawSync(Buffer.alloc(50)) : brotliCompressSync(Buffer.alloc(50));

    expect(() => codec.decode(framed([255, 255, 255, 255], { method, length: 10 }))).toThrow(
      expect.objectContaining({ message: expect.stringContaining('decompressed'), cause: expect.any(Error) }),
    );
    expect(() => codec.decode(framed(packed, { method, length: 60 }))).toThrow(/50 bytes where 60 belong/);
    expect(() => codec.decode(framed(packed, { method, length: 0 }))).toThrow(corrupt);
  });
});

function outcome(block: Uint8Array): 'corrupt' | Record<string, CodecValue>[] {
  try {
    return codec.decode(block);
  } catch (error) {
    expect(error).toEqual(corrupt);
    return 'corrupt';
  }
}
