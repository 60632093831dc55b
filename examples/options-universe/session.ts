import { Random } from '../trading-pipeline/synthetic/random.js';
import type { Instrument } from './chain.js';

/** What the venue sends of an option, as often as it changes. */
export interface Ticker {
  readonly symbol: string;
  readonly mark_price: number;
  readonly bid_price: number;
  readonly ask_price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly theta: number;
  readonly vega: number;
  readonly mark_iv: number;
  readonly volume_24h: number;
  readonly open_interest: number;
}

/** What the venue's list of instruments says, once a minute. */
export interface Listing {
  readonly symbol: string;
  readonly volume: number;
  readonly openInterest: number;
}

/** Something that happens on the venue. `symbol` is empty for a list. */
export type VenueEvent =
  | { readonly ts: number; readonly kind: 'list'; readonly listings: readonly Listing[] }
  | { readonly ts: number; readonly kind: 'ticker'; readonly symbol: string; readonly text: string };

const SPOT = 62_750;
const SECOND = 1_000;
const SECONDS_PER_LIST = 60;

/** Seconds of the session, event by event: the same for the same chain and seed. */
export function* playSession(chain: readonly Instrument[], seconds: number, seed = 1): Generator<VenueEvent> {
  const options = chain.map((instrument) => new LiveOption(instrument, new Random(seed, instrument.symbol)));
  const market = new Random(seed, 'spot');
  let spot = SPOT;
  for (let second = 0; second < seconds; second++) {
    const ts = second * SECOND;
    spot *= 1 + 2e-4 * market.gaussian();
    if (second % SECONDS_PER_LIST === 0) yield { ts, kind: 'list', listings: options.map((option) => option.list()) };
    for (const option of options) {
      const ticker = option.next(spot);
      if (ticker !== undefined) yield { ts, kind: 'ticker', symbol: ticker.symbol, text: JSON.stringify(ticker) };
    }
  }
}

/** One option: its volume comes and goes, its price follows the underlying, its quotes stray from its worth. */
class LiveOption {
  readonly #instrument: Instrument;
  readonly #random: Random;
  #volume: number;

  constructor(instrument: Instrument, random: Random) {
    this.#instrument = instrument;
    this.#random = random;
    this.#volume = instrument.volume;
  }

  list(): Listing {
    const { symbol, openInterest } = this.#instrument;
    // Old trades fall out of the 24 hours, new ones come: some options become liquid, some cease to be.
    this.#volume *= Math.exp(0.4 * this.#random.gaussian());
    // A block trade was most of it, and is a day old now.
    if (this.#random.isLikely(0.05)) this.#volume *= 0.1;
    return { symbol, volume: Math.round(this.#volume), openInterest };
  }

  /** Its ticker, when it has changed: a traded one does every second, another every tenth. */
  next(spot: number): Ticker | undefined {
    const [chance, stray, width] = [this.#random.uniform(), this.#random.gaussian(), this.#random.uniform()];
    if (this.#instrument.volume < 1_000 && chance > 0.1) return undefined;
    const { symbol, strike, isCall, days, openInterest } = this.#instrument;
    const root = 0.5 * Math.sqrt(days / 365);
    const distance = Math.log(spot / strike) / root;
    const inside = 1 / (1 + Math.exp(-1.7 * distance)); // near enough to the normal distribution
    const density = Math.exp(-0.5 * distance * distance) / Math.sqrt(2 * Math.PI);
    const worth = Math.max(0.000_1, inside * (1 - strike / spot) + density * root) + (isCall ? 0 : strike / spot - 1);
    const mark = Math.max(0.000_1, worth);
    const half = mark * (0.004 + 0.01 * width);
    const middle = mark * (1 + 0.008 * stray);
    return {
      symbol,
      mark_price: round(mark, 4),
      bid_price: round(Math.max(0, middle - half), 4),
      ask_price: round(middle + half, 4),
      delta: round(isCall ? inside : inside - 1, 5),
      gamma: round(density / (spot * root), 7),
      theta: round((-spot * density * 0.5) / (2 * Math.sqrt(days * 365)), 5),
      vega: round((spot * density * Math.sqrt(days / 365)) / 100, 5),
      mark_iv: round(50 + 4 * width, 2),
      volume_24h: Math.round(this.#volume),
      open_interest: openInterest,
    };
  }
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
