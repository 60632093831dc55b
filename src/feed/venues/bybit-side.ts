import { refuse } from '../guards.js';

/** The taker's side as Bybit writes it. @throws CorruptDataError when it is neither Buy nor Sell. */
export function bybitSide(name: string, value: unknown): 'buy' | 'sell' {
  if (value === 'Buy') return 'buy';
  return value === 'Sell' ? 'sell' : refuse(name, `'Buy' or 'Sell'`, value);
}
