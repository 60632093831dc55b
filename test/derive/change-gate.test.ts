import { ChangeGate, type ChangeGateOptions } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';
import { isSame } from './gate-model.js';

/** What a gate says of values of one key, one after the other. */
function answers(options: ChangeGateOptions | undefined, ...values: unknown[]): boolean[] {
  const gate = new ChangeGate(options);
  return values.map((value) => gate.changed('BTCUSDT', value));
}

const quote = { bid: 1 };

describe('ChangeGate without a tolerance', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['equal numbers', 1, 1, false],
    ['neighbouring numbers', 1, 1 + Number.EPSILON, true],
    ['NaN and NaN', Number.NaN, Number.NaN, false],
    ['0 and -0', 0, -0, true],
    ['-0 and 0', -0, 0, true],
    ['an infinity and itself', Infinity, Infinity, false],
    ['the two infinities', Infinity, -Infinity, true],
    ['equal texts', '61800.2/61800.3', ['61800.2', '61800.3'].join('/'), false],
    ['other texts', 'buy', 'sell', true],
    ['a number and its text', 1, '1', true],
    ['equal large integers', 10n ** 20n, 10n ** 20n, false],
    ['undefined and undefined', undefined, undefined, false],
    ['undefined and null', undefined, null, true],
    ['null and 0', null, 0, true],
    ['false and 0', false, 0, true],
    ['an object and itself', quote, quote, false],
    ['an object and its copy', quote, { ...quote }, true],
    ['a symbol and another of its name', Symbol('bid'), Symbol('bid'), true],
  ])('compares %s by Object.is', (_name, before, after, isChange) => {
    expect(answers(undefined, before, after)).toEqual([true, isChange]);
  });

  it('takes an object that was changed in place for the same', () => {
    const levels = [1, 2];
    const gate = new ChangeGate();
    gate.changed('ETHUSDT', levels);

    levels.push(3);

    expect(gate.changed('ETHUSDT', levels)).toBe(false);
  });

  it('lets a first value through whatever it is, undefined included', () => {
    const gate = new ChangeGate();

    expect([undefined, null, 0, Number.NaN].map((value, key) => gate.changed(key, value))).toEqual(Array(4).fill(true));
    expect(gate.changed(0, undefined)).toBe(false);
  });

  it('lets a value through that comes back after another', () => {
    expect(answers(undefined, 1, 2, 1, 1)).toEqual([true, true, true, false]);
  });

  it('keeps keys apart, as a Map does', () => {
    const gate = new ChangeGate();
    const key = {};
    const keys = ['1', 1, key, {}, Number.NaN, undefined, '__proto__', 'constructor'];

    expect(keys.map((one) => gate.changed(one, 7))).toEqual(keys.map(() => true));
    expect(keys.map((one) => gate.changed(one, 7))).toEqual([false, false, false, false, false, false, false, false]);
    expect(gate.changed({}, 7)).toBe(true);
    expect(gate.stats()).toMatchObject({ keys: keys.length + 1, passed: keys.length + 1, suppressed: keys.length });
  });

  it('takes 0 and -0 for one key', () => {
    const gate = new ChangeGate();

    expect([gate.changed(0, 'a'), gate.changed(-0, 'a')]).toEqual([true, false]);
  });
});

