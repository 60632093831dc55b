/** A server answered with a status that is no success. The writer goes by `status` when it decides to try again. */
export class HttpStatusError extends Error {
  /** Status of the answer. */
  readonly status: number;
  /** Milliseconds that the server asked to wait, if it did. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status: number, retryAfter: number | undefined) {
    super(message);
    this.name = 'HttpStatusError';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
