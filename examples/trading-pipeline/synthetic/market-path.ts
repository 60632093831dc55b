import type { Random } from './random.js';

/** Milliseconds per step of the common factor. */
export const STEP = 20;

/** One step of the whole market. */
export interface MarketStep {
  /** Logarithmic return of the factor that all symbols share. */
  readonly factorReturn: number;
  /** Deviation of a symbol's own return in this step. */
  readonly ownDeviation: number;
  /** Direction of the market from -1 to 1; 0 without a trend. */
  readonly trend: number;
  /** Events per second against the average. */
  readonly activity: number;
  /** Most ticks that the spread widens. */
  readonly widening: number;
}

/** A state of the market. Deviations and drifts in basis points: per square root of a second, and per second. */
interface Regime {
  readonly deviation: number;
  readonly drift: number;
  readonly activity: number;
  readonly widening: number;
}

const QUIET: Regime = { deviation: 0.35, drift: 0, activity: 0.6, widening: 0 };
const WILD: Regime = { deviation: 1.6, drift: 0, activity: 1.9, widening: 3 };
const TREND: Regime = { deviation: 0.7, drift: 0.55, activity: 1.1, widening: 1 };

/** Shortest and longest time in a regime, milliseconds: several of the models' windows of 20 s fit into a session. */
const SHORTEST = 6_000;
const LONGEST = 15_000;

/** Share of a symbol's variance that it does not have in common with the others. */
const OWN_SHARE = 0.3;

/**
 * The common factor of the market, step by step, through changing regimes.
 *
 * Every second regime is a trend, its direction the opposite of the trend before, so that each session
 * of a minute goes both ways; between them it is quiet or wild.
 */
export class MarketPath {
  readonly #random: Random;
  #regime = QUIET;
  #stepsLeft = 0;
  #direction: number;

  constructor(random: Random) {
    this.#random = random;
    this.#direction = random.isLikely(0.5) ? 1 : -1;
  }

  step(): MarketStep {
    if (this.#stepsLeft === 0) this.#change();
    this.#stepsLeft -= 1;
    const { deviation, drift, activity, widening } = this.#regime;
    const seconds = STEP / 1_000;
    const perStep = deviation * 1e-4 * Math.sqrt(seconds);
    const trend = drift === 0 ? 0 : this.#direction;
    const noise = perStep * Math.sqrt(1 - OWN_SHARE) * this.#random.gaussian();
    return {
      factorReturn: trend * drift * 1e-4 * seconds + noise,
      ownDeviation: perStep * Math.sqrt(OWN_SHARE),
      trend,
      activity,
      widening,
    };
  }

  #change(): void {
    if (this.#regime === TREND) {
      this.#regime = this.#random.isLikely(0.5) ? QUIET : WILD;
    } else {
      this.#regime = TREND;
      this.#direction = -this.#direction;
    }
    this.#stepsLeft = Math.round(this.#random.between(SHORTEST, LONGEST) / STEP);
  }
}
