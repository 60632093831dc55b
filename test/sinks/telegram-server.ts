import type { Clock } from 'tickwise/core';

/** A message as the Bot API got it. */
export interface SentMessage {
  readonly chat: string;
  readonly text: string;
  readonly at: number;
}

/** An answer of the Bot API: a refusal, or undefined for a success. */
export interface Refusal {
  readonly status: number;
  readonly description: string;
  readonly retryAfter?: number;
}

/** A Bot API in this process, on a clock of the test, which keeps to its limits as strictly as it can. */
export class BotApi {
  readonly messages: SentMessage[] = [];
  /** Requests, the refused ones as well. */
  readonly asked: SentMessage[] = [];
  readonly urls: string[] = [];
  readonly #clock: Clock;
  readonly #refuse: (message: SentMessage) => Refusal | Error | undefined;

  constructor(clock: Clock, refuse: (message: SentMessage) => Refusal | Error | undefined = () => undefined) {
    this.#clock = clock;
    this.#refuse = refuse;
  }

  /** What the sink gets as `fetch`. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const body = JSON.parse(typeof init.body === 'string' ? init.body : '') as { chat_id: string; text: string };
    const message = { chat: body.chat_id, text: body.text, at: this.#clock.now() };
    this.urls.push(url);
    this.asked.push(message);
    const refusal = this.#refuse(message);
    if (refusal instanceof Error) throw refusal;
    if (refusal === undefined) {
      this.messages.push(message);
      return Response.json({ ok: true, result: { message_id: this.messages.length } });
    }
    const { status, description, retryAfter } = refusal;
    const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
    return Response.json({ ok: false, error_code: status, description, ...parameters }, { status });
  };

  /** Most messages in any stretch of so many milliseconds, over all or one chat. */
  most(interval: number, chat?: string): number {
    const times = this.messages.filter((message) => chat === undefined || message.chat === chat).map(({ at }) => at);
    return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + interval).length));
  }
}
