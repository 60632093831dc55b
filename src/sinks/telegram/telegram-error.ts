/** Telegram refused a message. */
export class TelegramError extends Error {
  /** Its error code, which is the HTTP status as well: 400 and 403 speak of the message or the chat. */
  readonly status: number;
  /** Milliseconds it asks to wait, with status 429. */
  readonly retryAfter: number;

  constructor(status: number, description: string, retryAfter: number) {
    super(`Telegram refused a message (${status}): ${description}`);
    this.name = 'TelegramError';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
