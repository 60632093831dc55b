import { SeriesRing } from 'tickwise/ring';
import { afterEach, describe, expect, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

function pair(): SeriesRing<{ a: 'f64'; b: 'f64' }> {
  const ring = new SeriesRing({ capacity: 2, columns: { a: 'f64', b: 'f64' } });
  for (let i = 1; i <= 3; i++) ring.append(i, i * 10);
  return ring;
}

const content = (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => [[...ring.window('a', 2)], [...ring.window('b', 2)]];
const untouched = [
  [2, 3],
  [20, 30],
];

describe('SeriesRing under abuse', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'polluted');
  });

  it('passes on what a getter of a row throws, and stays as it was', () => {
    const ring = pair();
    const row = {
      a: 9,
      get b(): number {
        throw new RangeError('from the getter');
      },
    };

    expect(() => ring.push(row)).toThrow(RangeError);
    expect(() => ring.amend(row)).toThrow(RangeError);

    expect(content(ring)).toEqual(untouched);
  });

  it.each([
    ['clears it', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.clear(), 0],
    ['amends it', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.amend({ a: 7 }), 2],
    ['adds to it', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.append(7, 70), 2],
  ])('refuses a row whose getter %s, and keeps what the getter did', (_, meddle, size) => {
    const [ring, twin] = [pair(), pair()];
    const row = {
      a: 9,
      get b(): number {
        meddle(ring);
        return 90;
      },
    };
    meddle(twin);
    meddle(twin);

    expect(() => ring.push(row)).toThrow(misuse);
    expect(() => ring.amend(row)).toThrow(misuse);

    expect(ring.size).toBe(size);
    if (size > 0) ring.append(8, 80);
    if (size > 0) twin.append(8, 80);
    const rows = (of: typeof ring) => Array.from({ length: of.size }, (__, i) => of.row(i));
    expect(rows(ring)).toEqual(rows(twin));
  });

  it.each([
    ['push', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.push({ a: 7, b: 'x' as never })],
    ['append', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.append(7, 'x' as never)],
    ['append, too late', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.append(-1, 7)],
    ['amend', (ring: SeriesRing<{ a: 'f64'; b: 'f64' }>) => ring.amend({ a: 7, b: 'x' as never })],
  ])('refuses a row whose getter tries a row of its own that is refused, by %s', (_, attempt) => {
    const order = { column: 'a', late: 'reject' } as const;
    const ring = new SeriesRing({ capacity: 2, columns: { a: 'f64', b: 'f64' }, order });
    for (let i = 1; i <= 3; i++) ring.append(i, i * 10);
    const row = {
      a: 9,
      get b(): number {
        expect(() => attempt(ring)).toThrow(misuse);
        return 90;
      },
    };

    expect(() => ring.push(row)).toThrow(/changed the ring/);
    expect(() => ring.amend(row)).toThrow(/changed the ring/);

    expect(content(ring)).toEqual(untouched);
    ring.push({ a: 9, b: 90 });
    expect(ring.row(-1)).toEqual({ a: 9, b: 90 });
  });

  it('refuses rows that inherit a name from a polluted Object.prototype', () => {
    const ring = pair();
    Object.assign(Object.prototype, { polluted: 1 });

    expect(() => ring.push({ a: 1, b: 2 })).toThrow(/'polluted'/);
    expect(content(ring)).toEqual(untouched);
  });

  it('takes frozen rows, rows without a prototype, and rows behind a proxy', () => {
    const ring = pair();

    ring.push(Object.freeze({ a: 4, b: 40 }));
    ring.push(Object.assign(Object.create(null), { a: 5, b: 50 }));
    expect(content(ring)[0]).toEqual([4, 5]);
    ring.push(new Proxy({ a: 6, b: 60 }, {}));

    expect(content(ring)[1]).toEqual([50, 60]);
  });

  it('ignores symbols in rows, which name no column', () => {
    const ring = pair();

    ring.push(Object.assign({ a: 4, b: 40 }, { [Symbol('note')]: 'x' }));

    expect(ring.row(-1)).toEqual({ a: 4, b: 40 });
  });

  it('gives windows that can be cloned to another thread, where they are plain copies', () => {
    const ring = pair();

    const clone = structuredClone(ring.window('a', 2));
    ring.append(9, 90);

    expect(clone).toStrictEqual(new Float64Array([2, 3]));
    expect(ring.isCurrent(clone)).toBe(true);
  });

  it('does not hand out a detached window as if nothing had happened', () => {
    const ring = pair();
    const view = ring.window('a', 2);
    structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });

    ring.append(9, 90);

    expect(() => ring.window('a', 2)).toThrow(TypeError);
  });

  it('takes arrays by position in a ring too wide for parameters, and refuses a wrong one', () => {
    const names = Array.from({ length: 10 }, (_, i) => `c${i}`);
    const specs = names.map((name, i) => [name, i === 9 ? { type: 'f64' as const, length: 2 } : ('f64' as const)]);
    const ring = new SeriesRing({ capacity: 2, columns: Object.fromEntries(specs) as Record<string, 'f64'> });
    const values: unknown[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, [9, 10]];

    ring.append(...(values as number[]));
    expect(() => ring.append(...(values.with(9, 9) as number[]))).toThrow(misuse);

    expect([...ring.window('c9', 1)]).toEqual([9, 10]);
    expect(ring.size).toBe(1);
  });
});
