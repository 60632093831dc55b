import { Held } from './held.js';
import { hasToJson, isOrdinary } from './json-rules.js';
import { Length, Names } from './tape.js';

// Hot path, all of it: once for every value.

/**
 * Compares a value with what is on a tape from a position on. Gives the position behind it, or -1 when JSON.stringify
 * could give another text.
 */
export function match(tape: unknown[], at: number, value: unknown): number {
  const recorded = tape[at];
  if (typeof value !== 'object' || value === null)
    return value === recorded || (value !== value && recorded !== recorded) ? at + 1 : -1;
  if (recorded instanceof Names) return hasToJson(value) ? -1 : matchNamed(tape, at + 1, value, recorded.list);
  if (recorded instanceof Length) return hasToJson(value) ? -1 : matchArray(tape, at + 1, value, recorded.length);
  return recorded instanceof Held && recorded.matches(value) ? at + 1 : -1;
}

function matchArray(tape: unknown[], at: number, value: object, length: number): number {
  if (!Array.isArray(value) || value.length !== length) return -1;
  let next = at;
  for (let i = 0; i < length && next >= 0; i++) next = match(tape, next, value[i]);
  return next;
}

function matchNamed(tape: unknown[], at: number, value: object, names: readonly string[]): number {
  if (Array.isArray(value)) return -1;
  if (tape[at] !== value) {
    if (!isOrdinary(value)) return -1;
    tape[at] = value;
  }
  // Any object may be asked for any name.
  const object = value as Readonly<Record<string, unknown>>;
  const prototype: unknown = Object.getPrototypeOf(value);
  // `for in` also gives inherited names: where there can be any, it is the slower way.
  return prototype === Object.prototype || prototype === null
    ? matchPlain(tape, at + 1, object, names)
    : matchOwn(tape, at + 1, object, names);
}

function matchPlain(
  tape: unknown[],
  at: number,
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number {
  let next = at;
  let i = 0;
  for (const name in value) {
    if (name !== names[i++]) return -1;
    const part = value[name];
    // An object is never on the tape where its value is.
    if (part === tape[next]) next++;
    else next = match(tape, next, part);
    if (next < 0) return -1;
  }
  return i === names.length ? next : -1;
}

function matchOwn(
  tape: unknown[],
  at: number,
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number {
  const own = Object.keys(value);
  if (own.length !== names.length) return -1;
  let next = at;
  for (let i = 0; i < own.length && next >= 0; i++) {
    // Within the list.
    const name = own[i] as string;
    next = name === names[i] ? match(tape, next, value[name]) : -1;
  }
  return next;
}
