import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { BatchWriter } from 'tickwise/batch';
import { bucketOf, RecordPack, redisSink } from 'tickwise/sinks/redis';
import { COUNT, DECIMALS, type OptionRecord, RECORDS } from '../batch/support/option-records.js';
import { atDistance } from '../batch/support/distance.js';
import { redisUrl } from '../batch/support/redis-server.js';
import type { Claim, ClaimGroup, Measured } from '../runner/claim.js';
import { TRACKER } from './support/documents.js';
import { mustEqual, saving } from './support/saving.js';
import { UnavailableError } from './support/unavailable.js';

const BUCKETS = 20;
/** Rounds of writing and of reading everything; the median counts. */
const ROUNDS = 5;
/** Records of a burst, and milliseconds to the far Redis. */
const BURST = 500;
const AWAY = 1;
const pack = new RecordPack(DECIMALS);

/** What a way to keep the newest record of every option took. */
interface Kept {
  /** Bytes that Redis says its keys take. */
  readonly memory: number;
  /** Times that Redis read from a connection, and bytes in both directions, as it counts them. */
  readonly reads: number;
  readonly network: number;
  /** Milliseconds for reading the whole chain, and every record one after the other: medians. */
  readonly chain: number;
  readonly single: number;
}

/** How records are written and found again. */
interface Way {
  /** Writes records that have come at once; says how long each has waited until it was stored, in milliseconds. */
  readonly write: (redis: Redis, records: readonly OptionRecord[]) => Promise<readonly number[]>;
  readonly read: (redis: Redis, symbol: string) => Promise<object>;
  /** All at once, by symbol. */
  readonly readAll: (redis: Redis) => Promise<ReadonlyMap<string, object>>;
}

/** A hash per option with the venue's names, written when it comes. */
const USUAL: Way = {
  async write(redis, records) {
    const started = performance.now();
    const waits: number[] = [];
    for (const record of records) {
      await redis.hset(`options:latest:${record.symbol}`, { ...record });
      waits.push(performance.now() - started);
    }
    return waits;
  },
  read: async (redis, symbol) => numbersOf(await redis.hgetall(`options:latest:${symbol}`)),
  async readAll(redis) {
    const pipeline = redis.pipeline();
    for (const { symbol } of RECORDS) pipeline.hgetall(`options:latest:${symbol}`);
    const replies = (await pipeline.exec()) ?? [];
    // HGETALL answers texts by field.
    return new Map(RECORDS.map(({ symbol }, index) => [symbol, numbersOf(replies[index]?.[1] as Texts)]));
  },
};

type Texts = Readonly<Record<string, string>>;

function numbersOf({ symbol: _symbol, ...texts }: Texts): object {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
}

/** Packed records in buckets, written in batches. */
const OURS: Way = {
  async write(redis, records) {
    const id = ({ symbol }: OptionRecord): string => symbol;
    const sink = redisSink<OptionRecord>({
      client: redis,
      layout: { type: 'buckets', prefix: 'o:', buckets: BUCKETS, id, record: pack },
    });
    const writer = new BatchWriter<OptionRecord>({ sink, maxItems: 500, flushWhenIdle: true });
    // A bot's sink is open when the first burst comes, as the connection of the usual way is.
    for (const first of records.slice(0, 1)) await writer.write(first);
    const started = performance.now();
    const waits = await Promise.all(
      records.map(async (record) => {
        await writer.write(record);
        return performance.now() - started;
      }),
    );
    await writer.close();
    return waits;
  },
  async read(redis, symbol) {
    return pack.decode((await redis.hgetBuffer(`o:${bucketOf(symbol, BUCKETS)}`, symbol)) ?? Buffer.alloc(0));
  },
  async readAll(redis) {
    const pipeline = redis.pipeline();
    for (let bucket = 0; bucket < BUCKETS; bucket++) pipeline.hgetallBuffer(`o:${bucket}`);
    const replies = (await pipeline.exec()) ?? [];
    // HGETALL answers bytes by field.
    const buckets = replies.map(([, reply]) => Object.entries(reply as Record<string, Buffer>));
    return new Map(buckets.flat().map(([symbol, bytes]) => [symbol, pack.decode(bytes)]));
  },
};

let measured: Promise<{ readonly usual: Kept; readonly ours: Kept }> | undefined;

function both(): NonNullable<typeof measured> {
  return (measured ??= (async () => {
    const redis = new Redis(await urlOfRedis());
    try {
      return { usual: await keep(redis, USUAL), ours: await keep(redis, OURS) };
    } finally {
      redis.disconnect();
    }
  })());
}

/** How long records of a burst wait, with a way to Redis and without. */
async function latency(): Promise<Measured> {
  const url = await urlOfRedis();
  const far = await waiting(await atDistance(url, AWAY));
  const near = await waiting(url);
  return { value: far.value, text: `${far.text}; on loopback ${near.text}` };
}

