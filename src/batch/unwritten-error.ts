import { TimeoutError } from '../core/errors.js';

/** `close` gave rows up after `closeTimeout`. Its code is ERR_TIMEOUT. */
export class UnwrittenError<T = unknown> extends TimeoutError {
  /** The rows that were not confirmed, oldest first. Those of a send that was cut off may be stored all the same. */
  readonly items: readonly T[];

  constructor(message: string, items: readonly T[], options?: ErrorOptions) {
    super(message, options);
    this.items = items;
  }
}
