import type { Clock } from 'tickwise';
import type { TaskContext } from 'tickwise/schedule';

/** What a simulated venue is like. */
export interface Regime {
  readonly name: string;
  /** Requests it works on at once, over its own time in milliseconds. */
  readonly capacity: (time: number) => number;
  /** Weight it lets through per second. */
  readonly rate: number;
  /** Whether more than 30 refusals within 10 s are answered with a ban of 10 s. */
  readonly isBanning?: boolean;
  /** Spread of a lognormal latency; heavy requests then take twice as long. Without it latency is 80 to 120 ms. */
  readonly tail?: number;
}

const steps = (time: number): number => (time < 4_000 || time >= 14_000 ? 40 : 8);

/** The five regimes that every controller is measured in. */
export const REGIMES: readonly Regime[] = [
  { name: 'rate-bound', capacity: () => 20, rate: 200 },
  { name: 'concurrency-bound', capacity: () => 20, rate: 1_000 },
  { name: 'capacity 40, 8, 40', capacity: steps, rate: 1_000 },
  { name: 'rate-bound with bans', capacity: () => 20, rate: 200, isBanning: true },
  { name: 'heavy tail', capacity: () => 20, rate: 1_000, tail: 0.5 },
];

export const SYMBOLS = 3_000;
/** The list starts so far into a second of the venue, in milliseconds. */
export const OFFSET = 370;
const BASE_LATENCY = 100;
const REFUSAL_LATENCY = 5;
const BAN = { refusals: 30, within: 10_000, length: 10_000 };

/** An answer that says no, as a bot's client throws it. */
class Refusal extends Error {
  readonly status: number;
  readonly pauseFor: number | undefined;
  readonly used: number | undefined;

  constructor(status: number, pauseFor?: number, used?: number) {
    super(`status ${status}`);
    this.status = status;
    this.pauseFor = pauseFor;
    this.used = used;
  }
}

/**
 * A venue in virtual time: latency grows as `max(1, running / capacity) ** 1.5`, weight above the rate of an aligned
 * second is refused with 429 and the time to the next, and a fifth of the symbols does not exist.
 */
export class SimulatedExchange {
  readonly #clock: Clock;
  readonly #regime: Regime;
  readonly #random: (a: number, b: number) => number;
  readonly #start: number;
  #running = 0;
  #window = -1;
  #used = 0;
  #bannedUntil = -1;
  #recent: number[] = [];
  refused = 0;
  banned = 0;
  sent = 0;

  constructor(clock: Clock, regime: Regime, seed: number) {
    this.#clock = clock;
    this.#regime = regime;
    this.#random = hashOf(seed);
    this.#start = clock.now() - OFFSET;
  }

  /** Requests it works on. */
  get running(): number {
    return this.#running;
  }

  /** What it knows and a scheduler does not: milliseconds of its own time. */
  now(): number {
    return this.#clock.now() - this.#start;
  }

  readonly weightOf = (symbol: number): number => {
    const part = this.#random(symbol, 11);
    return part < 0.7 ? 1 : part < 0.9 ? 2 : 5;
  };

  /** Asks for a symbol; throws a {@link Refusal} unless it is answered with 200. */
  readonly request = async (symbol: number, { attempt }: Pick<TaskContext, 'attempt'>): Promise<{ used: number }> => {
    this.sent++;
    const time = this.now();
    if (time < this.#bannedUntil) {
      this.banned++;
      await this.#sleep(REFUSAL_LATENCY);
      throw new Refusal(418, this.#bannedUntil - time);
    }
    const weight = this.weightOf(symbol);
    this.#roll(time);
    if (this.#used + weight > this.#regime.rate) return this.#refuse(time);
    this.#used += weight;
    this.#running++;
    const used = this.#used;
    await this.#sleep(this.#latency(symbol, weight, attempt - 1, time));
    this.#running--;
    if (this.#random(symbol, 22) < 0.2) throw new Refusal(404, undefined, used);
    return { used };
  };

  async #refuse(time: number): Promise<never> {
    this.refused++;
    const used = this.#used;
    this.#countRefusal(time);
    await this.#sleep(REFUSAL_LATENCY);
    // As long as it is from the request: the answer took a part of it.
    throw new Refusal(429, 1_000 - (time % 1_000), used);
  }

  #countRefusal(time: number): void {
    if (this.#regime.isBanning !== true) return;
    this.#recent.push(time);
    this.#recent = this.#recent.filter((at) => at >= time - BAN.within);
    if (this.#recent.length <= BAN.refusals) return;
    this.#bannedUntil = time + BAN.length;
    this.#recent = [];
  }

  #roll(time: number): void {
    const window = Math.floor(time / 1_000);
    if (window === this.#window) return;
    this.#window = window;
    this.#used = 0;
  }

  #latency(symbol: number, weight: number, attempt: number, time: number): number {
    const crowd = Math.max(1, this.#running / this.#regime.capacity(time)) ** 1.5;
    const { tail } = this.#regime;
    const even = this.#random(symbol, 33 + attempt);
    if (tail === undefined) return BASE_LATENCY * (0.8 + 0.4 * even) * crowd;
    const normal = Math.sqrt(-2 * Math.log(1 - even)) * Math.cos(2 * Math.PI * this.#random(symbol, 55 + attempt));
    return BASE_LATENCY * Math.exp(tail * normal - tail ** 2 / 2) * (weight === 5 ? 2 : 1) * crowd;
  }

  #sleep(duration: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimeout(resolve, duration));
  }
}

/** Even numbers from 0 to 1 by two numbers and a seed, the same on every machine. */
function hashOf(seed: number): (a: number, b: number) => number {
  return (a, b) => {
    let x = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + seed * 7_919, 0xc2b2ae35);
    x ^= x >>> 15;
    x = Math.imul(x, 0x2c1b3c6d);
    x ^= x >>> 12;
    x = Math.imul(x, 0x297a2d39);
    x ^= x >>> 15;
    return (x >>> 0) / 4_294_967_296;
  };
}
