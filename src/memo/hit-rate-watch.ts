import { show } from '../core/show.js';
import { callsOf, type MemoCounters } from './memo-stats.js';
import { structuralKey } from './structural-key.js';

/** Calls after which a cache is judged. */
const CALLS = 1_000;
/** Misses before that whose arguments are compared. */
const SAMPLES = 64;
/** Hit rate below which a cache costs more than it gives. */
const LOW = 0.05;

/** Warns once about a cache that hardly ever hits, and names the argument that makes each call a new one. */
export class HitRateWatch {
  readonly #name: string;
  /** Arguments of the last misses, as digests of their content: arguments may be large, and may change. */
  #samples: (readonly string[])[] = [];
  #isDone = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Notes a miss. Costs one comparison, except in the last calls before the judgement. */
  miss(counters: Readonly<MemoCounters>, args: readonly unknown[]): void {
    if (this.#isDone) return;
    const calls = callsOf(counters);
    if (calls > CALLS - SAMPLES) this.#samples.push(args.map(describe));
    if (calls < CALLS && this.#samples.length < 2 * SAMPLES) return;
    this.#isDone = calls >= CALLS;
    // Calls that shared a load gained something too.
    const isLow = counters.misses > (1 - LOW) * calls;
    if (this.#isDone && isLow) this.#warn(calls, (counters.hits + counters.staleHits) / calls);
    this.#samples = [];
  }

  #warn(calls: number, hitRate: number): void {
    const percent = (hitRate * 100).toFixed(1);
    process.emitWarning(
      `memo ${this.#name}: only ${percent} % of ${calls} calls were hits${this.#culprit()}; ` +
        'leave out what varies with the key option, or drop the cache',
      'TickwiseWarning',
    );
  }

  #culprit(): string {
    const width = Math.max(0, ...this.#samples.map((sample) => sample.length));
    const distinct = Array.from(
      { length: width },
      (_, index) => new Set(this.#samples.map((sample) => sample[index])).size,
    );
    const most = Math.max(0, ...distinct);
    if (most < 2) return '';
    const position = distinct.indexOf(most) + 1;
    return `, argument ${position} had ${most} values in the last ${this.#samples.length} misses`;
  }
}

/** A short text that is different for different values, most of the time. */
function describe(value: unknown): string {
  const text = tryKey(value);
  return text.length <= 64 ? text : `${text.length}:${hash(text)}`;
}

function tryKey(value: unknown): string {
  try {
    return structuralKey(value);
  } catch {
    // What it could describe a moment ago may have changed since.
    return show(value);
  }
}

function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x9e3779b1);
  return value;
}
