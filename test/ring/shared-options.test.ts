import { SharedRing, type SharedRingHandle, type SharedRingOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const VALID = { capacity: 4, fields: ['ts', 'price'] };

function config(...parts: string[]): unknown {
  return expect.objectContaining({
    code: 'ERR_CONFIG',
    message: expect.stringMatching(new RegExp(parts.join('.*'))),
  });
}

describe('SharedRing options', () => {
  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 24 + 1, '4', null])('refuses a capacity of %s', (capacity) => {
    const options = { ...VALID, capacity } as SharedRingOptions; // wrong on purpose

    expect(() => new SharedRing(options)).toThrow(config('capacity must be a whole number'));
  });

  it.each([
    ['no array', 'ts'],
    ['no names', []],
    ['a hole', Object.assign([], { 1: 'ts' })],
    ['a number', ['ts', 1]],
    ['the same name twice', ['ts', 'ts']],
    ['257 names', Array.from({ length: 257 }, (_, i) => `f${i}`)],
    ['nothing', undefined],
  ])('refuses fields that are %s', (_, fields) => {
    const options = { capacity: 4, fields } as SharedRingOptions; // wrong on purpose

    expect(() => new SharedRing(options)).toThrow(config('fields must be an array of 1 to 256 different names'));
  });

  it.each([
    ['mode', 'multi'],
    ['overflow', 'drop-oldest'],
    ['timeout', -1],
    ['timeout', NaN],
    ['timeout', '1'],
    ['batch', 0],
    ['batch', 65_537],
    ['batch', 2.5],
    ['memory', new ArrayBuffer(1_024)],
    ['memory', {}],
  ])('refuses %s: %s', (name, value) => {
    expect(() => new SharedRing({ ...VALID, [name]: value })).toThrow(config(`${name} must be`));
  });

  it('refuses an unknown option and names it', () => {
    const options = { ...VALID, slots: 4 };

    expect(() => new SharedRing(options)).toThrow(config("unknown option 'slots'"));
  });

  it.each(['wait', 'drop-newest', 'fail'] as const)(
    'refuses overflow %s for a broadcast, whose writer never waits',
    (overflow) => {
      expect(() => new SharedRing({ ...VALID, mode: 'broadcast', overflow })).toThrow(config('overflow', 'broadcast'));
    },
  );

  it.each([{ mode: 'broadcast' }, { overflow: 'drop-newest' }, { overflow: 'fail' }] as const)(
    'refuses a timeout with %o, where nothing waits',
    (other) => {
      expect(() => new SharedRing({ ...VALID, ...other, timeout: 5 })).toThrow(config('timeout', 'overflow'));
    },
  );

  it('refuses more memory than 4 GiB before it takes any', () => {
    expect(() => new SharedRing({ capacity: 2 ** 24, fields: Array.from({ length: 64 }, (_, i) => `f${i}`) })).toThrow(
      config('4 GiB'),
    );
  });

  it('takes undefined for an option that is left out', () => {
    const options = { ...VALID, mode: undefined, overflow: undefined, timeout: undefined, batch: undefined };

    const { handle } = new SharedRing(options as unknown as SharedRingOptions); // what JavaScript callers do

    expect(handle).toMatchObject({ mode: 'single', overflow: 'wait', timeout: 1_000, batch: 64 });
  });

  it('keeps its own copy of the names', () => {
    const fields = ['ts', 'price'];
    const ring = new SharedRing({ capacity: 4, fields });

    fields[0] = 'changed';

    expect(ring.handle.fields).toEqual(['ts', 'price']);
    expect(() => ring.handle.fields.push('more')).toThrow(/not extensible/);
    expect(Object.isFrozen(ring.handle)).toBe(true);
  });

  it('takes any name, those of Object.prototype included', () => {
    const fields = ['__proto__', 'constructor', '', '7'] as const;

    const { offsets } = new SharedRing({ capacity: 1, fields });

    expect(fields.map((name) => Object.getOwnPropertyDescriptor(offsets, name)?.value)).toEqual([0, 1, 2, 3]);
  });
});

describe('SharedRing.attach', () => {
  it.each([
    { mode: 'single', overflow: 'drop-newest' },
    { mode: 'single', timeout: 7 },
    { mode: 'broadcast' },
  ] as const)('opens the ring of a handle that was sent, %o', (options) => {
    const ring = new SharedRing({ ...VALID, batch: 3, ...options });
    const handle = structuredClone(ring.handle);

    const other = SharedRing.attach(handle);
    const reader = other.reader();
    const writer = ring.writer();
    writer.write(1, 2);
    writer.flush();

    expect(other.handle).toEqual(ring.handle);
    expect(other.offsets).toEqual({ ts: 0, price: 1 });
    expect(reader.poll((values, from, to) => expect([...values.subarray(from, to)]).toEqual([1, 2]))).toBe(1);
  });

  it.each([undefined, null, 'handle', 7, [], {}, () => {}])('refuses %s', (handle) => {
    expect(() => SharedRing.attach(handle as SharedRingHandle)).toThrow(config('attach takes the handle'));
  });

  it('refuses options without memory, which would be another ring', () => {
    expect(() => SharedRing.attach(VALID as unknown as SharedRingHandle)).toThrow(config('attach takes the handle'));
  });

  it.each([
    ['another capacity', { capacity: 5 }],
    ['another number of fields', { fields: ['ts'] }],
    ['fields and capacity exchanged, so that the size is the same', { capacity: 2, fields: ['a', 'b', 'c', 'd'] }],
    ['another mode', { mode: 'broadcast', overflow: undefined, timeout: undefined }],
    ['another batch', { batch: 8 }],
    ['memory of zeros', { memory: new SharedArrayBuffer(512 + 4 * 2 * 8) }],
    ['memory that is too small for a header', { memory: new SharedArrayBuffer(7) }],
    ['no memory', { memory: new SharedArrayBuffer(0) }],
    ['an unshared buffer', { memory: new ArrayBuffer(512 + 4 * 2 * 8) }],
    ['something unknown', { version: 2 }],
  ])('refuses a handle altered to have %s', (_, change) => {
    const { handle } = new SharedRing(VALID);
    const altered = { ...handle, ...change } as unknown as SharedRingHandle; // wrong on purpose

    expect(() => SharedRing.attach(altered)).toThrow(config('SharedRing'));
  });

  it.each([-8, 8])('refuses a copy of its memory that is %s bytes longer', (by) => {
    const { handle } = new SharedRing(VALID);
    const memory = new SharedArrayBuffer(handle.memory.byteLength + by);
    new Int32Array(memory).set(new Int32Array(handle.memory, 0, 128));

    expect(() => SharedRing.attach({ ...handle, memory })).toThrow(config('memory must be that of a ring'));
  });

  it('looks at the memory of a handle once', () => {
    const { handle } = new SharedRing(VALID);
    let looks = 0;
    const fickle = Object.defineProperty({ ...handle }, 'memory', {
      enumerable: true,
      get: () => (looks++ === 0 ? handle.memory : undefined),
    });

    const attached = SharedRing.attach(fickle);

    expect(attached.handle.memory).toBe(handle.memory);
  });

  it('passes on what a getter throws', () => {
    const handle = Object.defineProperty({ ...VALID }, 'memory', {
      enumerable: true,
      get() {
        throw new RangeError('getter');
      },
    });

    expect(() => SharedRing.attach(handle as unknown as SharedRingHandle)).toThrow('getter');
  });
});
