import { Redis } from 'ioredis';
import { FieldMap } from 'tickwise/codec';
import { bucketOf, RecordPack, type RedisLayout, redisSink } from 'tickwise/sinks/redis';
import type { Benchmark, Instance } from '../runner/contract.js';
import { COUNT, DECIMALS, type OptionRecord, RECORDS } from './support/option-records.js';
import { redisUrl } from './support/redis-server.js';

const BUCKETS = 20;

const NAMES = ['symbol', ...Object.keys(DECIMALS)];
const CODES = Object.fromEntries(NAMES.map((name, index) => [name, String.fromCodePoint(97 + index)]));

const pack = new RecordPack(DECIMALS);

/** How a contender writes all records, and finds one again. */
interface Way {
  readonly write: (redis: Redis) => Promise<unknown>;
  readonly read: (redis: Redis, symbol: string) => Promise<Record<string, unknown>>;
}

/** Records as read of a hash with numbers as text. */
function numbers(fields: Readonly<Record<string, string>>, nameOf = (name: string): string => name) {
  const { symbol: _symbol, ...rest } = Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [nameOf(name), text]),
  );
  return Object.fromEntries(Object.entries(rest).map(([name, text]) => [name, Number(text)]));
}

function sinkOf(layout: RedisLayout<OptionRecord>): Way['write'] {
  return async (redis) => {
    const sink = redisSink<OptionRecord>({ client: redis, layout });
    await sink.write(RECORDS, { signal: new AbortController().signal, attempt: 1, batchId: 'all', ids: [] });
    await sink.close?.();
  };
}

async function start({ write, read }: Way): Promise<Instance> {
  const redis = new Redis(await redisUrl());
  return {
    async run() {
      await redis.flushall('SYNC');
      await write(redis);
      const keys = await redis.keys('*');
      const sizes = await Promise.all(keys.map((key) => redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
      return sizes.reduce((sum: number, size) => sum + Number(size), 0);
    },
    // Bit for bit what was written; the symbol is in the key.
    answer: () => Promise.all(RECORDS.map(async ({ symbol }) => [symbol, await read(redis, symbol)])),
    close: () => redis.disconnect(),
  };
}

const fields = new FieldMap(CODES);
const nameOf = (code: string): string => NAMES.find((name) => CODES[name] === code) ?? code;

export default {
  question: `how much of Redis do ${COUNT} option records take?`,
  unit: 'stored-bytes',
  operation: 'record',
  checkOperations: COUNT,
  operations: COUNT,
  reference: () => RECORDS.map(({ symbol, ...rest }) => [symbol, rest]),
  contenders: [
    {
      name: 'redisSink, buckets of a hundred packed records',
      ours: true,
      setup: () =>
        start({
          write: sinkOf({ type: 'buckets', prefix: 'o:', buckets: BUCKETS, id: ({ symbol }) => symbol, record: pack }),
          read: async (redis, symbol) =>
            pack.decode((await redis.hgetBuffer(`o:${bucketOf(symbol, BUCKETS)}`, symbol)) ?? Buffer.alloc(0)),
        }),
    },
    {
      name: 'redisSink, readable hashes with one-letter names',
      ours: true,
      setup: () =>
        start({
          write: sinkOf({ type: 'hash', key: ({ symbol }) => `o:${symbol}`, fields, omit: ['symbol'] }),
          read: async (redis, symbol) => numbers(await redis.hgetall(`o:${symbol}`), nameOf),
        }),
    },
    {
      name: 'hashes with long names',
      package: 'ioredis',
      setup: () =>
        start({
          async write(redis) {
            const pipeline = redis.pipeline();
            for (const record of RECORDS) pipeline.hset(`options:latest:${record.symbol}`, { ...record });
            await pipeline.exec();
          },
          read: async (redis, symbol) => numbers(await redis.hgetall(`options:latest:${symbol}`)),
        }),
    },
    {
      name: 'strings of JSON',
      package: 'ioredis',
      setup: () =>
        start({
          async write(redis) {
            const pipeline = redis.pipeline();
            for (const record of RECORDS) pipeline.set(`options:latest:${record.symbol}`, JSON.stringify(record));
            await pipeline.exec();
          },
          async read(redis, symbol) {
            // What was written comes back.
            const record = JSON.parse((await redis.get(`options:latest:${symbol}`)) ?? '{}') as OptionRecord;
            const { symbol: _symbol, ...rest } = record;
            return rest;
          },
        }),
    },
  ],
  note: 'Every record is read back and compared. Field by field with HGET in hashes of one-letter names; buckets need RecordPack.',
} satisfies Benchmark;
