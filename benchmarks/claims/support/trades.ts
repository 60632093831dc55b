import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A trade as it came from the venue. */
export interface Trade {
  /** When the venue made it, in epoch milliseconds. */
  readonly ts: number;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

const FOLDER = process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data');
const PATH = join(FOLDER, 'ws/binance-usdm-btc-eth-2024-08-08.ndjson.gz');
/** Trades of the made session. */
const MADE = 10_000;

/** Where the trades come from, for the text of a claim. */
export const TRADES_SOURCE = existsSync(PATH)
  ? '150 s of recorded BTC and ETH trades of Binance futures'
  : '10,000 trades made with seed 7 (no recordings in TICKWISE_DATA)';

/** All trades in order. */
export function trades(): Trade[] {
  return existsSync(PATH) ? recorded() : made();
}

function recorded(): Trade[] {
  const lines = gunzipSync(readFileSync(PATH)).toString().split('\n');
  return lines
    .filter((line) => line.includes('"e":"trade"'))
    .map((line) => {
      // A trade of the venue, as the recording's own page describes it.
      const { data } = JSON.parse(line.slice(line.indexOf('"msg":') + 6, -1)) as { data: Record<string, string> };
      return { ts: Number(data['T']), symbol: String(data['s']), price: Number(data['p']), size: Number(data['q']) };
    })
    .toSorted((a, b) => a.ts - b.ts);
}

function made(): Trade[] {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let ts = 1_723_161_256_322;
  const prices = [61_800, 2_683];
  return Array.from({ length: MADE }, () => {
    const which = random() < 0.7 ? 0 : 1;
    ts += random() < 0.5 ? 0 : Math.floor(random() * 60);
    prices[which] = (prices[which] ?? 0) * (1 + (random() - 0.5) / 5_000);
    const price = Math.round((prices[which] ?? 0) * 100) / 100;
    return { ts, symbol: which === 0 ? 'BTCUSDT' : 'ETHUSDT', price, size: Math.ceil(random() * 2_000) / 1_000 };
  });
}
