import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { FieldMap } from 'tickwise/codec';
import { bucketOf, RecordPack, type RedisLayout, redisSink } from 'tickwise/sinks/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CLIENTS } from '../stores/redis-clients.js';
import { useRedis } from '../stores/use-redis.js';
import { type OptionRecord, optionRecords } from './option-records.js';

const server = useRedis();
let redis: Redis;

beforeAll(() => {
  redis = new Redis(server().url);
});

afterAll(() => {
  redis.disconnect();
});

interface Row {
  readonly n: number;
  readonly symbol: string;
  readonly price: number;
}

const row = (n: number): Row => ({ n, symbol: `S\r\n$-1\r\n${n}`, price: n + 0.1 });
const pack = new RecordPack({ n: 0, symbol: 'text', price: 1 });

/** Benches over keys that nobody used before. A bad row wants a command from a key of another kind. */
const BENCHES: Readonly<
  Record<string, (prefix: string) => Promise<Omit<SinkBench<Row>, 'open'> & { layout: RedisLayout<Row> }>>
> = {
  async hash(prefix) {
    await redis.set(`${prefix}bad`, 'a text, no hash');
    return {
      layout: { type: 'hash', key: ({ n, symbol }) => (symbol === 'bad' ? `${prefix}bad` : `${prefix}${n}`) },
      row,
      badRow: (n) => ({ n, symbol: 'bad', price: 1 }),
      isOrdered: false,
      async stored() {
        const keys = (await redis.keys(`${prefix}*`)).filter((key) => key !== `${prefix}bad`);
        const all = await Promise.all(keys.map((key) => redis.hget(key, 'n')));
        return all.map(Number);
      },
    };
  },
  async buckets(prefix) {
    return {
      layout: { type: 'buckets', prefix, buckets: 4, id: ({ n }) => `row ${n}`, record: pack },
      row,
      badRow: (n) => ({ n, symbol: 'bad', price: 'sixty thousand' as unknown as number }),
      isOrdered: false,
      async stored() {
        const keys = await redis.keys(`${prefix}*`);
        const all = await Promise.all(keys.map((key) => redis.hvalsBuffer(key)));
        return all.flat().map((bytes) => Number(pack.decode(bytes)['n']));
      },
    };
  },
  async stream(prefix) {
    await redis.set(`${prefix}bad`, 'a text, no stream');
    return {
      layout: {
        type: 'stream',
        key: ({ symbol }) => `${prefix}${symbol === 'bad' ? 'bad' : 'all'}`,
        maxLength: 10_000,
      },
      row,
      badRow: (n) => ({ n, symbol: 'bad', price: 1 }),
      async stored() {
        const entries = await redis.xrange(`${prefix}all`, '-', '+');
        return entries.map(([, fields]) => Number(fields[fields.indexOf('n') + 1]));
      },
    };
  },
};

describe.each(CLIENTS)('a Redis sink over $name', ({ make }) => {
  describe.each(Object.entries(BENCHES))('with layout %s', (_, newBench) => {
    it.each(sinkContract)('$title', async ({ run }) => {
      const makeBench = async () => {
        const { layout, ...bench } = await newBench(`${randomUUID()}:`);
        return { ...bench, open: () => redisSink<Row>({ client: make(server().url), layout }) };
      };

      await expect(run(makeBench)).resolves.toBeUndefined();
    });
  });
});

/** A sink over ioredis that is closed after the test. */
function open<T extends object>(layout: RedisLayout<T>, onError: (error: unknown) => void = () => undefined) {
  const client = new Redis(server().url, { lazyConnect: true });
  const sink = redisSink<T>({ client, layout, onError });
  onTestFinished(() => sink.close());
  return sink;
}

