import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope, type Envelope, MAX_ENVELOPE_BYTES } from '../../src/memo/store-envelope.js';
import { decodeStamp, encodeStamp, newStamp, NO_STAMP } from '../../src/memo/store-stamp.js';

const ENVELOPE: Envelope = {
  loadStartedAt: 1_000,
  storedAt: 1_010.5,
  freshUntil: 61_010.5,
  staleUntil: Infinity,
  fallbackUntil: 61_010.5,
  loadTime: 10.5,
  tags: ['position', 'ü\ud800'],
  stamps: ['', 'abcdefghijklmnop', '', 'x'],
  payload: Uint8Array.of(1, 2, 3),
};

const time = fc.double({ noNaN: true, noDefaultInfinity: true });
const until = fc.double({ noNaN: true });

const ENVELOPES: fc.Arbitrary<Envelope> = fc
  .record({
    loadStartedAt: time,
    storedAt: time,
    freshUntil: until,
    staleUntil: until,
    fallbackUntil: until,
    loadTime: time.map(Math.abs),
    marks: fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string()), { maxLength: 100, size: 'max' }),
    payload: fc.uint8Array({ maxLength: 300, size: 'max' }),
  })
  .map(({ marks, ...rest }) => ({
    ...rest,
    tags: marks.map(([tag]) => tag),
    stamps: ['a', 'b', ...marks.map(([, stamp]) => stamp)],
  }));

/** Repairs the checksum, so that what is tested lies behind it. */
function sealed(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(crc32(copy.subarray(8)), 4);
  return copy;
}

/** An envelope whose bytes were changed by hand, with the right checksum. */
function forged(change: (bytes: Buffer) => void): Uint8Array {
  const bytes = Buffer.from(encodeEnvelope(ENVELOPE, 'me'));
  change(bytes);
  return sealed(bytes);
}

