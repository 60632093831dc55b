import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Digester, giveBack, MOST_NUMBERS, takeDigester } from '../../src/memo/fingerprint-digest.js';

const digester = take();
const seed = digester.seedOf('test');

function take(): Digester {
  const taken = takeDigester();
  if (taken === undefined) throw new Error('there is no WebAssembly');
  return taken;
}

function digestOf(numbers: ArrayLike<number>): string {
  digester.numbers.set(numbers);
  return digester.digest(numbers.length, seed);
}

/** The same in BigInts, as slow and as obvious as can be. */
function naiveDigestOf(numbers: readonly number[]): string {
  const WORD = 2n ** 64n;
  const rotate = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) % WORD;
  const steps = Math.ceil(numbers.length / 4) + 3;
  const view = new DataView(new ArrayBuffer(32 * steps));
  for (const [i, value] of numbers.entries()) view.setFloat64(8 * i, value, true);
  const start = new BigUint64Array(seed.buffer);
  let [a, b, c, d] = [...start] as [bigint, bigint, bigint, bigint]; // As many as a seed has.
  for (let step = 0; step < steps; step++) {
    const word = (index: number): bigint => view.getBigUint64(32 * step + 8 * index, true);
    a = ((a ^ word(0)) * 0x9e3779b185ebca87n) % WORD;
    b = ((b ^ word(1)) * 0xc2b2ae3d27d4eb4fn) % WORD;
    c = ((c ^ word(2)) * 0x165667b19e3779f9n) % WORD;
    d = ((d ^ word(3)) * 0x85ebca77c2b2ae63n) % WORD;
    a ^= rotate(b, 32n);
    c ^= rotate(d, 32n);
    b = (b + rotate(c, 27n)) % WORD;
    d = (d + rotate(a, 27n)) % WORD;
  }
  const [low, high] = [a ^ rotate(c, 32n), b ^ rotate(d, 32n)];
  // 13 bits to a character, 12 to the last of each half.
  return [low, high]
    .flatMap((half) => [0n, 13n, 26n, 39n, 52n].map((from) => 256 + Number((half >> from) % 2n ** 13n)))
    .map((code) => String.fromCharCode(code))
    .join('');
}

/** The four words of 32 bits in a digest. */
function wordsOf(text: string): number[] {
  const at = (index: number): number => text.charCodeAt(index) - 256;
  return [0, 5].flatMap((start) => [
    (at(start) | (at(start + 1) << 13) | (at(start + 2) << 26)) >>> 0,
    ((at(start + 2) >> 6) | (at(start + 3) << 7) | (at(start + 4) << 20)) >>> 0,
  ]);
}

