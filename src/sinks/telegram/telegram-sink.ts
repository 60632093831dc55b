import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ClosedError } from '../../core/errors.js';
import { registerClosable } from '../../core/life-cycle.js';
import { Pause, sleep } from '../row/pause.js';
import { sortOut } from '../row/sort-out.js';
import { chatKey, chatOf, newestOfKeys, readAlert } from './alert.js';
import { composeMessages, type Message } from './message.js';
import { Pacer } from './pacer.js';
import { SentAlerts } from './sent-alerts.js';
import { TelegramError } from './telegram-error.js';
import {
  type AlertBatching,
  readTelegramSinkOptions,
  type TelegramSinkOptions,
  type TelegramSinkSettings,
} from './telegram-sink-options.js';

/** Counters of a {@link TelegramSink}. */
export interface TelegramSinkStats {
  /** Messages that Telegram took. */
  readonly messages: number;
  /** Alerts in them. */
  readonly alerts: number;
  /** Alerts left out because a newer one of their key was in the same batch. */
  readonly superseded: number;
  /** Alerts refused and reported. */
  readonly rejected: number;
  /** Writes that failed. */
  readonly failures: number;
  /** Times Telegram asked to wait. */
  readonly pauses: number;
}

/** A sink that sends alerts to Telegram chats. */
export interface TelegramSink<T> extends SinkObject<T> {
  /** Always: each message is answered by itself. */
  readonly reportsRows: true;
  /** Not when an answer is lost: Telegram has no way to tell that a message came twice. */
  readonly isIdempotent: false;
  /** What the writer before the sink needs, to be spread into its options. */
  readonly batching: AlertBatching<T>;
  /**
   * Sends alerts, and resolves when Telegram has taken the messages; it refused the reported ones.
   *
   * Rejects with TelegramError, with what `fetch` fails with, with ClosedError after `close`. Messages that were sent
   * before are left out when the same alerts come again.
   */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Waits for the messages under way. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): TelegramSinkStats;
}

/** Most alerts of a batch, and the longest time for its messages: 100 alerts to one group are 20 messages, a minute. */
const MOST_ALERTS = 100;
const TIMEOUT = 120_000;

/** Statuses that speak of the message or its chat. All others pass. */
const PERMANENT = new Set([400, 403, 413]);

/**
 * Makes a sink that sends alerts as Telegram messages, several in one.
 *
 * Alerts of one chat and type share a message, up to `maxEvents` and 4 096 characters. Messages keep to
 * Telegram's limits: 30 per second in all, 1 per second and chat, 20 per minute and group. A chat's urgent messages may
 * go ahead of that, up to 3 per second. When Telegram asks for a pause, nothing
 * leaves before its end.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = telegramSink<Signal>({ token, chat: -1001234, text: (signal) => signal.text, type: (signal) => signal.kind });
 * const alerts = new BatchWriter({ sink, ...sink.batching });
 */
export function telegramSink<T>(options: TelegramSinkOptions<T>): TelegramSink<T> {
  return new TelegramMessageSink<T>(options);
}

class TelegramMessageSink<T> implements TelegramSink<T> {
  readonly reportsRows = true;
  readonly isIdempotent = false;
  readonly batching: AlertBatching<T>;
  readonly #settings: TelegramSinkSettings<T>;
  readonly #pacer = new Pacer();
  readonly #pause: Pause;
  readonly #sent = new SentAlerts();
  readonly #running = new Set<Promise<unknown>>();
  readonly #stats = { messages: 0, alerts: 0, superseded: 0, rejected: 0, failures: 0, pauses: 0 };
  #isClosed = false;

