import { describe, expect, it } from 'vitest';
import { Sfc32 } from '../../src/ring/sfc32.js';

/** The same generator in whole numbers of any size, as its definition reads. */
function* definition(seed: bigint): Generator<bigint, never> {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = [0n, word(seed), word(seed >> 32n), 1n];
  const step = (): bigint => {
    const sum = word(a + b + counter);
    const turned = word(c << 21n) | (c >> 11n);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(turned + sum);
    return sum;
  };
  for (let i = 0; i < 12; i++) step();
  for (;;) yield step();
}

const seeds = [0, 1, 42, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_000, Number.MAX_SAFE_INTEGER];

describe('Sfc32', () => {
  it.each(seeds)('gives the words of its definition, seed %d', (seed) => {
    const random = new Sfc32(seed);
    const words = definition(BigInt(seed));

    for (let i = 0; i < 2_000; i++) expect(BigInt.asUintN(32, BigInt(random.word()))).toBe(words.next().value);
  });

  it.each([
    [0, [1_363_572_419, 145_230_303, 808_754_475, 4_216_505_632]],
    [1, [2_012_149_540, 1_872_316_204, 1_707_632_675, 1_779_833_415]],
    [42, [1_264_412_219, 1_947_509_147, 3_919_439_299, 1_251_167_922]],
  ])('gives the words that other implementations give, seed %d', (seed, expected) => {
    const random = new Sfc32(seed);

    const words = expected.map(() => random.word() >>> 0);

    expect(words).toEqual(expected);
  });

  it('makes one number of the upper 27 bits of a word and the upper 26 of the next', () => {
    const random = new Sfc32(7);
    const words = definition(7n);

    for (let i = 0; i < 1_000; i++) {
      const [high, low] = [words.next().value >> 5n, words.next().value >> 6n];
      expect(random.next()).toBe(Number((high << 26n) | low) / 2 ** 53);
    }
  });

  it('spreads its numbers evenly from 0 to 1', () => {
    const random = new Sfc32(3);
    const counts = Array.from({ length: 100 }, () => 0);
    const draws = 200_000;

    for (let i = 0; i < draws; i++) {
      const bin = Math.floor(random.next() * counts.length);
      counts[bin] = (counts[bin] ?? Number.NaN) + 1;
    }

    const expected = draws / counts.length;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 99 degrees of freedom: above 149 once in a thousand seeds.
    expect(chiSquare).toBeLessThan(149);
    expect(chiSquare).toBeGreaterThan(60);
  });

  it('goes different ways from seeds that differ in one bit', () => {
    const firsts = seeds.map((seed) => new Sfc32(seed).next());

    expect(new Set(firsts).size).toBe(seeds.length);
  });
});