async function waiting(url: string): Promise<Measured> {
  const redis = new Redis(url);
  const burst = RECORDS.slice(0, BURST);
  try {
    const means: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, way] of [USUAL, OURS].entries()) means[index]?.push(meanOf(await way.write(redis, burst)));
    const [usual = Number.NaN, ours = Number.NaN] = means.map(medianOf);
    return saving('ms', usual, ours);
  } finally {
    redis.disconnect();
  }
}

/** A Redis of this process's own. @throws UnavailableError when the machine has none. */
function urlOfRedis(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((path) => existsSync(join(path, 'redis-server')))) return redisUrl();
  throw new UnavailableError('Redis is not here: apt-get install redis-server');
}

async function keep(redis: Redis, { write, read, readAll }: Way): Promise<Kept> {
  await redis.flushall('SYNC');
  const before = await countersOf(redis);
  await write(redis, RECORDS);
  const after = await countersOf(redis);
  const keys = await redis.keys('*');
  const sizes = await Promise.all(keys.map((key) => redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
  const expected = RECORDS.map(({ symbol: _symbol, ...rest }) => rest);
  const single = await timed(async () => {
    const found: object[] = [];
    for (const { symbol } of RECORDS) found.push(await read(redis, symbol));
    mustEqual(expected, found);
  });
  const chain = await timed(async () => {
    const found = await readAll(redis);
    mustEqual(
      expected,
      RECORDS.map(({ symbol }) => found.get(symbol)),
    );
  });
  return {
    memory: sizes.reduce<number>((sum, size) => sum + Number(size), 0),
    reads: after.reads - before.reads,
    network: after.network - before.network,
    chain,
    single,
  };
}

/** Milliseconds of some work, the comparison of its results included: median of {@link ROUNDS} rounds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return medianOf(times);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function countersOf(redis: Redis): Promise<{ readonly reads: number; readonly network: number }> {
  const text = await redis.info('stats');
  const counter = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]);
  return {
    reads: counter('total_reads_processed'),
    network: counter('total_net_input_bytes') + counter('total_net_output_bytes'),
  };
}

const LAYOUTS = `${COUNT} option records of ten fields that come at once, into a Redis of its own with shipped settings: a hash with the venue’s names each, written one after the other, against redisSink with packed records in ${BUCKETS} buckets behind a BatchWriter of 500; every record read back equal.`;

function kept(
  words: string,
  claim: string,
  promised: number,
  how: string,
  what: string,
  of: (kept: Kept) => number,
  figure = claim,
): Claim {
  const measure = async (): Promise<Measured> => {
    const { usual, ours } = await both();
    return saving(what, of(usual), of(ours));
  };
  return {
    source: { document: TRACKER, words },
    claim,
    figure,
    how: `${LAYOUTS} ${how}`,
    promised: { atLeast: promised },
    measure,
  };
}

export default {
  title: 'the newest record of every option in Redis',
  isShared: true,
  claims: [
    kept(
      'Redis Memory: 13MB → 8MB (38% reduction)',
      'Redis memory: 38 % less',
      0.38,
      'MEMORY USAGE of all keys.',
      'bytes',
      ({ memory }) => memory,
      'MEMORY USAGE',
    ),
    kept(
      'Storage Efficiency: 40% better compression',
      'Redis storage: 40 % less',
      0.4,
      'MEMORY USAGE of all keys.',
      'bytes',
      ({ memory }) => memory,
      'MEMORY USAGE',
    ),
    {
      source: { document: TRACKER, words: 'Query Speed: 20% faster' },
      claim: 'queries of Redis: 20 % faster',
      how: `${LAYOUTS} The whole chain as a dashboard asks for it, pipelined and decoded; beside it record after record, a round trip each. Median of ${ROUNDS} rounds.`,
      promised: { atLeast: 0.2 },
      async measure() {
        const { usual, ours } = await both();
        const { value, text } = saving('ms for the chain', usual.chain, ours.chain);
        return { value, text: `${text}; one by one ${saving('ms', usual.single, ours.single).text}` };
      },
    },
    kept(
      'Write Operations: 40% reduction',
      'write operations: 40 % fewer',
      0.4,
      'Times that Redis had to read from a connection, as it counts them.',
      'reads',
      ({ reads }) => reads,
    ),
    kept(
      'Network Traffic: 25% reduction',
      'network of writes: 25 % less',
      0.25,
      'Bytes that Redis counted, both ways.',
      'bytes',
      ({ network }) => network,
    ),
    {
      source: { document: TRACKER, words: 'Latency: 30% improvement' },
      claim: 'latency of writes: 30 % less',
      how: `Bursts of ${BURST} option records into a Redis ${AWAY} ms away each way, by a proxy in a thread: written one after the other against redisSink behind a BatchWriter that flushes when idle. From the burst until Redis has said that it has the record: mean of a burst, median of ${ROUNDS}. Beside it the same without the distance.`,
      promised: { atLeast: 0.3 },
      measure: latency,
    },
  ],
} satisfies ClaimGroup;