  constructor(options: TelegramSinkOptions<T>) {
    this.#settings = readTelegramSinkOptions(options);
    const { window, isUrgent, key, ioClock } = this.#settings;
    this.#pause = new Pause(ioClock);
    this.batching = {
      maxDelay: window,
      maxItems: MOST_ALERTS,
      urgent: isUrgent,
      partition: (alert) => (isUrgent(alert) ? 'urgent' : 'normal'),
      concurrency: 2,
      // An urgent alert replaces none, as a key belongs to one lane, and a key to one chat.
      key: (alert) => (isUrgent(alert) ? undefined : chatKey(chatOf(alert, this.#settings), key(alert))),
      timeout: TIMEOUT,
    };
    registerClosable('store', this);
  }

  write(batch: readonly T[], context: Partial<SendContext> = {}): Promise<SinkReport> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the Telegram sink is closed'));
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

  stats(): TelegramSinkStats {
    return { ...this.#stats };
  }

  async #write(batch: readonly T[], { signal, ids = [] }: Partial<SendContext>): Promise<SinkReport> {
    signal?.throwIfAborted();
    const { taken, rejected } = sortOut(batch, (row, index) => readAlert(row, index, this.#settings));
    const left = taken.filter(({ index }) => !this.#sent.has(ids[index]));
    const { alerts, superseded } = newestOfKeys(left);
    const messages = composeMessages(alerts, this.#settings.maxEvents);
    this.#stats.superseded += superseded.length;
    // When the newer one is sent and the batch comes again, they must not follow it.
    for (const { index } of superseded) this.#sent.add(ids[index]);
    const chats = new Set(messages.map(({ chat }) => chat));
    const sends = [...chats].map((chat) =>
      this.#sendAll(
        messages.filter((message) => message.chat === chat),
        { signal, ids },
      ),
    );
    const outcomes = await Promise.allSettled(sends);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') rejected.push(...outcome.value);
      else this.#fail(outcome.reason);
    }
    this.#sent.forget(ids);
    this.#stats.rejected += rejected.length;
    return { rejected };
  }

  #fail(reason: unknown): never {
    this.#stats.failures++;
    throw reason;
  }

  /** Sends the messages of one chat in order. Returns the alerts it refused. */
  async #sendAll(
    messages: readonly Message[],
    { signal, ids }: { readonly signal: AbortSignal | undefined; readonly ids: readonly string[] },
  ): Promise<RejectedRow[]> {
    const refused: RejectedRow[] = [];
    for (const message of messages) {
      try {
        for (const text of message.texts) await this.#sendOne(message, text, signal);
        this.#stats.alerts += message.alerts.length;
        for (const { index } of message.alerts) this.#sent.add(ids[index]);
      } catch (error) {
        if (!(error instanceof TelegramError) || !PERMANENT.has(error.status)) throw error;
        for (const { index } of message.alerts) refused.push({ index, error });
      }
    }
    return refused;
  }

  /** Sends one message as soon as it may leave, again after every pause. */
  async #sendOne({ chat, isUrgent }: Message, text: string, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const leftAt = await this.#turn(chat, isUrgent, signal);
      const refusal = await this.#post(chat, text, signal);
      if (refusal === undefined) break;
      if (refusal.status !== 429) throw refusal;
      this.#stats.pauses++;
      this.#pacer.takeBack(chat, leftAt);
      this.#pause.hold(refusal.retryAfter);
    }
    this.#stats.messages++;
  }

  /** Resolves with the time when a message may leave, and counts it: of those that wake up together not all may. */
  async #turn(chat: string, isUrgent: boolean, signal: AbortSignal | undefined): Promise<number> {
    const { ioClock } = this.#settings;
    for (;;) {
      signal?.throwIfAborted();
      const now = ioClock.now();
      const delay = Math.max(this.#pause.left, this.#pacer.delay(chat, isUrgent, now));
      if (delay === 0) {
        this.#pacer.note(chat, now);
        return now;
      }
      await sleep(ioClock, delay, signal);
    }
  }

  async #post(chat: string, text: string, signal: AbortSignal | undefined): Promise<TelegramError | undefined> {
    const { url, token, fetch } = this.#settings;
    const response = await fetch(`${url}/bot${token}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: chat, text }),
      redirect: 'error',
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = await readAnswer(response);
    if (response.ok && answer.isOk) return undefined;
    // A proxy may quote the path it does not know.
    const description = answer.description.replaceAll(token, '…');
    return new TelegramError(response.status, description, answer.retryAfter);
  }
}

/** What the Bot API answers. */
interface Answer {
  readonly isOk: boolean;
  readonly description: string;
  /** In milliseconds. */
  readonly retryAfter: number;
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = parse(text);
  const parameters = Object(Reflect.get(body, 'parameters')) as object; // whatever it was, it is an object now
  const seconds: unknown = Reflect.get(parameters, 'retry_after');
  return {
    isOk: Reflect.get(body, 'ok') === true,
    description: String(Reflect.get(body, 'description') ?? text.slice(0, 200)),
    // Without a figure, as a proxy answers, a second is tried.
    retryAfter: typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : 1_000,
  };
}

function parse(text: string): object {
  try {
    return Object(JSON.parse(text)) as object; // as above
  } catch {
    return {};
  }
}
