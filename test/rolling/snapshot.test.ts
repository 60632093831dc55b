import { crc32 } from 'node:zlib';
import { type CorrelationInput, type MissingPolicy, RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { seeded } from './naive.js';

const SYMBOLS = ['A', 'B', 'C', 'D', 'E'];
const corrupt = expect.objectContaining({ code: 'ERR_CORRUPT_DATA' });

interface Kind {
  readonly input: CorrelationInput;
  readonly missing: MissingPolicy;
  readonly tickSize?: number;
}

const kinds: readonly Kind[] = [
  { input: 'values', missing: 'pairwise' },
  { input: 'values', missing: 'pairwise', tickSize: 0.01 },
  { input: 'values', missing: 'listwise', tickSize: 0.01 },
  { input: 'returns', missing: 'forward-fill' },
  { input: 'log-returns', missing: 'pairwise' },
];

/** Prices with gaps, an outlier now and then, and a value off the grid. */
function bars(count: number, seed: number): number[][] {
  const random = seeded(seed);
  const last = SYMBOLS.map(() => 100);
  return Array.from({ length: count }, (_, bar) =>
    last.map((price, symbol) => {
      last[symbol] = Math.round((price + random() - 0.5) * 100) / 100;
      if (random() < 0.03) return NaN;
      if (bar % 211 === 100 && symbol === 1) return 1e9;
      return bar % 157 === 50 && symbol === 2 ? price + 0.001_234 : (last[symbol] ?? NaN);
    }),
  );
}

function expectSameBits(one: RollingCorrelation, other: RollingCorrelation): void {
  expect(other.matrix()).toEqual(one.matrix());
  for (const symbol of one.symbols) {
    expect(other.mean(symbol)).toBe(one.mean(symbol));
    expect(other.covariance(symbol, 'A')).toBe(one.covariance(symbol, 'A'));
    expect(other.reason(symbol, 'B')).toBe(one.reason(symbol, 'B'));
  }
  expect(other.errorBound()).toBe(one.errorBound());
  expect(other.stats()).toEqual(one.stats());
}

describe.each(kinds)('a snapshot of $input, $missing, tick $tickSize', (kind) => {
  it.each([0, 1, 7, 39, 250])('taken after %i bars goes on for 1 000 more to the same bits', (before) => {
    const all = bars(before + 1_000, 5);
    const untouched = new RollingCorrelation({ symbols: SYMBOLS, window: 40, ...kind });
    for (const bar of all.slice(0, before)) untouched.push(bar);
    if (before > 0) untouched.amend('C', 99.5);
    const again = new RollingCorrelation({ symbols: SYMBOLS, window: 40, ...kind });
    for (const bar of all.slice(0, before)) again.push(bar);
    if (before > 0) again.amend('C', 99.5);

    const restored = RollingCorrelation.restore(again.snapshot());
    expectSameBits(untouched, restored);
    for (const [index, bar] of all.slice(before).entries()) {
      untouched.push(bar);
      restored.push(bar);
      if (index % 3 === 0) for (const one of [untouched, restored]) one.amend('B', 100 + (index % 7) / 100);
      if (index % 100 === 0) expectSameBits(untouched, restored);
    }

    expectSameBits(untouched, restored);
  });
});

describe('a restored RollingCorrelation', () => {
  const filled = (options: object = {}): RollingCorrelation => {
    const rolling = new RollingCorrelation({ symbols: SYMBOLS, window: 10, ...options });
    for (const bar of bars(25, 3)) rolling.push(bar, rolling.stats().pushes * 60_000);
    return rolling;
  };

  it('keeps added and removed symbols, times and the default tick size', () => {
    const rolling = filled({ tickSize: 0.01 });
    rolling.addSymbol('F', [100.01, 100.02, 100.05]);
    rolling.removeSymbol('B');

    const restored = RollingCorrelation.restore(rolling.snapshot());
    for (const one of [rolling, restored]) {
      one.addSymbol('G');
      one.push([1, 2, 3, 4, 5, 6], 1_560_000);
      one.push([3, 2, 1, 4, 4, 6], 1_620_000);
      one.amend('G', 5, 1_560_000);
    }

    expect(restored.symbols).toEqual(['A', 'C', 'D', 'E', 'F', 'G']);
    expect(restored.reason('A', 'G')).toBe(rolling.reason('A', 'G'));
    expect(restored.matrix()).toEqual(rolling.matrix());
    expect(restored.push([1, 1, 1, 1, 1, 1], 60_000)).toBe(false);
  });

  it('is independent of the other', () => {
    const rolling = filled();
    const restored = RollingCorrelation.restore(rolling.snapshot());
    const before = rolling.matrix();

    restored.push([1, 5, 2, 4, 3], 1e9);
    restored.removeSymbol('A');

    expect(rolling.matrix()).toEqual(before);
    expect(rolling.symbols).toEqual(SYMBOLS);
  });

  it('is taken from bytes at any address', () => {
    const bytes = filled().snapshot();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);

    expect(RollingCorrelation.restore(shifted.subarray(3)).matrix()).toEqual(filled().matrix());
    expect(RollingCorrelation.restore(Buffer.from(bytes)).matrix()).toEqual(filled().matrix());
  });

  it('refuses bytes with any one changed', () => {
    const bytes = filled().snapshot();
    const random = seeded(4);

    for (let trial = 0; trial < 300; trial++) {
      const broken = bytes.slice();
      const at = trial < 100 ? trial : Math.floor(random() * bytes.length);
      broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(random() * 255));

      expect(() => RollingCorrelation.restore(broken)).toThrow(corrupt);
    }
  });

  it.each([0, 1, 15, 16, 17, 100, 500])('refuses the first %i bytes alone', (length) => {
    expect(() => RollingCorrelation.restore(filled().snapshot().slice(0, length))).toThrow(corrupt);
  });

  it.each([undefined, null, 'bytes', [1, 2, 3], new ArrayBuffer(64), {}])('refuses %o', (bytes) => {
    expect(() => RollingCorrelation.restore(bytes as Uint8Array)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([
    ['window', '"window":10', '"window":11'],
    ['capacity', '"capacity":6', '"capacity":8'],
    ['place of the newest bar', '"slot":4', '"slot":9999'],
    ['bars', '"bars":10', '"bars":99'],
    ['bars that wait', '"waiting":1', '"waiting":9'],
    ['modes', '"no-tick-size"', '"exact"'],
    ['symbols', '"A","B"', '"A","A"'],
    ['names', '"pushes"', '"pushed"'],
    ['text', '{"options"', '["options"'],
    ['place of the newest time', '"times":[10,4', '"times":[10,10'],
    ['count of times', '"times":[10,4', '"times":[11,4'],
    ['place of the newest price', '"intake":{"slot":0', '"intake":{"slot":10'],
    ['window, far larger than the bytes', '"window":10', '"window":1048576'],
    ['capacity, far larger than the bytes', '"capacity":6', '"capacity":4096'],
    ['symbols with gaps', '"gaps":[', '"gaps":[4,3,2,1,0,'],
    ['count, at the end of whole numbers', '"amends":0', '"amends":9007199254740991'],
  ])('refuses a header with other %s, though its checksum holds', (_, from, to) => {
    const bytes = filled().snapshot();
    const changed = rewritten(bytes, from, to);

    expect(changed).not.toEqual(bytes);
    expect(() => RollingCorrelation.restore(changed)).toThrow(corrupt);
  });

  it('refuses a tick size for returns, which no symbol could be added with', () => {
    const changed = rewritten(filled({ input: 'returns' }).snapshot(), '"defaultTick":0', '"defaultTick":0.5');

    expect(() => RollingCorrelation.restore(changed)).toThrow(corrupt);
  });
});

/** The bytes with a text in the header replaced, and the checksum made anew. */
function rewritten(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const length = new DataView(bytes.buffer).getUint32(8, true);
  const header = Buffer.from(bytes.subarray(16, 16 + length)).toString();
  const pattern = from === '"waiting":1' ? /"waiting":\d/ : from === '"slot":4' ? /"slot":\d+/ : from;
  const changed = Buffer.from(header.replace(pattern, to));
  const made = Buffer.concat([bytes.subarray(0, 16), changed, bytes.subarray(16 + length)]);
  made.writeUInt32LE(changed.length, 8);
  made.writeUInt32LE(crc32(made.subarray(16)), 12);
  return new Uint8Array(made);
}
