import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../row/well-formed.js';

/** Makes the text that Postgres reads a value from. Called only with values that are not null. */
export type ToText = (value: unknown) => string;

/** What a type takes, and how it is written. */
interface Kind {
  readonly expected: string;
  /** The text, or undefined for a value that does not fit. */
  readonly write: (value: unknown) => string | undefined;
}

const WHOLE = 'a whole number';

const KINDS: Readonly<Record<string, Kind>> = {
  int2: { expected: `${WHOLE} of 16 bits`, write: wholeText(15) },
  int4: { expected: `${WHOLE} of 32 bits`, write: wholeText(31) },
  int8: { expected: `a bigint or safe ${WHOLE} of 64 bits`, write: wholeText(63) },
  float4: { expected: 'a number', write: numberText },
  float8: { expected: 'a number', write: numberText },
  numeric: {
    expected: 'a number, a bigint or a decimal number as text',
    write: (value) =>
      typeof value === 'string' && DECIMAL.test(value) ? value : (numberText(value) ?? bigText(value)),
  },
  bool: { expected: 'true or false', write: (value) => (typeof value === 'boolean' ? String(value) : undefined) },
  text: { expected: 'a string without lone surrogates and NUL', write: plainText },
  timestamptz: { expected: 'epoch milliseconds or a Date, in the years 1 to 9999', write: timeText },
  json: { expected: 'a value that JSON can hold', write: jsonText },
  bytea: {
    expected: 'a Uint8Array',
    write: (value) =>
      value instanceof Uint8Array
        ? `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
        : undefined,
  },
};

/** Types that are written as others are. */
const ALIASES: Readonly<Record<string, string>> = {
  varchar: 'text',
  bpchar: 'text',
  timestamp: 'timestamptz',
  jsonb: 'json',
};

/** Any type we have no rule for: Postgres reads the text, and refuses what it cannot. */
const OTHER: Kind = {
  expected: 'a string, number, bigint or boolean',
  write: (value) => plainText(value) ?? numberText(value) ?? bigText(value) ?? KINDS['bool']?.write(value),
};

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,4})?$/i;

/** Makes the function that gives a value's text, or undefined for one that does not fit. It may throw as well. */
export function textOf(type: string): Kind['write'] {
  return kindOf(type).write;
}

/** Makes the writer of a column's values. It throws ArgumentError for a value that does not fit. */
export function toTextOf(column: string, type: string): ToText {
  const { expected, write } = kindOf(type);
  return (value) => {
    const text = write(value);
    if (text !== undefined) return text;
    throw new ArgumentError(`column ${show(column)} (${type}) takes ${expected} or null, got ${show(value)}`);
  };
}

function kindOf(type: string): Kind {
  const name = ALIASES[type] ?? type;
  return (Object.hasOwn(KINDS, name) ? KINDS[name] : undefined) ?? OTHER;
}

/** The shortest text that reads back as the same double. */
export function numberText(value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined;
  return value === 0 && Object.is(value, -0) ? '-0' : String(value);
}

function bigText(value: unknown): string | undefined {
  return typeof value === 'bigint' ? String(value) : undefined;
}

function wholeText(bits: number): Kind['write'] {
  const [first, end] = [-(2 ** bits), 2 ** bits];
  const [firstBig, endBig] = [BigInt(first), BigInt(end)];
  return (value) => {
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) && value >= first && value < end ? String(value) : undefined;
    }
    return typeof value === 'bigint' && value >= firstBig && value < endBig ? String(value) : undefined;
  };
}

function plainText(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('\0') && isWellFormed(value) ? value : undefined;
}

/** First millisecond of the year 1. */
export const EARLIEST = -62_135_596_800_000;
/** First millisecond of the year 10 000. */
export const LATEST = 253_402_300_800_000;

/** Fractions of a millisecond are kept to the microsecond. */
function timeText(value: unknown): string | undefined {
  const time = value instanceof Date ? value.getTime() : value;
  if (typeof time !== 'number' || !(time >= EARLIEST && time < LATEST)) return undefined;
  const whole = Math.floor(time);
  const micros = Math.round((time - whole) * 1_000);
  if (micros === 0) return new Date(whole).toISOString();
  if (micros === 1_000) return timeText(whole + 1);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** As `JSON.stringify` would, but what it would silently turn into null is refused. */
function jsonText(value: unknown): string | undefined {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) throw new ArgumentError(`JSON cannot hold ${part}`);
    if (typeof part === 'string') return part.replaceAll('\0', '\uFFFD') === part ? part : refuse(part);
    return part;
  }) as string | undefined; // of a function there is no JSON
  return text;
}

function refuse(part: string): never {
  throw new ArgumentError(`Postgres's JSON cannot hold a NUL character, got ${show(part)}`);
}
