import type { WasmMemory, WasmModule } from '../core/wasm.js';
import type { CoMomentKernels } from './co-moment-kernels.js';
import { JOB, type KernelThreads } from './kernel-threads.js';

/** Rows of the full matrix that are made at a time: their mirror image is written in runs of so many. */
const LINES = 128;

/** What passes can be; numbers, since threads are told by shared memory. */
const SLIDE_ONE = 0;
const SLIDE_FOUR = 1;
const FLOATS = 2;
const TICKS = 3;

/** Where a matrix is that threads can work on. */
interface SharedMatrix {
  /** Compiled kernels that take shared memory. */
  readonly module: WasmModule;
  /** The memory. */
  readonly memory: WasmMemory;
  /** The threads. */
  readonly threads: KernelThreads;
}

/**
 * Loops of the kernels over all rows, on this thread or on several.
 *
 * With threads rows are cut into bands of about as many pairs each. Every sum and every correlation is made by one
 * kernel call out of memory that nobody else writes, so that the bits do not depend on who makes them.
 */
export class RowPasses {
  readonly #kernels: CoMomentKernels;
  readonly #shared: SharedMatrix | undefined;

  constructor(kernels: CoMomentKernels, shared: SharedMatrix | undefined) {
    this.#kernels = kernels;
    this.#shared = shared;
  }

  /** Whether threads have a part in passes over so many rows. */
  isShared(size: number): boolean {
    return this.#shared?.threads.areWorthFor(size) === true;
  }

  /** Adds one bar to all products. */
  slideOne(products: number, size: number, bars: number): void {
    this.#run(SLIDE_ONE, products, size, bars, 0, 0);
  }

  /** Adds four bars to all products. */
  slideFour(products: number, size: number, bars: number): void {
    this.#run(SLIDE_FOUR, products, size, bars, 0, 0);
  }

  /** Writes the full matrix of correlations; of ticks `count` is the number of bars, else 0. */
  correlate(products: number, size: number, terms: number, out: number, count: number): void {
    this.#run(count > 0 ? TICKS : FLOATS, products, size, terms, out, count);
  }

  // Hot path: no allocation.
  #run(does: number, products: number, size: number, input: number, out: number, count: number): void {
    if (this.#shared === undefined || !this.isShared(size)) {
      this.#rows(does, products, size, input, out, count, 0, size);
      return;
    }
    const { threads } = this.#shared;
    threads.connect(this.#shared.module, this.#shared.memory);
    const bands = threads.publish(does, products, size, input, out, count);
    for (let band = threads.claim(); band >= 0; band = threads.claim()) {
      this.#rows(does, products, size, input, out, count, edge(band, bands, size), edge(band + 1, bands, size));
      threads.finish();
    }
    threads.join();
  }

  // The thread's program says the same.
  #rows(
    does: number,
    products: number,
    size: number,
    input: number,
    out: number,
    count: number,
    first: number,
    last: number,
  ): void {
    const kernels = this.#kernels;
    if (does === SLIDE_ONE) kernels.slideOne(products, Math.max(1, first), last, input);
    else if (does === SLIDE_FOUR) kernels.slideFour(products, Math.max(1, first), last, input);
    else {
      for (let line = first; line < last; line += LINES) {
        const end = Math.min(last, line + LINES);
        if (does === TICKS) kernels.correlateTicks(products, out, line, end, size, input, count);
        else kernels.correlateFloats(products, out, line, end, size, input);
        kernels.mirror(out, line, end, size);
      }
    }
  }
}

/** The first row of a band: rows grow, and bands have about as many pairs each. Even, as `mirror` needs it. */
function edge(band: number, bands: number, size: number): number {
  return band === bands ? size : 2 * Math.round((size * Math.sqrt(band / bands)) / 2);
}

/** What a thread does, as text: no file is loaded. `words` as KernelThreads describes them. */
export const THREAD = `
const { module, memory, words } = require('node:worker_threads').workerData;
const kernels = new WebAssembly.Instance(module, { host: { memory } }).exports;
const edge = (band, bands, size) =>
  band === bands ? size : 2 * Math.round((size * Math.sqrt(band / bands)) / 2);
function rows(does, products, size, input, out, count, first, last) {
  if (does === ${SLIDE_ONE}) kernels.slideOne(products, Math.max(1, first), last, input);
  else if (does === ${SLIDE_FOUR}) kernels.slideFour(products, Math.max(1, first), last, input);
  else {
    for (let line = first; line < last; line += ${LINES}) {
      const end = Math.min(last, line + ${LINES});
      if (does === ${TICKS}) kernels.correlateTicks(products, out, line, end, size, input, count);
      else kernels.correlateFloats(products, out, line, end, size, input);
      kernels.mirror(out, line, end, size);
    }
  }
}
for (;;) {
  const wakeUps = Atomics.load(words, ${JOB.wakeUps});
  for (let left = Atomics.sub(words, ${JOB.left}, 1); left > 0; left = Atomics.sub(words, ${JOB.left}, 1)) {
    const [bands, does, products, size, input, out, count] = words.subarray(${JOB.bands});
    rows(does, products, size, input, out, count, edge(left - 1, bands, size), edge(left, bands, size));
    Atomics.add(words, ${JOB.done}, 1);
    Atomics.notify(words, ${JOB.done});
  }
  Atomics.wait(words, ${JOB.wakeUps}, wakeUps);
}`;
