/** Alerts that are remembered at most. */
const LIMIT = 10_000;

/**
 * Identities of alerts that were sent in a write that failed later on.
 *
 * The writer sends the whole batch again; these are left out then. Bounded: the oldest are forgotten.
 */
export class SentAlerts {
  readonly #ids = new Set<string>();

  /** Whether an alert was sent. */
  has(id: string | undefined): boolean {
    return id !== undefined && this.#ids.has(id);
  }

  /** Notes that an alert was sent. */
  add(id: string | undefined): void {
    if (id === undefined) return;
    this.#ids.add(id);
    if (this.#ids.size <= LIMIT) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      break;
    }
  }

  /** Forgets alerts that will not come again. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#ids.delete(id);
  }
}
