import { OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { LimitWindow } from './window-limit.js';

/** Below this size unused windows are not worth sweeping. */
const SWEEP_FROM = 64;

/**
 * One window for each value of a key: for each contract, account or endpoint.
 *
 * A window in which nothing counts is as good as none. They are swept whenever the number has doubled since the last
 * sweep, so that keys that come once cost no memory for long.
 */
export class KeyedWindows {
  readonly #make: () => LimitWindow;
  readonly #maxKeys: number;
  readonly #windows = new Map<string, LimitWindow>();
  /** Stands for the keys without a window; nothing is ever taken from it. */
  readonly #unused: LimitWindow;
  #sweepAt = SWEEP_FROM;

  constructor(make: () => LimitWindow, maxKeys: number) {
    this.#make = make;
    this.#maxKeys = maxKeys;
    this.#unused = make();
  }

  /** Keys with a window. */
  get size(): number {
    return this.#windows.size;
  }

  /** The window of a key, unless nothing ever counted for it. */
  find(key: string): LimitWindow | undefined {
    return this.#windows.get(key);
  }

  /** The window of a key, or an empty one that stands for it and must only be read. */
  peek(key: string): LimitWindow {
    return this.#windows.get(key) ?? this.#unused;
  }

  /**
   * The window of a key, made when there is none.
   * @throws OverflowError when as many keys as are allowed count at `now`.
   */
  open(now: number, key: string): LimitWindow {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    if (this.#windows.size >= Math.min(this.#sweepAt, this.#maxKeys)) this.#sweep(now);
    const fresh = this.#make();
    this.#windows.set(key, fresh);
    return fresh;
  }

  #sweep(now: number): void {
    this.#drop(now, (window) => window.limit === this.#unused.limit);
    // A limit that the venue told is kept as long as there is room.
    if (this.#windows.size >= this.#maxKeys) this.#drop(now, () => true);
    if (this.#windows.size >= this.#maxKeys) {
      const [first] = this.#windows.keys();
      throw new OverflowError(
        `RateLimiter: ${this.#maxKeys} keys such as ${show(first)} are in use; raise maxKeys or acquire less at once`,
      );
    }
    this.#sweepAt = Math.max(SWEEP_FROM, this.#windows.size * 2);
  }

  #drop(now: number, isAsConfigured: (window: LimitWindow) => boolean): void {
    for (const [key, window] of this.#windows) {
      if (isAsConfigured(window) && window.usedAt(now) === 0) this.#windows.delete(key);
    }
  }
}
