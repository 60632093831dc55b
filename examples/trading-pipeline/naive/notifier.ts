import { type Alert, ALERT_CHAT, ALERT_TOKEN, alertOf, AlertWatch } from '../bot/alerts.js';
import { completionRequest, completionText, NO_REASON, type Question, questionOf } from '../bot/question.js';
import type { Told } from '../bot/result.js';
import type { DecisionRow } from '../bot/rows.js';
import { MARKET_TIME } from '../services/market-time.js';

/**
 * Explains and tells decisions the way such bots do: asks anew for each ("AI reasoning generated every cycle"), sends
 * each alert by itself ("individual"), waits for one answer before the next, and when Telegram asks to wait, waits.
 */
export class NaiveNotifier {
  readonly #url: string;
  readonly #watch = new AlertWatch();
  /** How far this bot has come, in market time: later than the market by all that it waited for. */
  #now = 0;
  readonly told: Told = { reasons: [], alerts: [] };

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  async decided(row: DecisionRow, price: number): Promise<void> {
    this.#now = Math.max(this.#now, row.ts);
    const question = questionOf(row, price);
    const reason = question === undefined ? '' : await this.#ask(question).catch(() => NO_REASON);
    if (question !== undefined) {
      this.told.reasons.push({ ts: row.ts, symbol: row.symbol, text: reason, delay: this.#now - row.ts });
    }
    for (const kind of this.#watch.kindsOf(row)) await this.#send(alertOf(kind, row, reason));
  }

  async #ask(question: Question): Promise<string> {
    return completionText(await this.#post('/v1/chat/completions', completionRequest(question)));
  }

  async #send({ text }: Alert): Promise<void> {
    this.told.alerts.push(text);
    for (;;) {
      const response = await this.#post(`/bot${ALERT_TOKEN}/sendMessage`, { chat_id: ALERT_CHAT, text });
      const { parameters } = (await response.json()) as { parameters?: { retry_after: number } }; // as documented
      if (parameters === undefined) return;
      this.#now += parameters.retry_after * 1_000;
    }
  }

  async #post(path: string, body: object): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [MARKET_TIME]: String(this.#now) },
      body: JSON.stringify(body),
    });
    this.#now = Number(response.headers.get(MARKET_TIME));
    return response;
  }
}
