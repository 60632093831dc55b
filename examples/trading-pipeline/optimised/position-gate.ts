import type { Clock } from 'tickwise/core';
import { cacheDecision, type Memoized } from 'tickwise/memo';
import { FILL_DELAY, PaperLedger } from '../models/paper-ledger.js';
import type { Action } from '../models/signal.js';

/** Milliseconds after which the ledger is asked again although nothing was filled: somebody else may have traded. */
const RECHECK = 3_600_000;

/** Says whether there is room for an order. The ledger is asked once, and again after each fill. */
export class PositionGate {
  readonly #ledger = new PaperLedger();
  readonly #clock: Clock;
  readonly #onFill: (tag: string) => void;
  /** Whether one more unit in a direction is within the limit. */
  readonly hasRoom: Memoized<(symbol: string, action: Action) => boolean>;

  /** @param onFill Told the {@link positionTag} of what a fill has changed. */
  constructor(clock: Clock, onFill: (tag: string) => void = () => {}) {
    this.#clock = clock;
    this.#onFill = onFill;
    this.hasRoom = cacheDecision((symbol: string, action: Action) => this.#ledger.hasRoom(symbol, action), {
      name: 'decision',
      clock,
      ttl: RECHECK,
      tags: (_, symbol) => [positionTag(symbol)],
    });
  }

  /** Times the ledger was asked. */
  get checks(): number {
    return this.#ledger.checks;
  }

  /** Those of them at which nothing had changed. */
  get needlessChecks(): number {
    return this.#ledger.needless;
  }

  /** Sends an order. Its fill makes everything that was known of the position void. */
  order(symbol: string, action: Action): void {
    this.#clock.setTimeout(() => {
      this.#ledger.fill(symbol, action);
      const tag = positionTag(symbol);
      void this.hasRoom.invalidateTag(tag); // without a store it is done at once
      this.#onFill(tag);
    }, FILL_DELAY);
  }
}

/** Tag of everything that depends on the position in a symbol. */
export function positionTag(symbol: string): string {
  return `position:${symbol}`;
}
