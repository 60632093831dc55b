/** The promise of a `write` call, from the inside. */
export interface Settler {
  /** Says that the sink has the row. */
  resolve(): void;
  /** Says why the sink will never have it. */
  reject(error: unknown): void;
}

/** Marks a promise whose rejection has been reported elsewhere, or concerns only those who listen, as handled. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {
  // Listeners of the promise itself still get the rejection.
}
