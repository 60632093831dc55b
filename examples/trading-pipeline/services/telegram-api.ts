import { RateWindow } from './rate-window.js';
import type { ServiceAnswer } from './service-answer.js';

/** Telegram's documented limits: 30 messages a second in all, 1 a second in a chat, 20 a minute in a group. */
const SECOND = 1_000;
const MINUTE = 60_000;
const OVERALL_LIMIT = 30;
const CHAT_LIMIT = 1;
const GROUP_LIMIT = 20;
/** Most characters of a message, in UTF-16 units. */
const LONGEST_TEXT = 4_096;

/** Assumed market time of a `sendMessage`, in milliseconds. */
const LATENCY = 80;

/** A message that was taken. */
export interface SentMessage {
  /** Market time, epoch milliseconds. */
  readonly at: number;
  readonly chat: string;
  readonly text: string;
}

/** Answers like the Telegram Bot API: `POST /bot<token>/sendMessage` with `chat_id` and `text`. */
export class TelegramApi {
  readonly #overall = new RateWindow(OVERALL_LIMIT, SECOND);
  readonly #chats = new Map<string, readonly RateWindow[]>();
  readonly #sent: SentMessage[] = [];
  #refused = 0;

  /** Messages taken, oldest first. */
  get sent(): readonly SentMessage[] {
    return this.#sent;
  }

  /** Messages refused because a limit was reached. */
  get refused(): number {
    return this.#refused;
  }

  /** Answers a request's JSON. */
  answer(request: unknown, at: number): ServiceAnswer {
    const chat: unknown = Reflect.get(Object(request), 'chat_id');
    const text: unknown = Reflect.get(Object(request), 'text');
    if (!isChat(chat)) return refusal(400, 'Bad Request: chat not found');
    if (typeof text !== 'string' || text.trim() === '') return refusal(400, 'Bad Request: message text is empty');
    if (text.length > LONGEST_TEXT) return refusal(400, 'Bad Request: message is too long');
    return this.#take({ at, chat: String(chat), text });
  }

  /** Refuses a request: in `wait` milliseconds there is room again. */
  refuse(wait: number): ServiceAnswer {
    this.#refused += 1;
    const seconds = Math.ceil(wait / SECOND);
    return refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  }

  #take(message: SentMessage): ServiceAnswer {
    const { at, chat, text } = message;
    const windows = [this.#overall, ...this.#windowsOf(chat)];
    const wait = Math.max(...windows.map((window) => window.waitAt(at)));
    if (wait > 0) return this.refuse(wait);
    for (const window of windows) window.take(at);
    const id = this.#sent.push(message);
    const result = { message_id: id, date: Math.floor(at / SECOND), chat: { id: chat }, text };
    return { status: 200, body: { ok: true, result }, latency: LATENCY };
  }

  #windowsOf(chat: string): readonly RateWindow[] {
    let windows = this.#chats.get(chat);
    if (windows === undefined) {
      windows = [new RateWindow(CHAT_LIMIT, SECOND)];
      // Groups have negative numbers, channels names.
      if (/^[-@]/.test(chat)) windows = [...windows, new RateWindow(GROUP_LIMIT, MINUTE)];
      this.#chats.set(chat, windows);
    }
    return windows;
  }
}

function isChat(chat: unknown): chat is string | number {
  return Number.isSafeInteger(chat) || (typeof chat === 'string' && /^(-?\d+|@\w+)$/.test(chat));
}

function refusal(status: number, description: string, parameters?: object): ServiceAnswer {
  const body = { ok: false, error_code: status, description, ...(parameters && { parameters }) };
  return { status, body, latency: LATENCY };
}
