import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.js';
import { callback, claim, clockOrSystem, duration, readOptions, wholeNumber } from '../../core/options.js';
import { requireSecret } from '../row/secret.js';

/** Options of {@link telegramSink}. */
export interface TelegramSinkOptions<T> {
  /** The bot's token. It appears in no error. */
  readonly token: string;
  /** Where an alert goes: a chat's number or `@name`, for all or per alert. */
  readonly chat: string | number | ((alert: T) => string | number);
  /** Text of an alert. It is sent as it is, without formatting; one over 4 096 characters takes several messages. */
  readonly text: (alert: T) => string;
  /** Type of an alert: only alerts of one type share a message. Without it all are of one type. */
  readonly type?: (alert: T) => string;
  /**
   * Key of an alert: of those that wait, the newest of a key takes the place of the older ones. undefined for none.
   * An urgent alert overtakes the waiting ones of its key and leaves them where they are.
   */
  readonly key?: (alert: T) => string | undefined;
  /** Whether an alert goes out at once. */
  readonly isUrgent?: (alert: T) => boolean;
  /**
   * Longest time an alert that is not urgent waits for others, in milliseconds. Works through `batching`.
   * @default 30_000
   */
  readonly window?: number;
  /**
   * Most alerts in a message.
   * @default 5
   */
  readonly maxEvents?: number;
  /**
   * Where the Bot API is.
   * @default 'https://api.telegram.org'
   */
  readonly url?: string;
  /** The function that sends. Default Node's `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Time of the limits and pauses. Default the system clock. */
  readonly ioClock?: Clock;
}

/** Options for the `BatchWriter` before the sink, which make window, urgency and keys work. */
export interface AlertBatching<T> {
  /** The window. */
  readonly maxDelay: number;
  /** Most alerts that are handed over at a time. */
  readonly maxItems: number;
  /** Alerts that do not wait. */
  readonly urgent: (alert: T) => boolean;
  /** Urgent alerts have a lane of their own, which no slow chat holds up. */
  readonly partition: (alert: T) => string;
  /** A send per lane. */
  readonly concurrency: number;
  /** The newest alert of a key replaces the one that waits, unless it is urgent. */
  readonly key: (alert: T) => unknown;
  /** Longest time of a send: messages of a batch leave at Telegram's pace. */
  readonly timeout: number;
}

const TOKEN = 'a bot token, such as 123456:ABC-DEF';

/** The options with their defaults. */
export type TelegramSinkSettings<T> = ReturnType<typeof readTelegramSinkOptions<T>>;

/** Checks the options and applies the defaults. */
export function readTelegramSinkOptions<T>(options: TelegramSinkOptions<T>) {
  const schema = z.strictObject({
    token: claim<string>(TOKEN, () => true),
    chat: claim<TelegramSinkOptions<T>['chat']>(
      "a chat's number, @name, or a function",
      (value) => typeof value === 'function' || isChat(value),
    ),
    text: callback<(alert: T) => string>(),
    type: z._default(callback<(alert: T) => string>(), () => () => ''),
    key: z._default(callback<(alert: T) => string | undefined>(), () => () => undefined),
    isUrgent: z._default(callback<(alert: T) => boolean>(), () => () => false),
    window: z._default(duration(), 30_000),
    maxEvents: z._default(wholeNumber(1), 5),
    url: z._default(
      claim<string>(
        'an http or https URL',
        (value) => typeof value === 'string' && /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
      ),
      'https://api.telegram.org',
    ),
    fetch: z._default(
      callback<NonNullable<TelegramSinkOptions<T>['fetch']>>(),
      () => (url: string, init: RequestInit) => fetch(url, init),
    ),
    ioClock: clockOrSystem(),
  });
  const settings = readOptions('telegramSink', schema, options);
  const { token } = settings;
  requireSecret(typeof token === 'string' && /^\d+:[\w-]+$/.test(token), 'telegramSink', 'token', TOKEN);
  return settings;
}

/** Whether a value names a chat. */
export function isChat(value: unknown): value is string | number {
  return Number.isSafeInteger(value) || (typeof value === 'string' && /^(-?\d+|@\w{4,})$/.test(value));
}
