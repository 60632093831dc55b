import type { Phase } from './range-trust.js';

/** Steps per block: the unit in which memory is taken and given back. */
export const BLOCK_STEPS = 128;

/** The phases of a step by number, the later the larger. */
const PHASES: readonly Phase[] = ['open', 'settling', 'settled'];

/** Marks a step about which nothing is known. Known ones have a time of `clock.now()`, which is never this. */
const UNKNOWN = -Infinity;

/** What is known about 128 neighbouring steps. Offsets are 0 to 127. */
export class RangeBlock {
  /** When it was last asked for, on the counter of its table. */
  lastUse = 0;
  /** Steps about which something is known, expired or not. */
  known = 0;
  readonly #rows = Array.from({ length: BLOCK_STEPS }, (): unknown => undefined);
  readonly #freshUntil = new Float64Array(BLOCK_STEPS).fill(UNKNOWN);
  /** In which phase each was asked for. */
  readonly #phases = new Uint8Array(BLOCK_STEPS);

  /**
   * Appends the rows of the steps from offset `from` up to the first that may not be served at `now`, or up to `to`.
   * A hole is appended as undefined. Hot path. @returns the offset at which it stopped.
   *
   * @param phaseOf The phase of a step by its offset; not asked about steps that are kept.
   */
  read(from: number, to: number, now: number, phaseOf: (offset: number) => Phase, target: unknown[]): number {
    let offset = from;
    for (; offset < to && this.isServed(offset, now, phaseOf); offset++) target.push(this.#rows[offset]);
    return offset;
  }

  /**
   * Whether a step may be served at `now`. One that is not kept must be in the phase in which it was asked for: when the
   * wall time is set forward, or the machine was asleep, it may not be, though hardly any time has passed on `now`.
   */
  isServed(offset: number, now: number, phaseOf: (offset: number) => Phase): boolean {
    const freshUntil = this.freshUntil(offset);
    return freshUntil > now && (freshUntil === Infinity || phaseOf(offset) === PHASES[this.#phases[offset] ?? 0]);
  }

  /** The row of a step; undefined for a hole and for a step that is not known. */
  rowAt(offset: number): unknown {
    return this.#rows[offset];
  }

  /** Until when, by `clock.now()`, a step may be served; -Infinity when nothing is known about it. */
  freshUntil(offset: number): number {
    return this.#freshUntil[offset] ?? UNKNOWN;
  }

  /** Whether anything is known about a step, expired or not. */
  isKnown(offset: number): boolean {
    return this.freshUntil(offset) !== UNKNOWN;
  }

  /** Notes a row, or undefined for a hole, asked for in a phase, unless what is known already may be served for longer. */
  write(offset: number, row: unknown, freshUntil: number, phase: Phase): void {
    const current = this.freshUntil(offset);
    const order = PHASES.indexOf(phase);
    // The later an answer was asked for, the longer it may be served: this one is older.
    if (current > freshUntil && (this.#phases[offset] ?? 0) >= order) return;
    if (current === UNKNOWN) this.known++;
    this.#rows[offset] = row;
    this.#freshUntil[offset] = freshUntil;
    this.#phases[offset] = order;
  }

  /** Forgets a step. */
  forget(offset: number): void {
    if (!this.isKnown(offset)) return;
    this.known--;
    this.#rows[offset] = undefined;
    this.#freshUntil[offset] = UNKNOWN;
  }
}