describe('a Redis sink', () => {
  it('writes readable hashes under short names, and deletes fields that became null', async () => {
    const prefix = `${randomUUID()}:`;
    const fields = new FieldMap({ symbol: 's', markPrice: 'm', bid: 'b' });
    const sink = open<object>({ type: 'hash', key: () => `${prefix}x`, fields, omit: ['symbol'] });

    await sink.write([{ symbol: 'BTC', markPrice: -0, bid: 0.1 + 0.2, big: 2n ** 63n, isOpen: true, m: 'own' }]);
    await sink.write([{ symbol: 'BTC', bid: null, markPrice: 1e21 }]);

    expect(await redis.hgetall(`${prefix}x`)).toEqual({
      m: '1e+21',
      big: '9223372036854775808',
      isOpen: 'true',
      '~m': 'own',
    });
    expect(sink.stats()).toMatchObject({ commands: 3, rows: 2, rejected: 0, failures: 0 });
  });

  it('bounds a stream', async () => {
    const key = randomUUID();
    const sink = open<{ n: number }>({ type: 'stream', key, maxLength: 1_000 });

    for (let from = 0; from < 10_000; from += 500) {
      await sink.write(Array.from({ length: 500 }, (_, index) => ({ n: from + index })));
    }

    const length = await redis.xlen(key);
    expect(length).toBeGreaterThanOrEqual(1_000);
    expect(length).toBeLessThan(1_300);
    const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
    expect(newest?.[1]).toEqual(['n', '9999']);
  });

  it('reports rows that Redis cannot keep as they are', async () => {
    const sink = open<object>({ type: 'stream', key: randomUUID() });
    const bad = [{ at: new Date(0) }, { list: [1] }, { text: '\ud800' }, {}, { nothing: null }, { run: () => 1 }];

    const { rejected } = await sink.write([...bad, { n: 1 }]);

    expect(rejected.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { error } of rejected) expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('stores nothing of a batch when the server takes none', async () => {
    const key = randomUUID();
    const sink = open<{ n: number }>({ type: 'stream', key });
    await sink.write([{ n: 0 }]);
    await redis.config('SET', 'maxmemory', '1');

    const refused = sink.write([{ n: 1 }, { n: 2 }]);

    await expect(refused).rejects.toThrow(/OOM/);
    await redis.config('SET', 'maxmemory', '0');
    expect(await redis.xlen(key)).toBe(1);
    expect(sink.stats()).toMatchObject({ rows: 1, failures: 1 });
  });

  it.each([
    ['allkeys-lru', 1],
    ['volatile-ttl', 0],
    ['noeviction', 0],
  ])('warns of maxmemory-policy %s as often as %i times', async (policy, times) => {
    await redis.config('SET', 'maxmemory', '1gb', 'maxmemory-policy', policy);
    onTestFinished(async () => void (await redis.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction')));
    const warnings: unknown[] = [];
    const sink = open<{ n: number }>({ type: 'stream', key: randomUUID() }, (error) => warnings.push(error));

    await sink.write([{ n: 1 }]);

    expect(warnings).toHaveLength(times);
    for (const warning of warnings) {
      expect(warning).toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining('allkeys-lru') });
    }
  });
});

describe('2 000 option records in Redis', () => {
  const records = optionRecords(2_000, 11);
  const long = Object.keys(records[0] ?? {});
  const codes = Object.fromEntries(long.map((name, index) => [name, String.fromCodePoint(97 + index)]));

  /** What the records take, keys included. */
  async function memoryOf(layout: RedisLayout<OptionRecord>): Promise<number> {
    await redis.flushall('SYNC');
    const sink = open(layout);
    await sink.write(records);
    const keys = await redis.keys('*');
    const sizes = await Promise.all(keys.map((key) => redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    return sizes.reduce((sum: number, size) => sum + Number(size), 0);
  }

  it('take at most 0.62 of long-name hashes in plain hashes, and 0.20 in buckets, bit for bit', async () => {
    const plain = await memoryOf({ type: 'hash', key: ({ symbol }) => `options:latest:${symbol}` });
    const fields = new FieldMap(codes);
    const short = await memoryOf({ type: 'hash', key: ({ symbol }) => `o:${symbol}`, fields, omit: ['symbol'] });
    const [one] = records;
    const readable = await redis.hget(`o:${one?.symbol}`, codes['theta'] ?? '');
    const decimals = {
      mark_price: 4,
      last_price: 4,
      delta: 5,
      gamma: 5,
      theta: 5,
      vega: 5,
      bid_iv: 2,
      ask_iv: 2,
      volume_24h: 2,
    };
    const record = new RecordPack(decimals);
    const packed = await memoryOf({ type: 'buckets', prefix: 'o:', buckets: 20, id: ({ symbol }) => symbol, record });

    const found = await Promise.all(records.map(({ symbol }) => redis.hgetBuffer(`o:${bucketOf(symbol, 20)}`, symbol)));
    expect(found.map((bytes) => record.decode(bytes ?? Buffer.alloc(0)))).toEqual(
      records.map(({ symbol: _symbol, ...rest }) => rest),
    );
    expect(readable).toBe(String(one?.theta));
    expect(short / plain).toBeLessThanOrEqual(0.62);
    expect(packed / plain).toBeLessThanOrEqual(0.2);
  });
});
