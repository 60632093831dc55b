import type { ChangeGateOptions } from 'tickwise/derive';

/** Says whether two values are the same, in the plainest words. */
export function isSame(before: unknown, after: unknown, { epsilon, relative }: ChangeGateOptions): boolean {
  const isExact = epsilon === undefined && relative === undefined;
  if (isExact || typeof before !== 'number' || typeof after !== 'number') return Object.is(before, after);
  if (Number.isNaN(before) || Number.isNaN(after)) return Number.isNaN(before) && Number.isNaN(after);
  if (!Number.isFinite(before) || !Number.isFinite(after)) return before === after;
  const larger = Math.max(Math.abs(before), Math.abs(after));
  return Math.abs(before - after) <= Math.max(epsilon ?? 0, (relative ?? 0) * larger);
}

/** A clock with a second chance, in a list whose head is where the hand points. */
export class ClockModel {
  readonly values = new Map<number, unknown>();
  /** Keys on the face, and whether each was asked for since the hand came by. */
  #face: { key: number; isRecent: boolean }[] = [];
  #hand = 0;
  evicted = 0;

  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  ask(of: number): void {
    for (const entry of this.#face) if (entry.key === of) entry.isRecent = true;
  }

  admit(of: number): void {
    const entry = { key: of, isRecent: false };
    if (this.#face.length < this.#maxKeys) {
      this.#face.push(entry);
      return;
    }
    for (;;) {
      this.#hand %= this.#face.length;
      const at = this.#hand++;
      const old = this.#face[at];
      if (old === undefined) throw new Error('no face');
      if (!old.isRecent) {
        this.values.delete(old.key);
        this.#face[at] = entry;
        this.evicted++;
        return;
      }
      old.isRecent = false;
    }
  }

  forget(of: number): void {
    const at = this.#face.findIndex((entry) => entry.key === of);
    const last = this.#face.pop();
    if (last !== undefined && at < this.#face.length) this.#face[at] = last;
  }

  clear(): void {
    this.values.clear();
    this.#face = [];
  }
}
