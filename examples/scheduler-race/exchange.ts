import type { VirtualClock } from 'tickwise';
import type { TaskContext } from 'tickwise/schedule';

/** What the venue is like. Its capacity falls after 4 s and comes back after 10 s. */
export const VENUE = {
  capacity: [40, 8, 40],
  changes: [4_000, 10_000],
  rate: 400,
  latency: 100,
  ban: { refusals: 30, within: 10_000, length: 10_000 },
} as const;

/** What a client throws when it is refused. */
export interface Refusal extends Error {
  readonly status: number;
  /** Milliseconds to wait. */
  readonly pauseFor: number;
}

/** A venue whose latency grows when more is asked than it works on at once, and that refuses what is above its rate. */
export class RaceExchange {
  readonly #clock: VirtualClock;
  readonly #seed: number;
  readonly #refusals: number[] = [];
  #second = -1;
  #used = 0;
  #bannedUntil = -1;
  /** Requests it works on. */
  running = 0;
  /** Most it ever worked on. */
  most = 0;
  /** Answers with 429. */
  refused = 0;
  /** Answers with 418. */
  banned = 0;
  /** Requests answered. */
  answered = 0;
  /** Latency of the latest answer, in milliseconds. */
  latency = 0;

  constructor(clock: VirtualClock, seed: number) {
    this.#clock = clock;
    this.#seed = seed;
  }

  /** What a symbol takes of the rate: 1, 2 or 5. */
  readonly weightOf = (symbol: number): number => {
    const part = this.#random(symbol, 11);
    return part < 0.7 ? 1 : part < 0.9 ? 2 : 5;
  };

  /** Answers for a symbol, or throws what a client would. */
  readonly request = async (
    symbol: number,
    { attempt }: Pick<TaskContext, 'attempt'>,
  ): Promise<{ status: number; used: number }> => {
    const now = this.#clock.now();
    if (now < this.#bannedUntil) {
      this.banned++;
      await this.#sleep(5);
      throw Object.assign(new Error('banned'), { status: 418, pauseFor: this.#bannedUntil - now });
    }
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#used = 0;
    this.#second = second;
    if (this.#used + this.weightOf(symbol) > VENUE.rate) return this.#refuse(now);
    this.#used += this.weightOf(symbol);
    const used = this.#used;
    this.most = Math.max(this.most, ++this.running);
    const crowd = Math.max(1, this.running / this.#capacity(now)) ** 1.5;
    const latency = VENUE.latency * (0.8 + 0.4 * this.#random(symbol, 33 + attempt)) * crowd;
    await this.#sleep(latency);
    this.running--;
    this.answered++;
    this.latency = latency;
    return { status: 200, used };
  };

  async #refuse(now: number): Promise<never> {
    this.refused++;
    const { length, refusals, within } = VENUE.ban;
    this.#refusals.push(now);
    if (this.#refusals.filter((at) => at > now - within).length > refusals) {
      this.#bannedUntil = now + length;
      this.#refusals.length = 0;
    }
    const used = this.#used;
    await this.#sleep(5);
    throw Object.assign(new Error('too many'), { status: 429, pauseFor: 1_000 - (now % 1_000), used });
  }

  #capacity(now: number): number {
    const at = VENUE.changes.filter((change) => now >= change).length;
    return VENUE.capacity[at] ?? VENUE.capacity[0];
  }

  #random(a: number, b: number): number {
    let x = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + this.#seed * 7_919, 0xc2b2ae35);
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 4_294_967_296;
  }

  #sleep(duration: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimeout(resolve, duration));
  }
}
