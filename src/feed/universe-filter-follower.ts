import type { FailureReporter } from '../core/failures.js';
import type { UniverseErrorContext } from './universe-filter-options.js';

/** What is kept open for the tracked symbols. */
export class UniverseFollower implements Disposable {
  readonly #open: (symbol: string) => Disposable;
  readonly #failures: FailureReporter<UniverseErrorContext>;
  readonly #onEnd: () => void;
  readonly #handles = new Map<string, Disposable>();
  #isEnded = false;

  constructor(
    open: (symbol: string) => Disposable,
    failures: FailureReporter<UniverseErrorContext>,
    onEnd: () => void,
  ) {
    this.#open = open;
    this.#failures = failures;
    this.#onEnd = onEnd;
  }

  /** A symbol is tracked from now on. What cannot be opened is reported. */
  enter(symbol: string): void {
    if (this.#isEnded || this.#handles.has(symbol)) return;
    try {
      this.#handles.set(symbol, this.#open(symbol));
    } catch (error) {
      this.#failures.report(error, { symbol, action: 'open' });
    }
  }

  /** A symbol is no longer tracked. What cannot be disposed of is reported. */
  leave(symbol: string): void {
    const handle = this.#handles.get(symbol);
    if (handle === undefined) return;
    this.#handles.delete(symbol);
    try {
      handle[Symbol.dispose]();
    } catch (error) {
      this.#failures.report(error, { symbol, action: 'end' });
    }
  }

  /** Disposes of everything. */
  [Symbol.dispose](): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd();
    for (const symbol of Array.from(this.#handles.keys())) this.leave(symbol);
  }
}
