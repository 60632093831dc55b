import type { FailureReporter } from '../core/failures.js';
import type { FeedErrorContext } from './feed-options.js';

/** What happened on a connection, as it happened. */
export interface TappedFrame {
  /** A connection was opened, a frame was sent, a frame was received. */
  readonly dir: 'open' | 'out' | 'in';
  /** Address of the connection. */
  readonly url: string;
  /** The frame's text; empty for `open`. */
  readonly text: string;
}

/** Called with everything that goes over the connections of a pool. */
export type FrameListener = (frame: TappedFrame) => void;

/** Those who listen in on a pool. With nobody there it costs one comparison a frame. */
export class FrameTaps {
  readonly #failures: FailureReporter<FeedErrorContext>;
  #listeners: readonly FrameListener[] = [];

  constructor(failures: FailureReporter<FeedErrorContext>) {
    this.#failures = failures;
  }

  /** Adds a listener. @returns its end. */
  add(listener: FrameListener): Disposable {
    // One of its own for each call, so that the same function can listen twice.
    const own: FrameListener = (frame) => listener(frame);
    this.#listeners = [...this.#listeners, own];
    return { [Symbol.dispose]: () => void (this.#listeners = this.#listeners.filter((other) => other !== own)) };
  }

  /** A connection was opened. */
  opened(url: string): void {
    if (this.#listeners.length > 0) this.#tell({ dir: 'open', url, text: '' });
  }

  /** A frame was sent. */
  sent(url: string, text: string): void {
    if (this.#listeners.length > 0) this.#tell({ dir: 'out', url, text });
  }

  /** A frame came. */
  received(url: string, frame: Buffer): void {
    if (this.#listeners.length > 0) this.#tell({ dir: 'in', url, text: frame.toString() });
  }

  #tell(frame: TappedFrame): void {
    for (const listener of this.#listeners) {
      try {
        listener(frame);
      } catch (error) {
        this.#failures.report(error, { where: 'handler', url: frame.url });
      }
    }
  }
}
