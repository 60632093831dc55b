import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A trade as exchanges print it. Not an interface, which is no `Record`. */
export type Trade = {
  readonly ts: number;
  readonly symbol: string;
  readonly side: string;
  readonly price: number;
  readonly size: number;
};

interface Frame {
  readonly data: {
    readonly T: number;
    readonly s: string;
    readonly m: boolean;
    readonly p: string;
    readonly q: string;
  };
}

/** Rows of a block. */
export const BLOCK = 500;

const PATH = join(process.env['TICKWISE_DATA'] ?? '../shared/data', 'ws/binance-usdm-btc-eth-2024-08-08.ndjson.gz');

/** Where the trades come from. */
export const SOURCE = existsSync(PATH) ? 'recorded BTC and ETH trades of Binance futures' : 'trades made with a seed';

/** Whole blocks of trades. */
export const BLOCKS: readonly (readonly Trade[])[] = blocks(existsSync(PATH) ? recorded() : seeded());

/** The block of an operation. */
export function blockOf(operation: number): readonly Trade[] {
  return BLOCKS[operation % BLOCKS.length] ?? [];
}

function recorded(): Trade[] {
  return gunzipSync(readFileSync(PATH))
    .toString()
    .split('\n')
    .filter((line) => line.includes('"e":"trade"'))
    .map((line) => {
      const { data } = JSON.parse(line.slice(line.indexOf('"msg":') + 6, -1)) as Frame;
      return { ts: data.T, symbol: data.s, side: data.m ? 'sell' : 'buy', price: Number(data.p), size: Number(data.q) };
    });
}

/** Bursts within a millisecond, prices that walk by ticks, sizes of three decimals. */
function seeded(): Trade[] {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const ticks = [618_003, 268_380];
  let ts = 1_723_161_256_322;
  return Array.from({ length: 10_000 }, () => {
    const which = random() < 0.7 ? 0 : 1;
    ts += random() < 0.6 ? 0 : Math.floor(random() * 60);
    ticks[which] = (ticks[which] ?? 0) + (random() < 0.7 ? 0 : Math.floor(random() * 7) - 3);
    return {
      ts,
      symbol: which === 0 ? 'BTCUSDT' : 'ETHUSDT',
      side: random() < 0.5 ? 'buy' : 'sell',
      price: (ticks[which] ?? 0) / (which === 0 ? 10 : 100),
      size: Math.ceil(random() ** 4 * 2_000) / 1_000,
    };
  });
}

function blocks(trades: readonly Trade[]): Trade[][] {
  return Array.from({ length: Math.floor(trades.length / BLOCK) }, (_, index) =>
    trades.slice(index * BLOCK, (index + 1) * BLOCK),
  );
}
