import type { WindowCounts } from './rate-limiter-options.js';

/**
 * Headers of an answer: a `Headers`, a Map, anything with `get`, or an object as Node's and undici's. Names in any case,
 * but in lower case where `get` has to tell them apart.
 */
export type ObservedHeaders =
  | {
      /** The value of a header, whatever the case of its name. */
      get(name: string): string | null | undefined;
    }
  | {
      /** Calls a function with each header. */
      forEach(callback: (value: string, name: string) => void): void;
    }
  | Readonly<Record<string, string | readonly string[] | number | undefined>>;

/** What a venue says of one of its windows. */
export interface HeaderUse {
  /** Weight, or the number of orders. */
  readonly counts: WindowCounts;
  /** In milliseconds. */
  readonly interval: number;
  /** What counts in that window. */
  readonly used: number;
}

/** What a venue says of the endpoint that was asked. */
export interface EndpointUse {
  /** Requests per window. */
  limit: number | undefined;
  /** Requests left in it. */
  remaining: number | undefined;
  /** Epoch time in milliseconds when the window is over, if `remaining` is 0. */
  reset: number | undefined;
}

/** What the headers of an answer say about limits. */
export interface HeaderFacts {
  /** Milliseconds to wait. */
  retryAfter: number | undefined;
  /** Epoch time in milliseconds until which to wait. */
  retryAt: number | undefined;
  /** The venue's time in whole seconds, as epoch milliseconds. */
  date: number | undefined;
  /** Counts of windows. */
  readonly uses: HeaderUse[];
  /** What is said of the endpoint. */
  readonly endpoint: EndpointUse;
  /** Headers of a known name whose value could not be read. */
  unreadable: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Binance: `X-MBX-USED-WEIGHT-1M`, `X-MBX-ORDER-COUNT-10S`. */
const USE_HEADER = /^x-mbx-(used-weight|order-count)-(\d{1,4})([smhd])$/;

/** `Sun, 06 Nov 1994 08:49:37 GMT`. Not left to `Date.parse` alone, which takes "banana 1" for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What is asked for where headers cannot be listed. */
const KNOWN = [
  'retry-after',
  'date',
  'x-bapi-limit',
  'x-bapi-limit-status',
  'x-bapi-limit-reset-timestamp',
  ...['1s', '10s', '1m', '5m', '1h', '1d'].flatMap((interval) => [
    `x-mbx-used-weight-${interval}`,
    `x-mbx-order-count-${interval}`,
  ]),
];

/** Reads what is known: `Retry-After`, `Date`, and the counts of Binance and Bybit. All else is left alone. */
export function readHeaders(headers: ObservedHeaders): HeaderFacts {
  const facts: HeaderFacts = {
    retryAfter: undefined,
    retryAt: undefined,
    date: undefined,
    uses: [],
    endpoint: { limit: undefined, remaining: undefined, reset: undefined },
    unreadable: 0,
  };
  // What is called so may be a header, and no method.
  const forEach: unknown = Reflect.get(headers, 'forEach');
  const get: unknown = Reflect.get(headers, 'get');
  if (typeof forEach === 'function') {
    forEach.call(headers, (value: unknown, name: unknown) => readHeader(facts, name, value));
  } else if (typeof get === 'function') {
    for (const name of KNOWN) readHeader(facts, name, get.call(headers, name));
  } else {
    for (const [name, value] of Object.entries(headers)) readHeader(facts, name, value);
  }
  return facts;
}

function readHeader(facts: HeaderFacts, name: unknown, value: unknown): void {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof name !== 'string' || (typeof first !== 'string' && typeof first !== 'number')) return;
  if (!readKnown(facts, name.toLowerCase(), String(first).trim())) facts.unreadable++;
}

/** False when the header is known and its value is not. */
function readKnown(facts: HeaderFacts, name: string, value: string): boolean {
  switch (name) {
    case 'retry-after':
      return readRetryAfter(facts, value);
    case 'date':
      return (facts.date = readDate(value)) !== undefined;
    case 'x-bapi-limit':
      return (facts.endpoint.limit = readNumber(value)) !== undefined;
    case 'x-bapi-limit-status':
      return (facts.endpoint.remaining = readNumber(value)) !== undefined;
    case 'x-bapi-limit-reset-timestamp':
      return (facts.endpoint.reset = readNumber(value)) !== undefined;
    default:
      return readUse(facts, name, value);
  }
}

function readRetryAfter(facts: HeaderFacts, value: string): boolean {
  const seconds = readNumber(value);
  if (seconds === undefined) return (facts.retryAt = readDate(value)) !== undefined;
  facts.retryAfter = seconds * 1_000;
  return true;
}

function readUse(facts: HeaderFacts, name: string, value: string): boolean {
  const [, kind, count, unit = ''] = USE_HEADER.exec(name) ?? [];
  const interval = Number(count) * (UNITS[unit] ?? 0);
  if (kind === undefined || interval === 0) return true;
  const used = readNumber(value);
  if (used === undefined) return false;
  facts.uses.push({ counts: kind === 'used-weight' ? 'weight' : 'requests', interval, used });
  return true;
}

function readNumber(text: string): number | undefined {
  return /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

function readDate(text: string): number | undefined {
  const time = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
