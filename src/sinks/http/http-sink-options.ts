import * as z from 'zod/mini';
import type { SendContext } from '../../batch/index.js';
import type { Clock } from '../../core/clock.js';
import { callback, claim, clockOrSystem, flag, oneOf, readOptions } from '../../core/options.js';
import { requireSecret } from '../row/secret.js';

/** The function `fetch`, or one like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of {@link httpSink}. */
export interface HttpSinkOptions<T> {
  /** Where batches go. */
  readonly url: string | URL;
  /**
   * Method of the request.
   * @default 'POST'
   */
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /** Headers besides; those given here come before the sink's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Writes a batch as a body.
   * @default a JSON array; a row that JSON cannot hold is refused
   */
  readonly body?: (batch: readonly T[], context: Partial<SendContext>) => string | Uint8Array<ArrayBuffer>;
  /**
   * Reads the rows that the server refused from the body of a success. Without it a success means all rows.
   */
  readonly readRejected?: (body: string, batch: readonly T[]) => readonly { index: number; error: unknown }[];
  /**
   * How the body is sent.
   * @default 'none'
   */
  readonly compress?: 'none' | 'gzip';
  /**
   * Whether the server takes a request with the `Idempotency-Key` of an earlier one for that one; each set of rows has
   * one key for ever.
   * @default false
   */
  readonly isIdempotent?: boolean;
  /** The function that sends. Default Node's `fetch`. */
  readonly fetch?: Fetch;
  /** Time of the pauses that a server asks for. Default the system clock. */
  readonly ioClock?: Clock;
}

const HTTP_URL = 'an http or https URL without a password';
const HEADERS = 'an object of texts without line ends, under names of HTTP';
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// From 20 to 7e and from 80 to ff, and the tab.
const HEADER_VALUE = /^[\t -~\u0080-\u00FF]*$/;

/** The options with their defaults. */
export type HttpSinkSettings<T> = ReturnType<typeof readHttpSinkOptions<T>>;

/** Checks the options and applies the defaults. */
export function readHttpSinkOptions<T>(options: HttpSinkOptions<T>) {
  const schema = z.strictObject({
    url: claim<string | URL>(HTTP_URL, () => true),
    method: z._default(oneOf('POST', 'PUT', 'PATCH'), 'POST'),
    headers: z._default(
      claim<Readonly<Record<string, string>>>(HEADERS, () => true),
      {},
    ),
    body: z.optional(callback<NonNullable<HttpSinkOptions<T>['body']>>()),
    readRejected: z.optional(callback<NonNullable<HttpSinkOptions<T>['readRejected']>>()),
    compress: z._default(oneOf('none', 'gzip'), 'none'),
    isIdempotent: z._default(flag(), false),
    fetch: z._default(callback<Fetch>(), () => (url: string, init: RequestInit) => fetch(url, init)),
    ioClock: clockOrSystem(),
  });
  const settings = readOptions('httpSink', schema, options);
  // Of these no error shows the value.
  requireSecret(isHttpUrl(settings.url), 'httpSink', 'url', HTTP_URL);
  requireSecret(areHeaders(settings.headers), 'httpSink', 'headers', HEADERS);
  return settings;
}

/** Names as HTTP has them, and values without line ends: `fetch` would refuse others, and show them. */
function areHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([name, text]: [string, unknown]) => HEADER_NAME.test(name) && typeof text === 'string' && HEADER_VALUE.test(text),
  );
}

/** `fetch` refuses names and passwords in URLs. */
function isHttpUrl(value: unknown): boolean {
  if (!(value instanceof URL) && typeof value !== 'string') return false;
  if (!URL.canParse(String(value))) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
