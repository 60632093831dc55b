/** Headers of an answer: those of `fetch`, or an object with names in lower case. */
export type AnswerHeaders =
  | {
      /** The value of a header, whatever the case of its name. */
      get(name: string): string | null;
    }
  | Readonly<Record<string, string | readonly string[] | number | undefined>>;

/**
 * What an answer, or the error it became, may say about the venue's limits. Any object with some of these is
 * understood: a `fetch` Response, an axios error (through its `response`), or one made by the task.
 */
export interface Feedback {
  /** HTTP status; 429 and 418 say that the request was refused for its rate. */
  readonly status?: number;
  /** Headers: `retry-after`, `x-mbx-used-weight-…`, `x-bapi-limit…`. */
  readonly headers?: AnswerHeaders;
  /** Milliseconds until the next request is welcome; goes before `retry-after`. */
  readonly pauseFor?: number;
  /** Weight used in the venue's present window; goes before the headers. */
  readonly used?: number;
}

/** An answer as the scheduler understands it. */
export interface Reading {
  /** Whether the request was refused for its rate. */
  readonly isThrottled: boolean;
  /** Milliseconds to wait; undefined when the answer does not say. */
  readonly pauseFor: number | undefined;
  /** Weight used in the venue's window. */
  readonly used: number | undefined;
  /** The object that was understood, for a rate limiter to observe. */
  readonly source: Feedback;
}

/** Bybit's code for too many requests, in an answer of status 200. */
const BYBIT_TOO_MANY = 10_006;

/**
 * Reads what an answer or an error says about rate limits; undefined when it says nothing.
 *
 * `wallTime` is read only for a `Retry-After` that is a date.
 */
export function readFeedback(answer: unknown, wallTime: () => number): Reading | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  try {
    return read(answer, wallTime);
  } catch {
    // A getter of somebody's object threw; then it says nothing.
    return undefined;
  }
}

function read(answer: object, wallTime: () => number): Reading | undefined {
  const source = feedbackIn(answer);
  if (source === undefined) return undefined;
  const { status, headers, pauseFor, used } = source;
  const isThrottled = status === 429 || status === 418 || ('retCode' in answer && answer.retCode === BYBIT_TOO_MANY);
  return {
    isThrottled,
    pauseFor: isTime(pauseFor) ? pauseFor : (retryAfter(headers, wallTime) ?? bybitReset(headers, wallTime)),
    used: isTime(used) ? used : usedWeight(headers),
    source,
  };
}

function feedbackIn(answer: object): Feedback | undefined {
  if (hasFeedback(answer)) return withStatus(answer);
  const response: unknown = Reflect.get(answer, 'response');
  if (typeof response === 'object' && response !== null && hasFeedback(response)) return withStatus(response);
  return undefined;
}

function hasFeedback(value: object): boolean {
  return (
    typeof Reflect.get(value, 'status') === 'number' ||
    typeof Reflect.get(value, 'statusCode') === 'number' ||
    Reflect.get(value, 'retCode') === BYBIT_TOO_MANY ||
    isTime(Reflect.get(value, 'pauseFor')) ||
    isTime(Reflect.get(value, 'used'))
  );
}

/** A copy with the four known properties: node:http, undici and got call the status `statusCode`. */
function withStatus(value: object): Feedback {
  const status: unknown = Reflect.get(value, 'status') ?? Reflect.get(value, 'statusCode');
  const headers: unknown = Reflect.get(value, 'headers');
  const pauseFor: unknown = Reflect.get(value, 'pauseFor');
  const used: unknown = Reflect.get(value, 'used');
  return {
    ...(typeof status === 'number' && { status }),
    // Either kind of headers is read with care below.
    ...(typeof headers === 'object' && headers !== null && { headers: headers as AnswerHeaders }),
    ...(isTime(pauseFor) && { pauseFor }),
    ...(isTime(used) && { used }),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function header(headers: AnswerHeaders | undefined, name: string): string | undefined {
  if (headers === undefined) return undefined;
  const value: unknown = isGettable(headers) ? headers.get(name) : Reflect.get(headers, name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined;
}

function isGettable(headers: AnswerHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return isTime(value) ? value : undefined;
}

function retryAfter(headers: AnswerHeaders | undefined, wallTime: () => number): number | undefined {
  const text = header(headers, 'retry-after');
  const seconds = numberIn(text);
  // A number too large to be one of milliseconds would stop everything for ever.
  if (seconds !== undefined) return isTime(seconds * 1_000) ? seconds * 1_000 : undefined;
  // A negative number would be read as a date as well.
  const date = text === undefined || !Number.isNaN(Number(text)) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallTime());
}

function bybitReset(headers: AnswerHeaders | undefined, wallTime: () => number): number | undefined {
  const reset = numberIn(header(headers, 'x-bapi-limit-reset-timestamp'));
  return reset === undefined ? undefined : Math.max(0, reset - wallTime());
}

function usedWeight(headers: AnswerHeaders | undefined): number | undefined {
  const weight = numberIn(header(headers, 'x-mbx-used-weight-1m') ?? header(headers, 'x-mbx-used-weight'));
  if (weight !== undefined) return weight;
  const limit = numberIn(header(headers, 'x-bapi-limit'));
  const left = numberIn(header(headers, 'x-bapi-limit-status'));
  return limit === undefined || left === undefined ? undefined : Math.max(0, limit - left);
}
