import { Sfc32 } from '../../../src/ring/sfc32.js';

/** What a venue says of one option. */
export interface OptionRecord {
  readonly symbol: string;
  readonly mark_price: number;
  readonly last_price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly theta: number;
  readonly vega: number;
  readonly bid_iv: number;
  readonly ask_iv: number;
  readonly volume_24h: number;
}

const EXPIRIES = ['27SEP24', '25OCT24', '29NOV24', '27DEC24', '28MAR25', '27JUN25'];

/** Seeded records of as many options, with the decimals that venues send. */
export function optionRecords(count: number, seed: number): readonly OptionRecord[] {
  const source = new Sfc32(seed);
  const random = (): number => source.next();
  const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
  return Array.from({ length: count }, (_, i) => {
    const isBitcoin = i % 2 === 1;
    const step = Math.floor((i >> 1) / 24);
    const strike = isBitcoin ? 20_000 + 1_000 * step : 1_000 + 50 * step;
    const kind = random() < 0.5 ? 'C' : 'P';
    return {
      symbol: `${isBitcoin ? 'BTC' : 'ETH'}-${EXPIRIES[(i >> 1) % 6]}-${strike}-${kind}-${i}`,
      mark_price: round(random() * 0.4, 4),
      last_price: round(random() * 0.4, 4),
      delta: round(random() * 2 - 1, 5),
      gamma: round(random() * 1e-3, 5),
      theta: round(-random() * 90, 5),
      vega: round(random() * 120, 5),
      bid_iv: round(30 + random() * 60, 2),
      ask_iv: round(32 + random() * 60, 2),
      volume_24h: round(random() * 2_500, 2),
    };
  });
}