describe('an envelope', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(ENVELOPES, fc.string({ unit: 'binary' }), (envelope, identity) => {
        const owner = JSON.stringify(identity);

        const decoded = decodeEnvelope(encodeEnvelope(envelope, owner), owner);

        expect(decoded).toEqual({ ...envelope, payload: Buffer.from(envelope.payload) });
      }),
    );
  });

  it('comes back from the middle of a larger buffer', () => {
    const bytes = encodeEnvelope(ENVELOPE, 'me');
    const larger = Buffer.concat([Buffer.alloc(3, 7), bytes, Buffer.alloc(5, 7)]);

    expect(decodeEnvelope(larger.subarray(3, 3 + bytes.length), 'me')).toMatchObject({ storedAt: 1_010.5 });
  });

  it('is nobody else’s', () => {
    const bytes = encodeEnvelope(ENVELOPE, 'me');

    for (const identity of ['you', 'm', 'me ', '', 'me\0']) expect(decodeEnvelope(bytes, identity)).toBeUndefined();
  });

  it('is refused with any bit turned over', () => {
    const bytes = encodeEnvelope(ENVELOPE, 'me');

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeEnvelope(damaged, 'me')).toBeUndefined();
    }
  });

  it('is refused with any length cut off or added', () => {
    const bytes = Buffer.from(encodeEnvelope(ENVELOPE, 'me'));

    for (let length = 0; length < bytes.length; length++) {
      expect(decodeEnvelope(bytes.subarray(0, length), 'me')).toBeUndefined();
    }
    expect(decodeEnvelope(Buffer.concat([bytes, Buffer.alloc(1)]), 'me')).toBeUndefined();
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['another format', (bytes) => void bytes.writeUInt8(2, 3)],
    ['another magic', (bytes) => void bytes.write('X')],
    ['a length of 4 GiB', (bytes) => void bytes.writeUInt32LE(2 ** 32 - 1, 56)],
    ['another length of 4 GiB', (bytes) => void bytes.writeUInt32LE(2 ** 32 - 1, 60)],
    ['a length one too long', (bytes) => void bytes.writeUInt32LE(bytes.readUInt32LE(60) + 1, 60)],
    ['a time that is no number', (bytes) => void bytes.writeDoubleLE(Number.NaN, 24)],
    ['a start that is no time', (bytes) => void bytes.writeDoubleLE(Infinity, 8)],
    ['a negative load time', (bytes) => void bytes.writeDoubleLE(-1, 48)],
  ])('is refused with %s and the right checksum', (_, change) => {
    expect(
      decodeEnvelope(
        forged(() => undefined),
        'me',
      ),
    ).toBeDefined();
    expect(decodeEnvelope(forged(change), 'me')).toBeUndefined();
  });

  it.each([
    ['null'],
    ['{}'],
    ['[]'],
    ['[[]]'],
    ['[[],[]]'],
    ['[["a"],["","",1]]'],
    ['[[1],["","",""]]'],
    ['["ab",["","","",""]]'],
    ['[[],["",""],[]]'],
    ['[[],["","",""]]'],
    [JSON.stringify([Array.from({ length: 101 }, () => 'a'), Array.from({ length: 103 }, () => '')])],
    ['[[],["",""'],
  ])('is refused with the marks %s and the right checksum', (marks) => {
    const head = Buffer.from(
      encodeEnvelope({ ...ENVELOPE, tags: [], stamps: ['', ''], payload: new Uint8Array() }, 'me'),
    );
    const bytes = Buffer.concat([head.subarray(0, 66), Buffer.from(marks)]);
    bytes.writeUInt32LE(Buffer.byteLength(marks), 60);

    expect(decodeEnvelope(sealed(bytes), 'me')).toBeUndefined();
  });

  it('is refused when its marks reach beyond its end', () => {
    const bytes = Buffer.from(encodeEnvelope({ ...ENVELOPE, payload: new Uint8Array() }, 'me'));
    bytes.writeUInt32LE(bytes.readUInt32LE(60) + 1, 60);

    expect(decodeEnvelope(sealed(bytes), 'me')).toBeUndefined();
  });

  it('is refused when it is more than 64 MiB', () => {
    const bytes = encodeEnvelope({ ...ENVELOPE, payload: new Uint8Array(MAX_ENVELOPE_BYTES) }, 'me');

    expect(decodeEnvelope(bytes, 'me')).toBeUndefined();
  });

  it('is never found in random bytes, and they never throw', () => {
    const start = Buffer.from(encodeEnvelope(ENVELOPE, 'me'));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400, size: 'max' }),
        fc.nat({ max: 80 }),
        fc.boolean(),
        (tail, kept, isSealed) => {
          const bytes = Buffer.concat([start.subarray(0, kept), tail]);
          const hostile = isSealed && bytes.length > 8 ? sealed(bytes) : bytes;

          const decoded = decodeEnvelope(hostile, 'other');

          expect(decoded).toBeUndefined();
        },
      ),
    );
  });
});

describe('a stamp', () => {
  it('comes back as it was', () => {
    const stamp = newStamp();

    expect(decodeStamp(encodeStamp(stamp))).toBe(stamp);
    expect(decodeStamp(Buffer.concat([Buffer.alloc(2), encodeStamp(stamp)]).subarray(2))).toBe(stamp);
  });

  it('is new each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, newStamp)).size).toBe(1_000);
  });

  it.each([[undefined], [null]])('is none in a register that holds %s', (bytes) => {
    expect(decodeStamp(bytes)).toBe(NO_STAMP);
  });

  it('is refused with any bit turned over, and any length', () => {
    const bytes = encodeStamp(newStamp());

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeStamp(damaged)).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length++)
      expect(decodeStamp(bytes.subarray(0, length))).toBeUndefined();
  });

  it.each([['text'], [5], [{}], [new Uint8Array()], [new Uint8Array(1_000_000)]])('is refused as %s', (bytes) => {
    expect(decodeStamp(bytes)).toBeUndefined();
  });
});
