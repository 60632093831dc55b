/** A callback that waits for its time. */
export interface Timer {
  /** Prevents the callback from running. Does nothing when it ran or was cancelled before. */
  cancel(): void;
  /** Lets the timer keep the process alive (the default). */
  ref(): void;
  /** Lets the process end while the timer waits. */
  unref(): void;
}

/** Source of time. Everything in this package that reads time or waits takes one. */
export interface Clock {
  /** Monotonic time in milliseconds, with fractions, from an origin of the clock's own. */
  now(): number;
  /** Unix epoch time in milliseconds. May jump when somebody sets the machine's clock. */
  wallTime(): number;
  /**
   * Runs `callback` once, at least `delay` milliseconds from now.
   *
   * A negative delay counts as 0; Infinity never fires.
   * @throws ArgumentError when `delay` is NaN or not a number.
   */
  setTimeout(callback: () => void, delay: number): Timer;
}
