/*
 * Threads that take a share of the passes over all rows of a matrix.
 *
 * A pass is cut into bands of rows. Their number is put into shared memory, and everybody takes one away until none is
 * left, the calling thread among them: it never waits for a thread that has not started yet, is busy elsewhere or has
 * ended, only for bands that a thread has taken. Whoever gets a number above 0 has a band of the pass that is described
 * beside it, since no other pass is described before all bands are done.
 *
 * Between passes the threads sleep. They keep no process alive. A matrix that moves to other memory, as when symbols
 * are added, needs threads of its own: the old ones are ended, and until the new ones run the caller does all.
 */
import type { Worker } from 'node:worker_threads';
import type { WasmMemory, WasmModule } from '../core/wasm.js';

/** Places of the shared words: what threads sleep on, bands left, bands done, and from `bands` on the pass. */
export const JOB = { wakeUps: 0, left: 1, done: 2, bands: 3 } as const;
const WORDS = 16;
/** Bands per thread: enough that nobody waits long for the last one, and few against the cost of taking one. */
const BANDS = 4;
/** Symbols from which on a pass is long enough to be worth waking anybody for. */
const WORTH = 1_000;
/** Looks at the bands done before the caller sleeps until they are: some 50 µs. */
const LOOKS = 20_000;

/** Worker threads for one matrix at a time. */
export class KernelThreads {
  readonly #count: number;
  readonly #program: string;
  #words: Int32Array = new Int32Array(WORDS);
  #memory: WasmMemory | undefined;
  #workers: Worker[] = [];
  #ending: Promise<unknown>[] = [];
  #isClosed = false;

  /** `count` threads that run `program`, started with the first pass that is worth it. */
  constructor(count: number, program: string) {
    this.#count = count;
    this.#program = program;
  }

  /** Whether there are to be threads at all. */
  get isUsed(): boolean {
    return this.#count > 0;
  }

  /** Threads that have been started and have not ended. */
  get running(): number {
    return this.#workers.length;
  }

  /** Whether a pass over so many rows is shared. */
  areWorthFor(size: number): boolean {
    return size >= WORTH && this.#count > 0 && !this.#isClosed;
  }

  /** Sees to it that threads work on this memory. */
  connect(module: WasmModule, memory: WasmMemory): void {
    if (this.#memory === memory) return;
    this.#end();
    this.#memory = memory;
    this.#words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
    for (let index = 0; index < this.#count; index++) this.#start(module, memory);
  }

  /** Describes a pass and wakes the threads. Returns the number of bands. Hot path, as what follows. */
  publish(does: number, products: number, size: number, input: number, out: number, count: number): number {
    const words = this.#words;
    const bands = BANDS * (this.#count + 1);
    let at: number = JOB.bands;
    words[at++] = bands;
    words[at++] = does;
    words[at++] = products;
    words[at++] = size;
    words[at++] = input;
    words[at++] = out;
    words[at] = count;
    Atomics.store(words, JOB.done, 0);
    Atomics.store(words, JOB.left, bands);
    Atomics.add(words, JOB.wakeUps, 1);
    Atomics.notify(words, JOB.wakeUps);
    return bands;
  }

  /** Takes a band; below 0 when none is left. */
  claim(): number {
    return Atomics.sub(this.#words, JOB.left, 1) - 1;
  }

  /** Says that a band is done. */
  finish(): void {
    Atomics.add(this.#words, JOB.done, 1);
  }

  /** Waits for the bands that others have taken. */
  join(): void {
    const words = this.#words;
    const bands = words[JOB.bands] ?? 0;
    for (let look = 0; look < LOOKS; look++) {
      if (Atomics.load(words, JOB.done) === bands) return;
    }
    for (let done = Atomics.load(words, JOB.done); done < bands; done = Atomics.load(words, JOB.done)) {
      Atomics.wait(words, JOB.done, done, 1);
    }
  }

  /** Ends the threads for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await Promise.all(this.#ending);
  }

  #start(module: WasmModule, memory: WasmMemory): void {
    try {
      // Not imported: most programs never need it, and loading it takes 1 ms.
      const threads = process.getBuiltinModule('node:worker_threads');
      const worker = new threads.Worker(this.#program, {
        eval: true,
        workerData: { module, memory, words: this.#words },
        execArgv: [],
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
      });
      worker.unref();
      const forget = (): void => {
        this.#workers = this.#workers.filter((one) => one !== worker);
      };
      worker.once('error', forget);
      worker.once('exit', forget);
      this.#workers.push(worker);
    } catch {
      // Where the process may not start any the caller does all; `stats` tells.
    }
  }

  #end(): void {
    const ending = this.#workers.map((worker) => worker.terminate());
    // What has ended is let go, so that the list does not grow with every matrix.
    for (const one of ending) {
      this.#ending.push(one);
      void one.finally(() => (this.#ending = this.#ending.filter((other) => other !== one)));
    }
    this.#workers = [];
    this.#memory = undefined;
  }
}
