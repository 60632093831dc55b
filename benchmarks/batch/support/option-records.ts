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

/** Records that are written. */
export const COUNT = 2_000;

/** Decimals that venues send of each number. */
export const DECIMALS = {
  mark_price: 4,
  last_price: 4,
  delta: 5,
  gamma: 5,
  theta: 5,
  vega: 5,
  bid_iv: 2,
  ask_iv: 2,
  volume_24h: 2,
} as const;

const EXPIRIES = ['27SEP24', '25OCT24', '29NOV24', '27DEC24', '28MAR25', '27JUN25'];

/** The same records each time, symbols as venues name them and a number that tells them apart. */
export const RECORDS: readonly OptionRecord[] = records();

function records(): OptionRecord[] {
  let state = 11;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const number = (name: keyof typeof DECIMALS, value: number): number => Number(value.toFixed(DECIMALS[name]));
  return Array.from({ length: COUNT }, (_, index) => {
    const isBitcoin = index % 2 === 1;
    const place = index >> 1;
    const step = Math.floor(place / 24);
    const strike = isBitcoin ? 20_000 + 1_000 * step : 1_000 + 50 * step;
    const kind = random() < 0.5 ? 'C' : 'P';
    return {
      symbol: `${isBitcoin ? 'BTC' : 'ETH'}-${EXPIRIES[place % 6]}-${strike}-${kind}-${index}`,
      mark_price: number('mark_price', random() * 0.4),
      last_price: number('last_price', random() * 0.4),
      delta: number('delta', random() * 2 - 1),
      gamma: number('gamma', random() * 1e-3),
      theta: number('theta', -random() * 90),
      vega: number('vega', random() * 120),
      bid_iv: number('bid_iv', 30 + random() * 60),
      ask_iv: number('ask_iv', 32 + random() * 60),
      volume_24h: number('volume_24h', random() * 2_500),
    };
  });
}
