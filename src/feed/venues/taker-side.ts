import { refuse } from '../guards.js';

/**
 * The taker's side from the venue's words for it; with the words the other way round, from the maker's.
 * @throws CorruptDataError when it is neither word.
 */
export function takerSide(name: string, value: unknown, buy = 'buy', sell = 'sell'): 'buy' | 'sell' {
  if (value === buy) return 'buy';
  return value === sell ? 'sell' : refuse(name, `'${buy}' or '${sell}'`, value);
}
