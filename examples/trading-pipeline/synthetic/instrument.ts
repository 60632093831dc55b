import { Random } from './random.js';

/** What a symbol is like. Prices and sizes are counted in whole units of their last decimal. */
export interface Instrument {
  readonly symbol: string;
  /** First price. */
  readonly price: number;
  /** Decimals of a price; a tick is one unit of the last. */
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  /** Mean size at the touch, in units of the last decimal. */
  readonly meanLots: number;
  /** How far it moves with the market. */
  readonly beta: number;
}

const KNOWN: readonly Instrument[] = [
  { symbol: 'BTCUSDT', price: 61_800, priceDecimals: 1, sizeDecimals: 3, meanLots: 3_000, beta: 1 },
  { symbol: 'ETHUSDT', price: 2_680, priceDecimals: 2, sizeDecimals: 3, meanLots: 40_000, beta: 1.2 },
  { symbol: 'SOLUSDT', price: 155, priceDecimals: 3, sizeDecimals: 0, meanLots: 400, beta: 1.5 },
];

/** A well-known contract as it is, any other name as an invented one that depends only on the name. */
export function instrumentOf(symbol: string): Instrument {
  return KNOWN.find((instrument) => instrument.symbol === symbol) ?? invent(symbol);
}

function invent(symbol: string): Instrument {
  const random = new Random(0, symbol);
  const magnitude = random.integer(0, 3);
  return {
    symbol,
    price: Math.round(random.between(1.5, 9.5) * 10 ** magnitude * 100) / 100,
    // Four to five digits, so that a tick is about a basis point or less.
    priceDecimals: 4 - magnitude,
    sizeDecimals: magnitude,
    meanLots: random.integer(200, 20_000),
    beta: random.between(0.6, 1.6),
  };
}

/** Writes a whole number of last units with its decimals: `(618003, 1)` is `61800.3`. */
export function decimalText(units: number, decimals: number): string {
  if (decimals === 0) return String(units);
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
