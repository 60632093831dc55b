import { BatchWriter } from 'tickwise/batch';
import type { VirtualClock } from 'tickwise/core';
import { telegramSink } from 'tickwise/sinks/telegram';
import { type Alert, ALERT_CHAT, ALERT_TOKEN, alertOf, AlertWatch } from '../bot/alerts.js';
import { NO_REASON, type Question, questionOf } from '../bot/question.js';
import type { Told } from '../bot/result.js';
import type { DecisionRow } from '../bot/rows.js';
import { type AnswerStore, explainer } from './explainer.js';
import { marketFetch } from './market-fetch.js';
import type { Tolerance } from './tolerance.js';

/** Longest market time that alerts may take at the end, in milliseconds: Telegram takes 20 messages a minute. */
const CLOSE_TIMEOUT = 3_600_000;

/** What a notifier needs. */
export interface NotifierOptions {
  /** Port of the services on 127.0.0.1. */
  readonly port: number;
  readonly tolerance: Tolerance;
  readonly clock: VirtualClock;
  /** Keeps explanations over restarts. */
  readonly answers?: AnswerStore | undefined;
  readonly onError: (error: unknown) => void;
}

/** Explains and tells decisions: asks once for equal questions, and sends alerts of a kind together. */
export class Notifier {
  readonly #watch = new AlertWatch();
  readonly #clock: VirtualClock;
  readonly #reasonFor: (question: Question) => Promise<string>;
  readonly #alerts: BatchWriter<Alert>;
  readonly #onError: (error: unknown) => void;
  readonly #telling = new Set<Promise<void>>();
  readonly told: Told = { reasons: [], alerts: [] };
  #storeFailures = 0;

  constructor({ port, tolerance, clock, answers, onError }: NotifierOptions) {
    const url = `http://127.0.0.1:${port}`;
    const onStoreError = (): void => void this.#storeFailures++;
    this.#clock = clock;
    this.#onError = onError;
    this.#reasonFor = explainer({ url, tolerance: tolerance.reasoning, clock, answers, onStoreError });
    const sink = telegramSink<Alert>({
      url,
      token: ALERT_TOKEN,
      chat: ALERT_CHAT,
      text: ({ text }) => text,
      type: ({ kind }) => kind,
      isUrgent: ({ kind }) => kind === 'risk',
      maxEvents: 20,
      fetch: marketFetch(clock),
      ioClock: clock,
    });
    this.#alerts = new BatchWriter({
      sink,
      ...sink.batching,
      clock,
      ioClock: clock,
      closeTimeout: CLOSE_TIMEOUT,
      onError,
    });
  }

  /** Times that the store of explanations failed, and the model was asked. */
  get storeFailures(): number {
    return this.#storeFailures;
  }

  /** Explains and tells a decision, without waiting. */
  decided(row: DecisionRow, price: number): void {
    const telling = this.#tell(row, price).catch(this.#onError);
    this.#telling.add(telling);
    void telling.finally(() => this.#telling.delete(telling));
  }

  /** Settles when everything is told; market time has to go on meanwhile. */
  async close(): Promise<void> {
    await Promise.all(this.#telling);
    await this.#alerts.close();
  }

  async #tell(row: DecisionRow, price: number): Promise<void> {
    const kinds = this.#watch.kindsOf(row);
    const reason = await this.#explain(row, questionOf(row, price));
    for (const kind of kinds) this.#send(alertOf(kind, row, reason));
  }

  async #explain({ ts, symbol }: DecisionRow, question: Question | undefined): Promise<string> {
    if (question === undefined) return '';
    const text = await this.#reasonFor(question).catch(() => NO_REASON);
    this.told.reasons.push({ ts, symbol, text, delay: this.#clock.wallTime() - ts });
    return text;
  }

  #send(alert: Alert): void {
    if (!this.#alerts.add(alert)) throw new Error('more alerts than Telegram takes: the batch writer is full');
    this.told.alerts.push(alert.text);
  }
}