describe('ChangeGate with a tolerance', () => {
  it.each<[string, ChangeGateOptions, number, number, boolean]>([
    ['a difference of epsilon', { epsilon: 0.5 }, 10, 10.5, false],
    ['a difference above epsilon', { epsilon: 0.5 }, 10, 10.500_001, true],
    ['a difference of epsilon downwards', { epsilon: 0.5 }, 10, 9.5, false],
    ['a sign that changes within epsilon', { epsilon: 0.5 }, 0.25, -0.25, false],
    ['a part of the larger value, upwards', { relative: 0.25 }, 75, 100, false],
    ['a part of the larger value, downwards', { relative: 0.25 }, 100, 75, false],
    ['more than that part', { relative: 0.25 }, 100, 74.9, true],
    ['a part of negative values', { relative: 0.25 }, -100, -75, false],
    ['tiny values', { relative: 0.25 }, 1e-300, 1.1e-300, false],
    ['0 and a value, for a part below 1', { relative: 0.999 }, 0, 1e-300, true],
    ['0 and any value, for all of it', { relative: 1 }, 0, 1e300, false],
    ['opposite signs, for all of it', { relative: 1 }, 1, -1, true],
    ['within epsilon, beyond the part', { epsilon: 5, relative: 0.01 }, 100, 105, false],
    ['within the part, beyond epsilon', { epsilon: 0.1, relative: 0.25 }, 100, 80, false],
    ['beyond both', { epsilon: 5, relative: 0.01 }, 100, 105.1, true],
    ['a tolerance of 0 and equal values', { epsilon: 0 }, 1, 1, false],
    ['a tolerance of 0 and neighbours', { epsilon: 0 }, 1, 1 + Number.EPSILON, true],
    ['a part of 0', { relative: 0 }, 1, 1 + Number.EPSILON, true],
    ['the largest epsilon', { epsilon: Number.MAX_VALUE }, 0, Number.MAX_VALUE, false],
    ['a difference too large for a number', { epsilon: Number.MAX_VALUE }, -Number.MAX_VALUE, Number.MAX_VALUE, true],
  ])('judges %s', (_name, options, before, after, isChange) => {
    expect(answers(options, before, after)).toEqual([true, isChange]);
    expect(isSame(before, after, options)).toBe(!isChange);
  });

  describe.each<ChangeGateOptions>([
    { epsilon: 0 },
    { relative: 0 },
    { relative: 1 },
    { epsilon: Number.MAX_VALUE },
    { epsilon: 1, relative: 0.5 },
  ])('of %j', (options) => {
    it.each<[string, unknown, unknown, boolean]>([
      ['0 and -0', 0, -0, false],
      ['NaN and NaN', Number.NaN, Number.NaN, false],
      ['NaN and a number', Number.NaN, 0, true],
      ['a number and NaN', 0, Number.NaN, true],
      ['NaN and an infinity', Number.NaN, Infinity, true],
      ['an infinity and itself', Infinity, Infinity, false],
      ['minus infinity and itself', -Infinity, -Infinity, false],
      ['the two infinities', Infinity, -Infinity, true],
      ['an infinity and a number', Infinity, Number.MAX_VALUE, true],
      ['a number and an infinity', 1, -Infinity, true],
      ['equal texts', 'buy', 'buy', false],
      ['other texts', '1', '1.0', true],
      ['a number and its text', 1, '1', true],
      ['large integers, however close', 1n, 2n, true],
      ['a Date and its copy', new Date(5), new Date(5), true],
      ['an object and itself', quote, quote, false],
    ])('judges %s', (_name, before, after, isChange) => {
      expect(answers(options, before, after)).toEqual([true, isChange]);
    });
  });

  it('lets a slow drift through as soon as it adds up, because it compares with the last value that passed', () => {
    expect(answers({ epsilon: 1 }, 0, 0.5, 1, 1.5, 2, 2.5, 3)).toEqual([true, false, false, true, false, false, true]);
  });

  it('suppresses for ever a value that swings within the tolerance', () => {
    const swing = Array.from({ length: 1_000 }, (_, i) => (i % 2 === 0 ? 1 : -1));

    expect(answers({ epsilon: 1 }, 0, ...swing).filter(Boolean)).toHaveLength(1);
  });

  it('recovers from NaN, which replaces the value before', () => {
    expect(answers({ epsilon: 1 }, 5, Number.NaN, Number.NaN, 5, 5.5)).toEqual([true, true, false, true, false]);
  });
});

describe('options of a ChangeGate', () => {
  it.each<[string, unknown, RegExp]>([
    ['a negative epsilon', { epsilon: -1 }, /epsilon must be a number from 0 to .*, got -1/],
    ['an epsilon of NaN', { epsilon: Number.NaN }, /epsilon must be a number from 0 to .*, got NaN/],
    ['an infinite epsilon', { epsilon: Infinity }, /epsilon must be a number from 0 to .*, got Infinity/],
    ['an epsilon as text', { epsilon: '0.1' }, /epsilon must be a number from 0 to .*, got '0\.1'/],
    ['an epsilon of null', { epsilon: null }, /epsilon must be a number .*, got null/],
    ['a part above 1', { relative: 1.1 }, /relative must be a number from 0 to 1, got 1\.1/],
    ['a negative part', { relative: -0.1 }, /relative must be a number from 0 to 1, got -0\.1/],
    ['no keys', { maxKeys: 0 }, /maxKeys must be a whole number from 1 to 16777216, got 0/],
    ['a fraction of a key', { maxKeys: 1.5 }, /maxKeys must be a whole number .*, got 1\.5/],
    ['too many keys', { maxKeys: 2 ** 24 + 1 }, /maxKeys must be a whole number .*, got 16777217/],
    ['endless keys', { maxKeys: Infinity }, /maxKeys must be a whole number .*, got Infinity/],
    [
      'an unknown name',
      { tolerance: 1 },
      /ChangeGate: unknown option 'tolerance'; known are epsilon, relative, maxKeys/,
    ],
    ['a number instead', 5, /ChangeGate: options must be an object, got 5/],
    ['null instead', null, /ChangeGate: options must be an object, got null/],
  ])('refuse %s', (_name, options, message) => {
    // What a caller without types may pass.
    const make = () => new ChangeGate(options as ChangeGateOptions);

    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('that are undefined count as absent', () => {
    expect(answers({ epsilon: undefined, relative: undefined, maxKeys: undefined } as object, 0, -0)).toEqual([
      true,
      true,
    ]);
  });

  it('are read once', () => {
    const options = { epsilon: 1 };
    const gate = new ChangeGate(options);
    gate.changed('a', 0);

    options.epsilon = 0;

    expect(gate.changed('a', 1)).toBe(false);
  });
});
