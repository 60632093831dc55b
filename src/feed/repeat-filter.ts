import type { AnyFeedEvent } from './event.js';

/** Events of a topic that are remembered. */
const REMEMBERED = 1_024;

/** Knows the last events of a topic again when the venue sends them a second time. */
export class RepeatFilter<Event extends AnyFeedEvent> {
  readonly #identify: (event: AnyFeedEvent) => string | number;
  readonly #onRepeat: () => void;
  #seen = new Set<string | number>();

  /** `identify` may throw: such an event is never a repeat. `onRepeat` counts those that are. */
  constructor(identify: (event: AnyFeedEvent) => string | number, onRepeat: () => void) {
    this.#identify = identify;
    this.#onRepeat = onRepeat;
  }

  /** Whether an event came before; from now on it has. */
  isRepeat(event: Event): boolean {
    const identity = this.#identityOf(event);
    if (identity === undefined) return false;
    if (this.#seen.has(identity)) {
      this.#onRepeat();
      return true;
    }
    this.#seen.add(identity);
    this.#trim();
    return false;
  }

  /** Whether an event came before. Remembers nothing. */
  has(event: Event): boolean {
    const identity = this.#identityOf(event);
    return identity !== undefined && this.#seen.has(identity);
  }

  /** Another filter of the same kind that has seen nothing. */
  fresh(): RepeatFilter<Event> {
    return new RepeatFilter(this.#identify, this.#onRepeat);
  }

  /** Knows from now on what another one does, as older than what it has seen itself. */
  adopt(other: RepeatFilter<Event>): void {
    this.#seen = new Set([...other.#seen, ...this.#seen]);
    this.#trim();
  }

  #trim(): void {
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED) return;
      this.#seen.delete(oldest);
    }
  }

  #identityOf(event: Event): string | number | undefined {
    try {
      return this.#identify(event);
    } catch {
      return undefined;
    }
  }
}
