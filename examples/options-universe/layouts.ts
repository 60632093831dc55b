import type { Redis } from 'ioredis';
import { BatchWriter } from 'tickwise/batch';
import { FieldMap } from 'tickwise/codec';
import { RecordPack, type RedisLayout, redisSink } from 'tickwise/sinks/redis';
import type { Ticker } from './session.js';

/** A way to keep the newest ticker of every option, and what it takes. */
export interface LayoutReport {
  readonly layout: string;
  readonly keys: number;
  /** Bytes that Redis says its keys take. */
  readonly bytes: number;
  readonly bytesPerOption: number;
}

const SHORT_NAMES = {
  mark_price: 'm',
  bid_price: 'b',
  ask_price: 'a',
  delta: 'd',
  gamma: 'g',
  theta: 't',
  vega: 'v',
  mark_iv: 'i',
  volume_24h: 'w',
  open_interest: 'o',
} as const;

/** Decimals that the venue sends of each field. */
const PACK = new RecordPack({
  symbol: 'text',
  mark_price: 4,
  bid_price: 4,
  ask_price: 4,
  delta: 5,
  gamma: 7,
  theta: 5,
  vega: 5,
  mark_iv: 2,
  volume_24h: 0,
  open_interest: 1,
});

/** Options per bucket: about 100 short fields are still kept as one compact list. */
const PER_BUCKET = 100;

/** Each layout writes to keys that begin with its prefix. */
function layouts(count: number, prefix: string): readonly (readonly [string, string, RedisLayout<Ticker>])[] {
  const [long, short, packed] = [`${prefix}options:latest:`, `${prefix}o:`, `${prefix}p:`];
  const fields = new FieldMap(SHORT_NAMES);
  const buckets = Math.ceil(count / PER_BUCKET);
  return [
    ['hashes, long names', long, { type: 'hash', key: ({ symbol }) => long + symbol }],
    ['hashes, short names', short, { type: 'hash', key: ({ symbol }) => short + symbol, fields, omit: ['symbol'] }],
    [
      'packed, in buckets',
      packed,
      { type: 'buckets', prefix: packed, buckets, id: ({ symbol }) => symbol, record: PACK },
    ],
  ];
}

/** Writes the tickers in every layout and asks Redis what each takes. Removes them again. */
export async function measureLayouts(
  client: Redis,
  tickers: readonly Ticker[],
  prefix: string,
): Promise<LayoutReport[]> {
  const reports: LayoutReport[] = [];
  for (const [name, begins, layout] of layouts(tickers.length, prefix)) {
    const sink = redisSink<Ticker>({ client, layout });
    const writer = new BatchWriter<Ticker>({ sink, maxItems: 500 });
    for (const ticker of tickers) if (!writer.add(ticker)) await writer.flush();
    await writer.close();
    await sink.close();
    const keys = await client.keys(`${begins}*`);
    const sizes = await Promise.all(keys.map((key) => client.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    const bytes = sizes.reduce<number>((sum, size) => sum + Number(size), 0);
    reports.push({ layout: name, keys: keys.length, bytes, bytesPerOption: Math.round(bytes / tickers.length) });
    await client.unlink(keys);
  }
  return reports;
}
