import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ClosedError } from '../../core/errors.js';
import { registerClosable } from '../../core/life-cycle.js';
import { jsonLine } from '../row/json-line.js';
import { Pause } from '../row/pause.js';
import { type SortedOut, sortOut } from '../row/sort-out.js';
import { type HttpSinkOptions, type HttpSinkSettings, readHttpSinkOptions } from './http-sink-options.js';
import { HttpStatusError } from './http-status-error.js';
import { retryAfter } from './retry-after.js';

/** Counters of an {@link HttpSink}. */
export interface HttpSinkStats {
  /** Requests sent. */
  readonly requests: number;
  /** Rows that the server took. */
  readonly rows: number;
  /** Rows refused and reported. */
  readonly rejected: number;
  /** Requests that failed or were refused. */
  readonly failures: number;
  /** Times the server asked to wait. */
  readonly pauses: number;
}

/** A sink that sends batches to an HTTP server. */
export interface HttpSink<T> extends SinkObject<T> {
  /** With `readRejected`: only a body can tell. */
  readonly reportsRows: boolean;
  /** As the option says. */
  readonly isIdempotent: boolean;
  /**
   * Sends rows in one request. Rejects with HttpStatusError, ClosedError after `close`, else with what `fetch` fails with.
   */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Waits for the requests under way. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): HttpSinkStats;
}

const compressed = promisify(gzip);

/** Characters of an answer that an error shows. */
const LONGEST_REASON = 200;

/**
 * Makes a sink that sends each batch in one HTTP request.
 *
 * Any status from 200 to 299 means that the rows are stored; a redirection does not, since the rows would not go along.
 * 400, 409, 413, 415 and 422 are the rows' fault, and the writer splits the batch; after all others it waits. `Retry-After`
 * is obeyed: no request leaves before that time. Each request has the batch's identity as `Idempotency-Key`.
 *
 * Cost: one request per batch; connections are kept by `fetch`.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = httpSink({ url: 'https://collector.example/rows', compress: 'gzip' });
 * const writer = new BatchWriter({ sink });
 */
export function httpSink<T extends object>(options: HttpSinkOptions<T>): HttpSink<T> {
  return new HttpRequestSink<T>(options);
}

class HttpRequestSink<T extends object> implements HttpSink<T> {
  readonly reportsRows: boolean;
  readonly isIdempotent: boolean;
  readonly #settings: HttpSinkSettings<T>;
  readonly #url: string;
  readonly #pause: Pause;
  readonly #running = new Set<Promise<unknown>>();
  readonly #stats = { requests: 0, rows: 0, rejected: 0, failures: 0, pauses: 0 };
  #isClosed = false;

  constructor(options: HttpSinkOptions<T>) {
    this.#settings = readHttpSinkOptions(options);
    const { readRejected, isIdempotent, ioClock, url } = this.#settings;
    this.reportsRows = readRejected !== undefined;
    this.isIdempotent = isIdempotent;
    this.#url = String(url);
    this.#pause = new Pause(ioClock);
    registerClosable('store', this);
  }

  write(batch: readonly T[], context: Partial<SendContext> = {}): Promise<SinkReport> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the HTTP sink is closed'));
    if (batch.length === 0) return Promise.resolve({ rejected: [] });
    const running = this.#write(batch, context);
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
  }

  stats(): HttpSinkStats {
    return { ...this.#stats };
  }

  async #write(batch: readonly T[], context: Partial<SendContext>): Promise<SinkReport> {
    const { body, taken, positions, rejected } = this.#bodyOf(batch, context);
    const refused = taken.length === 0 ? [] : await this.#send(body, taken, context);
    for (const { index, error } of refused) rejected.push({ index: positions[index] ?? index, error });
    this.#stats.rejected += rejected.length;
    this.#stats.rows += batch.length - rejected.length;
    return { rejected };
  }

  #bodyOf(
    batch: readonly T[],
    context: Partial<SendContext>,
  ): SortedOut<T> & { readonly body: string | Uint8Array<ArrayBuffer> } {
    const { body } = this.#settings;
    if (body !== undefined) return { body: body(batch, context), ...sortOut(batch, (row) => row) };
    const lines: string[] = [];
    const sorted = sortOut(batch, (row) => {
      lines.push(jsonLine(row));
      return row;
    });
    return { body: `[${lines.join(',')}]`, ...sorted };
  }

  async #send(
    body: string | Uint8Array<ArrayBuffer>,
    rows: readonly T[],
    context: Partial<SendContext>,
  ): Promise<readonly RejectedRow[]> {
    const { signal } = context;
    const bytes = this.#settings.compress === 'gzip' ? Uint8Array.from(await compressed(body)) : body;
    await this.#pause.over(signal);
    this.#stats.requests++;
    try {
      const response = await this.#settings.fetch(this.#url, this.#request(bytes, context));
      // Read to the end in any case: only then is the connection free for the next request.
      const text = await response.text();
      if (!response.ok) throw this.#refusal(response, text);
      return this.#settings.readRejected?.(text, rows) ?? [];
    } catch (error) {
      this.#stats.failures++;
      throw error;
    }
  }

  #request(body: string | Uint8Array<ArrayBuffer>, { signal, batchId }: Partial<SendContext>): RequestInit {
    const { method, headers, compress, body: write } = this.#settings;
    return {
      method,
      body,
      headers: {
        ...(write === undefined ? { 'content-type': 'application/json' } : {}),
        ...(compress === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
        ...(batchId === undefined ? {} : { 'idempotency-key': batchId }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      },
      // A POST that is redirected becomes a GET without rows, whose answer would look like a success.
      redirect: 'manual',
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #refusal(response: Response, text: string): HttpStatusError {
    const { status, headers } = response;
    const wait = retryAfter(headers.get('retry-after'), this.#settings.ioClock.wallTime());
    if (wait !== undefined) {
      this.#stats.pauses++;
      this.#pause.hold(wait);
    }
    // Without the query, which may hold a secret.
    const { origin, pathname } = new URL(this.#url);
    const reason = text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text;
    return new HttpStatusError(`${origin}${pathname} answered with status ${status}: ${reason}`, status, wait);
  }
}
