import type { RaceExchange } from './exchange.js';

/** The curves of one scheduler; each point is [time in ms, value]. */
export interface Lane {
  readonly name: string;
  readonly duration: number;
  readonly refused: number;
  readonly banned: number;
  readonly curves: Readonly<Record<Curve, readonly (readonly [number, number])[]>>;
}

/** What is plotted. */
export type Curve = 'running' | 'latency' | 'refused' | 'answered';

/** Notes what happens at a venue. */
export class Recording {
  readonly #name: string;
  readonly #exchange: RaceExchange;
  readonly #curves = { running: [], latency: [], refused: [], answered: [] } as Record<Curve, [number, number][]>;

  constructor(name: string, exchange: RaceExchange) {
    this.#name = name;
    this.#exchange = exchange;
  }

  /** Adds a point to every curve. */
  note(time: number): void {
    const { answered, banned, latency, refused, running } = this.#exchange;
    this.#curves.running.push([time, running]);
    this.#curves.latency.push([time, latency]);
    this.#curves.refused.push([time, refused + banned]);
    this.#curves.answered.push([time, answered]);
  }

  /** All of it. */
  lane(duration: number): Lane {
    const { banned, refused } = this.#exchange;
    return { name: this.#name, duration, refused, banned, curves: this.#curves };
  }
}