describe('Digester', () => {
  it.each([
    [[0]],
    [[1.5, -0]],
    [[1, 2, 3, 4]],
    [[1, 2, 3, 4, 5]],
    [Array.from({ length: 1_199 }, (_, i) => Math.sin(i) * 10 ** (i % 300))],
  ])('gives what its steps say in BigInts: %j', (numbers) => {
    expect(digestOf(numbers)).toBe(naiveDigestOf(numbers));
  });

  it('does not depend on what it digested before', () => {
    const before = digestOf([1, 2, 3]);

    digestOf(Array.from({ length: MOST_NUMBERS }, (_, i) => i));

    expect(digestOf([1, 2, 3])).toBe(before);
  });

  it('is the same from a second one that is at work at the same time', () => {
    const other = take();
    other.numbers.set([1, 2, 3]);

    expect(other).not.toBe(digester);
    expect(other.seedOf('test')).toEqual(seed);
    other.numbers.set([1, 2, 3]);
    expect(other.digest(3, seed)).toBe(digestOf([1, 2, 3]));
    giveBack(other);
    expect(take()).toBe(other);
  });

  it('changes with any bit of any number', () => {
    const numbers = new Float64Array(9).fill(60_000.5);
    const words = new Uint32Array(numbers.buffer);
    const seen = new Set([digestOf(numbers)]);

    for (let word = 0; word < words.length; word++) {
      for (let bit = 0; bit < 32; bit++) {
        words[word] = ((words[word] ?? 0) ^ (1 << bit)) >>> 0;
        seen.add(digestOf(numbers));
        words[word] = ((words[word] ?? 0) ^ (1 << bit)) >>> 0;
      }
    }

    expect(seen.size).toBe(1 + 9 * 64);
  });

  it('changes half of the bits of its text when one bit changes', () => {
    const before = wordsOf(digestOf([60_000, 1, 2, 3, 4, 5, 6, 7]));
    const after = wordsOf(digestOf([60_001, 1, 2, 3, 4, 5, 6, 7]));

    const changed = before.map((word, i) => ((word ^ (after[i] ?? 0)) >>> 0).toString(2).replaceAll('0', '').length);

    for (const bits of changed) {
      expect(bits).toBeGreaterThan(5);
      expect(bits).toBeLessThan(27);
    }
  });

  it.each<[string, (i: number, j: number) => number[]]>([
    ['two whole numbers side by side', (i, j) => [1, i, j, 1]],
    ['two whole numbers in the same place of two steps', (i, j) => [i, 1, 1, 1, j, 1, 1, 1]],
    ['three whole numbers of one sum', (i, j) => [i, j, 500 - i - j, 1]],
    ['prices in quarters', (i, j) => [60_000 + i / 4, 60_000 + j / 4, 1, 1]],
    ['prices in hundredths', (i, j) => [100 + i / 100, 1, 1, 100 + j / 100]],
    ['a value that goes up where another goes down', (i, j) => [60_000 + i, 5, 60_000 - i + j / 2 ** 20, 5]],
    ['signs and exponents', (i, j) => [2 ** (i - 500), 1, -(2 ** (j - 500)), 1]],
    ['the last bits', (i, j) => [1 + i * Number.EPSILON, 1 + j * Number.EPSILON, 1, 1]],
    ['the last number of the last step', (i, j) => [1, 1, 1, i * 250 + j]],
  ])('spreads 62 500 windows over each of its words as chance would: %s', (_, window) => {
    const SIDE = 250;
    const seen = Array.from({ length: 4 }, () => new Set<number>());

    for (let i = 0; i < SIDE; i++) {
      for (let j = 0; j < SIDE; j++) {
        for (const [k, word] of wordsOf(digestOf(window(i, j))).entries()) seen[k]?.add(word);
      }
    }

    // In one of two tries, two agree in a word of 32 bits.
    for (const set of seen) expect(SIDE * SIDE - set.size).toBeLessThan(6);
  });

  it('makes a text that survives UTF-8', () => {
    const text = digestOf([1, 2, 3]);

    expect(Buffer.from(text).toString()).toBe(text);
    expect(text).toHaveLength(10);
  });
});

describe('seedOf', () => {
  it('differs by every character and by the length', () => {
    const texts = ['', 'A', 'B', 'AA', 'A\0', '\0A', 'F', 'G', 'O2:s1:a', 'O2:s1:b', 'O4:s1:as1:b', 'a'.repeat(4_096)];

    expect(new Set(texts.map((text) => digester.seedOf(text).join(' '))).size).toBe(texts.length);
  });
});

describe('takeDigester', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['there is no WebAssembly', undefined],
    [
      'there is no memory for it',
      {
        Module: class {},
        Instance: class {
          constructor() {
            throw new RangeError('could not allocate memory');
          }
        },
      },
    ],
  ])('gives nothing where %s, and then keys are exact', async (_, wasm) => {
    vi.stubGlobal('WebAssembly', wasm);
    vi.resetModules();
    const { takeDigester: takeFresh } = await import('../../src/memo/fingerprint-digest.js');
    const { encodeFingerprint } = await import('../../src/memo/fingerprint.js');
    const { structuralKey } = await import('../../src/memo/structural-key.js');
    const numbers = Array.from({ length: 100 }, (_unused, i) => i / 8);

    expect(takeFresh()).toBeUndefined();
    expect(takeFresh()).toBeUndefined();
    for (const value of [numbers, new Float64Array(numbers), numbers.map((x) => ({ x }))]) {
      expect(encodeFingerprint(value)).toBe(structuralKey(value));
    }
  });
});
