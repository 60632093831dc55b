import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { systemClock } from 'tickwise/core';
import { CompletionApi, type CompletionCounts, type CompletionOptions } from './completion-api.js';
import { MARKET_TIME } from './market-time.js';
import type { ServiceAnswer } from './service-answer.js';
import { type SentMessage, TelegramApi } from './telegram-api.js';

/** What the services saw from outside since they were opened or reset. */
export interface ServiceCounts {
  readonly completions: CompletionCounts;
  /** Messages that Telegram took, oldest first. */
  readonly sent: readonly SentMessage[];
  /** Messages that it refused because a limit was reached. */
  readonly refused: number;
}

/** How the services behave. */
export interface ServicesOptions extends CompletionOptions {
  /** Milliseconds for which everybody is refused with 429 from a market time on, epoch milliseconds. Default: 0. */
  readonly refusedFor?: (at: number) => number;
}

/**
 * The services around a bot, on 127.0.0.1: one that writes like a language model, and one that takes messages like
 * Telegram. Their time is the market's, as {@link MARKET_TIME} says; without that header the wall clock's.
 */
export class ServicesServer implements AsyncDisposable {
  readonly #http: Server;
  readonly #options: ServicesOptions;
  #completions: CompletionApi;
  #telegram = new TelegramApi();

  private constructor(options: ServicesOptions) {
    this.#options = options;
    this.#completions = new CompletionApi(options);
    this.#http = createServer((request, response) => void this.#serve(request, response));
  }

  /** Opens the services on a free port. */
  static async listen(options: ServicesOptions): Promise<ServicesServer> {
    const services = new ServicesServer(options);
    services.#http.listen(0, '127.0.0.1');
    await once(services.#http, 'listening');
    return services;
  }

  get port(): number {
    const address = this.#http.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  counts(): ServiceCounts {
    const { sent, refused } = this.#telegram;
    return { completions: this.#completions.counts, sent: [...sent], refused };
  }

  /** Forgets what was asked and sent. The port stays. */
  reset(): void {
    this.#completions = new CompletionApi(this.#options);
    this.#telegram = new TelegramApi();
  }

  /** Frees the port. Idempotent. */
  async close(): Promise<void> {
    if (!this.#http.listening) return;
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = timeOf(request);
    const body = await json(request).catch(() => undefined); // what cannot be read has none of the fields asked for
    const { status, body: answer, latency, headers } = this.#answer(request, body, at);
    response
      .writeHead(status, { 'content-type': 'application/json', [MARKET_TIME]: String(at + latency), ...headers })
      .end(JSON.stringify(answer));
  }

  #answer({ method, url = '' }: IncomingMessage, body: unknown, at: number): ServiceAnswer {
    const isQuestion = method === 'POST' && url === '/v1/chat/completions';
    const isMessage = method === 'POST' && /^\/bot\d+:[\w-]+\/sendMessage$/.test(url);
    const api = isQuestion ? this.#completions : isMessage ? this.#telegram : undefined;
    const wait = this.#options.refusedFor?.(at) ?? 0;
    if (api !== undefined) return wait > 0 ? api.refuse(wait) : api.answer(body, at);
    return { status: 404, body: { ok: false, error_code: 404, description: 'Not Found' }, latency: 0 };
  }
}

function timeOf({ headers }: IncomingMessage): number {
  const time = Number(headers[MARKET_TIME]);
  return Number.isFinite(time) ? time : systemClock.wallTime();
}
