import { gunzipSync } from 'node:zlib';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A trade as exchanges print it. Not an interface, which is no `Record`. */
export type Trade = {
  readonly ts: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly size: number;
};

/** What is read of a Binance trade frame. */
interface Frame {
  readonly data: {
    readonly T: number;
    readonly s: string;
    readonly m: boolean;
    readonly p: string;
    readonly q: string;
  };
}

const DATA = process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

/** Recordings with trades of two symbols; the second is the thinner one. */
export const RECORDINGS = ['binance-usdm-btc-eth-2024-08-08', 'binance-spot-btc-eth-2024-08-08'].filter((name) =>
  existsSync(pathOf(name)),
);

/** All trades of a recording, in order of arrival. */
export function recordedTrades(name: string): Trade[] {
  return gunzipSync(readFileSync(pathOf(name)))
    .toString()
    .split('\n')
    .filter((line) => line.includes('"e":"trade"'))
    .map((line) => {
      const { data } = JSON.parse(line.slice(line.indexOf('"msg":') + 6, -1)) as Frame;
      return { ts: data.T, symbol: data.s, side: data.m ? 'sell' : 'buy', price: Number(data.p), size: Number(data.q) };
    });
}

/** Rows in blocks of so many. */
export function blocksOf<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, block) =>
    rows.slice(block * size, (block + 1) * size),
  );
}

/** Where a recording is. */
export function pathOf(name: string): string {
  return join(DATA, 'ws', `${name}.ndjson.gz`);
}
