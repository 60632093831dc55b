import * as z from 'zod/mini';
import type { SendContext } from '../../batch/index.js';
import type { Clock } from '../../core/clock.js';
import { callback, claim, clockOption, flag, oneOf, readOptions } from '../../core/options.js';
import { systemClock } from '../../core/system-clock.js';

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

/** The options with their defaults. */
export type HttpSinkSettings<T> = ReturnType<typeof readHttpSinkOptions<T>>;

/** Checks the options and applies the defaults. */
export function readHttpSinkOptions<T>(options: HttpSinkOptions<T>) {
  const schema = z.strictObject({
    url: claim<string | URL>('an http or https URL without a password', isHttpUrl),
    method: z._default(oneOf('POST', 'PUT', 'PATCH'), 'POST'),
    headers: z._default(
      claim<Readonly<Record<string, string>>>(
        'an object of texts',
        (value) =>
          typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string'),
      ),
      {},
    ),
    body: z.optional(callback<NonNullable<HttpSinkOptions<T>['body']>>()),
    readRejected: z.optional(callback<NonNullable<HttpSinkOptions<T>['readRejected']>>()),
    compress: z._default(oneOf('none', 'gzip'), 'none'),
    isIdempotent: z._default(flag(), false),
    fetch: z._default(callback<Fetch>(), () => (url: string, init: RequestInit) => fetch(url, init)),
    ioClock: z._default(clockOption(), systemClock),
  });
  return readOptions('httpSink', schema, options);
}

/** `fetch` refuses names and passwords in URLs. */
function isHttpUrl(value: unknown): boolean {
  if (!(value instanceof URL) && typeof value !== 'string') return false;
  if (!URL.canParse(String(value))) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
