import * as z from 'zod/mini';
import type { Clock } from './clock.js';
import { ConfigError } from './errors.js';
import { show } from './show.js';
import { systemClock } from './system-clock.js';

/** Most slots any buffer of this package can have. */
export const MAX_CAPACITY = 2 ** 24;

/**
 * Checks an options object once, at construction, and returns it with its defaults.
 *
 * Values are checked by the claims below, whose texts complete the sentence "… must be". An option
 * that is `undefined` counts as absent.
 * @throws ConfigError that names the option, what was expected and what came.
 */
export function readOptions<Schema extends z.ZodMiniType>(
  owner: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigError(issue === undefined ? `${owner}: invalid options` : explain(owner, schema, issue, value));
}

/** A value for which `isValid` holds. `expected` completes "must be …". */
export function claim<T>(expected: string, isValid: (value: unknown) => boolean): z.ZodMiniType<T, T> {
  return z.custom<T>(isValid, expected);
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number, number> {
  const upper = max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`;
  return claim(
    `a whole number from ${min} ${upper}`,
    (value) => Number.isSafeInteger(value) && isWithin(value, min, max),
  );
}

/** A number of milliseconds, 0 or more, fractions allowed. */
export function duration({ min = 0, allowInfinity = false } = {}): z.ZodMiniType<number, number> {
  const infinity = allowInfinity ? ', or Infinity' : '';
  return claim(`a number of milliseconds from ${min} up${infinity}`, (value) =>
    isWithin(value, min, allowInfinity ? Infinity : Number.MAX_VALUE),
  );
}

/** A number from `min` to `max`, fractions allowed. */
export function numberWithin(min: number, max: number): z.ZodMiniType<number, number> {
  return claim(`a number from ${min} to ${max}`, (value) => isWithin(value, min, max));
}

/** A string of at least one character. */
export function text(): z.ZodMiniType<string, string> {
  return claim('a text of at least one character', (value) => typeof value === 'string' && value.length > 0);
}

/** `true` or `false`. */
export function flag(): z.ZodMiniType<boolean, boolean> {
  return claim('true or false', (value) => typeof value === 'boolean');
}

/** One of several words. */
export function oneOf<const Words extends readonly string[]>(
  ...words: Words
): z.ZodMiniType<Words[number], Words[number]> {
  return claim(`one of ${words.map((word) => `'${word}'`).join(', ')}`, (value) => words.includes(value as string));
}

/** A function. `T` is its type, which cannot be checked at run time. */
export function callback<T>(): z.ZodMiniType<T, T> {
  return claim('a function', (value) => typeof value === 'function');
}

/** An object with the methods of a {@link Clock}. */
export function clockOption(): z.ZodMiniType<Clock, Clock> {
  return claim('a Clock (now, wallTime and setTimeout)', (value) => hasMethods(value, 'now', 'wallTime', 'setTimeout'));
}

/** A {@link Clock}, the system clock by default: itself, as a function, since zod hands out copies of plain objects. */
export function clockOrSystem(): z.ZodMiniDefault<z.ZodMiniType<Clock, Clock>> {
  return z._default(clockOption(), () => systemClock);
}

/** Whether a value is an object with functions of these names. */
export function hasMethods(value: unknown, ...names: string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function explain(owner: string, schema: z.ZodMiniType, issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map(show).join(', ');
    if (issue.path.length > 0) return `${owner}: unknown option ${names} in ${issue.path.join('.')}`;
    const known = schema instanceof z.ZodMiniObject ? Object.keys(schema.shape).join(', ') : '';
    return `${owner}: unknown option ${names}; known are ${known}`;
  }
  const { path, expected } = expectation(issue);
  const name = path.length === 0 ? 'options' : path.join('.');
  return `${owner}: ${name} must be ${expected}, got ${show(at(value, path))}`;
}

/** What was expected where. Of several forms that an option may have, the one that came nearest, or all of them. */
function expectation(issue: z.core.$ZodIssue): { path: PropertyKey[]; expected: string } {
  const { path } = issue;
  if (issue.code === 'invalid_type') return { path, expected: `an ${issue.expected}` };
  if (issue.code !== 'invalid_union') return { path, expected: issue.message };
  const forms = issue.errors.flatMap((form) => form.slice(0, 1).map(expectation));
  const within = forms.find((form) => form.path.length > 0);
  if (within !== undefined) return { path: [...path, ...within.path], expected: within.expected };
  return { path, expected: forms.map((form) => form.expected).join(', or ') };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path)
    current = current === null || typeof current !== 'object' ? undefined : Reflect.get(current, key);
  return current;
}
