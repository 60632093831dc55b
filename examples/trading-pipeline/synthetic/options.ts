import { UserError } from '../user-error.js';

/** What a synthetic session is made from. The same options give the same bytes. */
export interface SyntheticOptions {
  /**
   * Whole number from 0 to 4294967295.
   * @default 1
   */
  readonly seed?: number;
  /**
   * Length in milliseconds, from 1 000 to 7 200 000.
   * @default 120_000
   */
  readonly duration?: number;
  /**
   * Names of 2 to 20 capital letters and digits, at most 64, each once.
   * @default ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
   */
  readonly symbols?: readonly string[];
}

/** @throws UserError when an option is out of its range. */
export function checkOptions(options: SyntheticOptions): Required<SyntheticOptions> {
  const { seed = 1, duration = 120_000, symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] } = options;
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new UserError(`the seed of a synthetic session must be a whole number from 0 to 4294967295, not ${seed}`);
  }
  if (!(duration >= 1_000 && duration <= 7_200_000)) {
    throw new UserError(`a synthetic session lasts from 1000 to 7200000 ms, not ${duration}`);
  }
  const wrong = symbols.find((symbol) => !/^[A-Z0-9]{2,20}$/.test(symbol));
  if (wrong !== undefined) throw new UserError(`"${wrong}" is no symbol of capital letters and digits`);
  if (symbols.length < 1 || symbols.length > 64 || new Set(symbols).size !== symbols.length) {
    throw new UserError('a synthetic session has from 1 to 64 different symbols');
  }
  return { seed, duration, symbols: [...symbols] };
}
