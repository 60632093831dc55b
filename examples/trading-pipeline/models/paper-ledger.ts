import type { Action } from './signal.js';

/** Units that may be held of a symbol, in either direction. */
export const MAX_POSITION = 3;

/** Market time from an order to its fill, in milliseconds. */
export const FILL_DELAY = 1;

/** A venue's books on paper: each accepted decision is an order for one unit, and fills whole. */
export class PaperLedger {
  readonly #positions = new Map<string, number>();
  /** Directions asked about since the last fill, by symbol. */
  readonly #known = new Map<string, Set<Action>>();
  #checks = 0;
  #needless = 0;

  /** Takes note of a fill. */
  fill(symbol: string, action: Action): void {
    if (action === 0) return;
    this.#positions.set(symbol, (this.#positions.get(symbol) ?? 0) + action);
    this.#known.delete(symbol);
  }

  /** Asks whether one more unit in a direction is within the limit. Asking is what costs: in life it is a call to the venue. */
  hasRoom(symbol: string, action: Action): boolean {
    this.#note(symbol, action);
    return Math.abs((this.#positions.get(symbol) ?? 0) + action) <= MAX_POSITION;
  }

  /** Times it was asked. */
  get checks(): number {
    return this.#checks;
  }

  /** Times it was asked what it had been asked before, with no fill in between. */
  get needless(): number {
    return this.#needless;
  }

  #note(symbol: string, action: Action): void {
    this.#checks++;
    const known = this.#known.get(symbol) ?? new Set();
    this.#known.set(symbol, known);
    if (known.has(action)) this.#needless++;
    known.add(action);
  }
}
