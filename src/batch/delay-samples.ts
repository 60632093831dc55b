/** Samples kept. */
const CAPACITY = 1_024;

/** The latest delays, and their percentiles. Cost: one store per sample; a sort per question. */
export class DelaySamples {
  readonly #samples = new Float64Array(CAPACITY);
  #count = 0;

  /** Keeps a delay, in milliseconds, in the place of the oldest once all places are taken. */
  add(delay: number): void {
    this.#samples[this.#count++ % CAPACITY] = delay;
  }

  /** The sample that `fraction` (0..1) of all samples do not exceed; 0 without samples. */
  percentile(fraction: number): number {
    const size = Math.min(this.#count, CAPACITY);
    const sorted = this.#samples.subarray(0, size).toSorted();
    return sorted[Math.max(Math.ceil(fraction * size) - 1, 0)] ?? 0;
  }
}
