import { ConfigError, systemClock, VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  callback,
  claim,
  clockOption,
  clockOrSystem,
  duration,
  flag,
  hasMethods,
  numberWithin,
  oneOf,
  readOptions,
  text,
  wholeNumber,
} from '../../src/core/options.js';

const schema = z.strictObject({
  capacity: z._default(wholeNumber(1, 100), 10),
  ttl: z._default(duration({ allowInfinity: true }), Infinity),
  name: z.optional(text()),
  retry: z.optional(z.strictObject({ attempts: wholeNumber(1) })),
  lease: z.optional(z.union([flag(), z.strictObject({ wait: duration() })])),
});

const read = (value: unknown) => readOptions('Widget', schema, value);

/** The message of the ConfigError that reading throws. */
function refusal(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'ERR_CONFIG') return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('readOptions', () => {
  it('fills in defaults', () => {
    expect(read({})).toEqual({ capacity: 10, ttl: Infinity });
  });

  it('counts undefined as absent, with and without a default', () => {
    expect(read({ capacity: undefined, ttl: undefined, name: undefined }).capacity).toBe(10);
    expect(read({ name: undefined }).name).toBeUndefined();
  });

  it('copies, so that a later change of the object has no effect', () => {
    const given = { capacity: 5 };
    const options = read(given);

    given.capacity = 99;

    expect(options.capacity).toBe(5);
  });

  it.each([
    [{ lease: 3 }, 'Widget: lease must be true or false, or an object, got 3'],
    [{ lease: { wait: -1 } }, 'Widget: lease.wait must be a number of milliseconds from 0 up, got -1'],
    [{ lease: { wait: 1, x: 2 } }, "Widget: unknown option 'x' in lease"],
    [{ capacity: 0 }, 'Widget: capacity must be a whole number from 1 to 100, got 0'],
    [{ capacity: 101 }, 'Widget: capacity must be a whole number from 1 to 100, got 101'],
    [{ capacity: 1.5 }, 'Widget: capacity must be a whole number from 1 to 100, got 1.5'],
    [{ capacity: '5' }, "Widget: capacity must be a whole number from 1 to 100, got '5'"],
    [{ capacity: null }, 'Widget: capacity must be a whole number from 1 to 100, got null'],
    [{ ttl: -1 }, 'Widget: ttl must be a number of milliseconds from 0 up, or Infinity, got -1'],
    [{ ttl: Number.NaN }, 'Widget: ttl must be a number of milliseconds from 0 up, or Infinity, got NaN'],
    [{ name: '' }, "Widget: name must be a text of at least one character, got ''"],
    [{ retry: { attempts: 0 } }, 'Widget: retry.attempts must be a whole number from 1 up, got 0'],
    [{ retry: 5 }, 'Widget: retry must be an object, got 5'],
    [{ retry: {} }, 'Widget: retry.attempts must be a whole number from 1 up, got undefined'],
  ])('names option, expectation and value: %o', (value, message) => {
    expect(refusal(value)).toBe(message);
  });

  it.each([undefined, null, 5, 'text', true, [], () => {}])('refuses %o for the options themselves', (value) => {
    expect(refusal(value)).toMatch(/^Widget: options must be an object, got /);
  });

  it('refuses unknown names and lists those it knows', () => {
    expect(refusal({ capactiy: 5 })).toBe(
      "Widget: unknown option 'capactiy'; known are capacity, ttl, name, retry, lease",
    );
    expect(refusal({ one: 1, two: 2 })).toContain("'one', 'two'");
  });

  it.each(['__proto__', 'constructor', 'toString', 'prototype'])('refuses the own key %s', (key) => {
    const given: unknown = JSON.parse(`{ "${key}": { "capacity": 1 } }`);

    expect(refusal(given)).toContain(`unknown option '${key}'`);
    expect({}).not.toHaveProperty('capacity');
  });

  it('shows a huge or hostile value short', () => {
    const message = refusal({ capacity: 'x'.repeat(1_000_000), ['y'.repeat(100)]: 1 });

    expect(message.length).toBeLessThan(300);
  });
});

describe('claims', () => {
  const values = {
    zero: 0,
    minusZero: -0,
    one: 1,
    minusOne: -1,
    half: 0.5,
    nan: Number.NaN,
    infinity: Infinity,
    minusInfinity: -Infinity,
    huge: 1e300,
    beyondSafe: 2 ** 53,
    text: '1',
    bigint: 1n,
    boxed: new Number(1),
    array: [1],
    yes: true,
  } as const;
  type Value = keyof typeof values;

  it.each<[string, z.ZodMiniType, Value[]]>([
    ['wholeNumber(0)', wholeNumber(0), ['zero', 'minusZero', 'one']],
    ['wholeNumber(1, 1)', wholeNumber(1, 1), ['one']],
    ['duration()', duration(), ['zero', 'minusZero', 'one', 'half', 'huge', 'beyondSafe']],
    ['duration({ min: 1 })', duration({ min: 1 }), ['one', 'huge', 'beyondSafe']],
    [
      'duration({ allowInfinity })',
      duration({ allowInfinity: true }),
      ['zero', 'minusZero', 'one', 'half', 'huge', 'beyondSafe', 'infinity'],
    ],
    ['numberWithin(-1, 0.5)', numberWithin(-1, 0.5), ['zero', 'minusZero', 'minusOne', 'half']],
    ['text()', text(), ['text']],
    ['flag()', flag(), ['yes']],
    ['oneOf', oneOf('1', '2'), ['text']],
    ['callback()', callback(), []],
  ])('%s takes exactly what it says', (_name, type, taken) => {
    // Object.keys loses the type of the keys.
    const names = Object.keys(values) as Value[];

    const accepted = names.filter((name) => type.safeParse(values[name]).success);

    expect(accepted).toEqual(names.filter((name) => taken.includes(name)));
  });

  it('passes functions and instances on by identity', () => {
    const clock = new VirtualClock();

    expect(callback().parse(read)).toBe(read);
    expect(clockOption().parse(clock)).toBe(clock);
    expect(clockOption().parse(systemClock)).toBe(systemClock);
  });

  it('is the system clock itself by default, not a copy of it', () => {
    expect(clockOrSystem().parse(undefined)).toBe(systemClock);
  });

  it.each([{}, { now: 0, wallTime: 0 }, Date, null, 'clock'])('refuses %o as a clock', (value) => {
    const result = () => readOptions('Widget', z.strictObject({ clock: clockOption() }), { clock: value });

    expect(result).toThrow(/clock must be a Clock \(now, wallTime and setTimeout\)/);
  });

  it('lists the words of a choice in its message', () => {
    const choice = z.strictObject({ mode: oneOf('a', 'b') });

    expect(() => readOptions('Widget', choice, { mode: 'c' })).toThrow("Widget: mode must be one of 'a', 'b', got 'c'");
  });

  it('uses the text of a claim of one’s own', () => {
    const even = claim<number>('an even number', (value) => Number(value) % 2 === 0);

    expect(() => readOptions('Widget', z.strictObject({ even }), { even: 3 })).toThrow(
      'even must be an even number, got 3',
    );
  });

  it('finds methods on prototypes, and none on primitives', () => {
    expect(hasMethods(new VirtualClock(), 'now', 'advance')).toBe(true);
    expect(hasMethods({ now: 5 }, 'now')).toBe(false);
    expect(hasMethods('text', 'slice')).toBe(false);
    expect(hasMethods(null, 'now')).toBe(false);
  });
});
