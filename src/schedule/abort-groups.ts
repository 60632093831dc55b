/** Whoever waits for a signal. */
interface Group<Member> {
  readonly members: Set<Member>;
  readonly listener: () => void;
}

/** Listens to each signal once, however many tasks share it, and not at all when none is left. */
export class AbortGroups<Member> {
  readonly #groups = new Map<AbortSignal, Group<Member>>();
  readonly #onAbort: (member: Member, reason: unknown) => void;

  constructor(onAbort: (member: Member, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  /** Tells `onAbort` when the signal fires. */
  add(signal: AbortSignal, member: Member): void {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      group = { members: new Set(), listener: () => this.#abort(signal) };
      this.#groups.set(signal, group);
      signal.addEventListener('abort', group.listener, { once: true });
    }
    group.members.add(member);
  }

  /** Listens no longer for this member. */
  remove(signal: AbortSignal, member: Member): void {
    const group = this.#groups.get(signal);
    if (group === undefined) return;
    group.members.delete(member);
    if (group.members.size > 0) return;
    this.#groups.delete(signal);
    signal.removeEventListener('abort', group.listener);
  }

  #abort(signal: AbortSignal): void {
    const group = this.#groups.get(signal);
    this.#groups.delete(signal);
    for (const member of group?.members ?? []) this.#onAbort(member, signal.reason);
  }
}
