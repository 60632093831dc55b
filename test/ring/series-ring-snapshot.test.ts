import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const corrupt = expect.objectContaining({ code: 'ERR_CORRUPT_DATA' });
const columns = {
  ts: 'f64',
  price: { type: 'i32', scale: 0.01 },
  trades: 'u32',
  volume: 'f32',
  bids: { type: 'f64', length: 2 },
} as const;

function sample(layout: 'mirrored' | 'compact', rows: number): SeriesRing<typeof columns> {
  const ring = new SeriesRing({ capacity: 4, columns, layout });
  for (let i = 1; i <= rows; i++) ring.append(i / 3, i / 100, i, i, [i, -0]);
  return ring;
}

/** Bytes with a correct checksum around any header and data: what a forger would send. */
function forge(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const body = Buffer.concat([json, data]);
  const prefix = Buffer.from(new Uint32Array([0x74775352, 1, json.length, crc32(body)]).buffer);
  return new Uint8Array(Buffer.concat([prefix, body]));
}

describe('SeriesRing snapshot', () => {
  it.each([
    ['mirrored', 0],
    ['mirrored', 3],
    ['mirrored', 4],
    ['mirrored', 6],
    ['mirrored', 23],
    ['compact', 0],
    ['compact', 3],
    ['compact', 4],
    ['compact', 6],
    ['compact', 23],
  ] as const)('restores a %s ring after %i rows', (layout, rows) => {
    const ring = sample(layout, rows);

    const restored = SeriesRing.restore<typeof columns>(ring.snapshot());

    expect(restored.size).toBe(ring.size);
    expect(restored.capacity).toBe(4);
    expect(restored.stats().storageBytes).toBe(ring.stats().storageBytes);
    for (let i = 0; i < ring.size; i++) expect(restored.row(i)).toEqual(ring.row(i));
    for (const name of ['ts', 'price', 'trades', 'volume', 'bids'] as const)
      expect(restored.window(name, ring.size)).toEqual(ring.window(name, ring.size));
  });

  it('gives a ring that goes on like the one it was taken from', () => {
    const ring = sample('mirrored', 6);
    const restored = SeriesRing.restore<typeof columns>(ring.snapshot());

    for (let i = 7; i < 20; i++) {
      for (const each of [ring, restored]) each.append(i, i, i, i, [i, i]);

      expect(restored.window('price', 4)).toEqual(ring.window('price', 4));
      expect(restored.window('bids', 3)).toEqual(ring.window('bids', 3));
    }
  });

  it('keeps every double bit by bit', () => {
    const ring = new SeriesRing({ capacity: 8, columns: { x: 'f64' } });
    const specials = [Number.NaN, -0, 0, Infinity, -Infinity, Number.MIN_VALUE, 0.1];
    for (const x of specials) ring.append(x);

    const restored = SeriesRing.restore<{ x: 'f64' }>(ring.snapshot());

    expect([...restored.window('x', 7)]).toStrictEqual(specials);
  });

  it('reads bytes at any address, such as a Buffer of the pool', () => {
    const bytes = sample('compact', 6).snapshot();
    const shifted = Buffer.alloc(bytes.length + 3).subarray(3);
    shifted.set(bytes);

    expect(SeriesRing.restore(shifted).size).toBe(4);
    expect(SeriesRing.restore(Buffer.from(bytes)).size).toBe(4);
  });

  it('does not share memory with the ring', () => {
    const ring = sample('mirrored', 4);
    const bytes = ring.snapshot();
    const restored = SeriesRing.restore<typeof columns>(bytes);

    bytes.fill(0);
    ring.amend({ ts: 99 });

    expect(restored.at('ts', -1)).toBe(4 / 3);
  });

  it('is refused when truncated anywhere', () => {
    const bytes = sample('compact', 6).snapshot();

    for (let length = 0; length < bytes.length; length++)
      expect(() => SeriesRing.restore(bytes.subarray(0, length))).toThrow(corrupt);
  });

  it('is refused when any byte is altered or appended', () => {
    const bytes = sample('mirrored', 6).snapshot();
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = bytes.slice();
        altered[at] = (altered[at] ?? 0) ^ flip;

        expect(() => SeriesRing.restore(altered)).toThrow(corrupt);
      }),
    );
    expect(() => SeriesRing.restore(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(corrupt);
  });

  const header = { capacity: 2, layout: 'compact', rows: 0, columns: [['x', { type: 'f64' }]] };
  it('accepts the bytes that the forgeries below are made from', () => {
    expect(SeriesRing.restore(forge(header)).size).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['null', null],
    ['an unknown field', { ...header, extra: 1 }],
    ['more rows than capacity', { ...header, rows: 3 }],
    ['rows without data', { ...header, rows: 1 }],
    ['a fraction of rows', { ...header, rows: 0.5 }],
    ['a huge capacity', { ...header, capacity: 2 ** 40 }],
    ['too much memory', { ...header, capacity: 2 ** 24, columns: [['x', { type: 'f64', length: 65_536 }]] }],
    ['no columns', { ...header, columns: [] }],
    ['columns of another form', { ...header, columns: { x: 'f64' } }],
    ['a column without a name', { ...header, columns: [[{ type: 'f64' }]] }],
    ['__proto__ as a column', { ...header, columns: [['__proto__', { type: 'f64' }]] }],
    ['an unknown kind', { ...header, columns: [['x', { type: 'f16' }]] }],
    ['an unknown layout', { ...header, layout: 'sparse' }],
  ])('is refused when forged with %s', (_, forged) => {
    expect(() => SeriesRing.restore(forge(forged))).toThrow(corrupt);
  });

  it.each([[null], [undefined], ['bytes'], [[1, 2]], [new ArrayBuffer(8)], [{}]])(
    'is refused as an argument when it is %s',
    (bytes) => {
      expect(() => SeriesRing.restore(bytes as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    },
  );
});
