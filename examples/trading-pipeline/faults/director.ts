import type { DatabaseProxy, DatabaseState } from './database-proxy.js';
import type { Fault } from './fault.js';

/** What the director moves. */
export interface Stage {
  /** Tells the venue that the bots are done with a boundary. */
  readonly venue: { reached(at: number): unknown };
  /** The way to the database, when that is a server. */
  readonly database?: Pick<DatabaseProxy, 'become'> | undefined;
}

/** Share of a killed database's downtime in which it takes statements and loses its replies. */
const CRASHING = 1 / 3;

/** Brings about what goes wrong outside the venue, in market time: between two boundaries everybody waits. */
export class FaultDirector {
  readonly #faults: readonly Fault[];
  readonly #stage: Stage;
  readonly #held = new Map<Fault, number>();
  #lastReached: number | undefined;

  constructor(faults: readonly Fault[], stage: Stage) {
    this.#faults = faults;
    this.#stage = stage;
  }

  /** The bots are done with a boundary: sets the stage for the next bar and lets it begin. */
  async reached(at: number): Promise<void> {
    this.#measure(at);
    const { venue, database } = this.#stage;
    database?.become(this.#databaseAt(at));
    await venue.reached(at);
  }

  /** How long each fault took in reality, in milliseconds: the bots were busy or waited. */
  get heldMs(): ReadonlyMap<Fault, number> {
    return this.#held;
  }

  #databaseAt(at: number): DatabaseState {
    for (const fault of this.#faults) {
      if (!isDuring(fault, at)) continue;
      if (fault.kind === 'slow-database') return 'slow';
      if (fault.kind !== 'kill-database') continue;
      return at < fault.from + (fault.to - fault.from) * CRASHING ? 'crashing' : 'down';
    }
    return 'up';
  }

  /** The time since the boundary before belongs to the fault that was under way then. */
  #measure(at: number): void {
    const now = performance.now();
    for (const fault of this.#faults) {
      // Rows of the boundary itself are written in the bar that ends with it.
      if (this.#lastReached === undefined || at <= fault.from || at > fault.to) continue;
      this.#held.set(fault, (this.#held.get(fault) ?? 0) + now - this.#lastReached);
    }
    this.#lastReached = now;
  }
}

function isDuring({ from, to }: Fault, at: number): boolean {
  return at >= from && at < to;
}
