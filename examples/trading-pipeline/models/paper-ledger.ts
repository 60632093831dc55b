import type { Action } from './signal.js';

/** Units that may be held of a symbol, in either direction. */
export const MAX_POSITION = 3;

/** Market time from an order to its fill, in milliseconds. */
export const FILL_DELAY = 1;

/** A venue's books on paper: each accepted decision is an order for one unit, and fills whole. */
export class PaperLedger {
  readonly #positions = new Map<string, number>();
  #checks = 0;

  /** Takes note of a fill. */
  fill(symbol: string, action: Action): void {
    this.#positions.set(symbol, (this.#positions.get(symbol) ?? 0) + action);
  }

  /** Asks whether one more unit in a direction is within the limit. Asking is what costs: in life it is a call to the venue. */
  hasRoom(symbol: string, action: Action): boolean {
    this.#checks++;
    return Math.abs((this.#positions.get(symbol) ?? 0) + action) <= MAX_POSITION;
  }

  /** Times it was asked. */
  get checks(): number {
    return this.#checks;
  }
}
