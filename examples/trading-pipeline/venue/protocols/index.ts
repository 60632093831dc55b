import type { Recording, Venue } from '../../recording/index.js';
import { limitsOf, type VenueLimits } from '../limits.js';

import { binance } from './binance.js';
import { bybit2021, bybitV5 } from './bybit.js';
import { coinbase } from './coinbase.js';
import { kraken } from './kraken.js';
import type { VenueProtocol } from './protocol.js';

export type { Answer, Asker, VenueProtocol } from './protocol.js';

const makers: Readonly<Record<Venue, (limits: VenueLimits, recording: Recording) => VenueProtocol>> = {
  'bybit-2021': bybit2021,
  'bybit-v5': bybitV5,
  binance,
  kraken,
  coinbase,
};

/** The protocol of the venue that a recording comes from. */
export function protocolOf(recording: Recording): VenueProtocol {
  return makers[recording.venue](limitsOf(recording.venue, recording.market), recording);
}
