import { describe, expect, it } from 'vitest';
import { ConfigError, VirtualClock } from 'tickwise/core';
import { binance, bybitV5, FeedPool } from 'tickwise/feed';
import { Conflater } from '../../src/feed/conflater.js';
import { type Scene, scene } from './fake-venue.js';
import { Journal } from './journal.js';

const RULES = { prefix: '{"topic":"', isWhole: (topic: string): boolean => topic !== 'changes' };

const frame = (topic: string, value: number): string => JSON.stringify({ topic, value });

/** Sends frames in one write, so that they arrive together. */
function burst({ venue }: Scene, frames: readonly string[]): void {
  for (const text of frames) venue.send(text);
}

async function watch({ pool }: Scene, topic: string): Promise<Journal<number>> {
  const values = new Journal<number>();
  await pool.subscribe(topic, ({ items }) => items.forEach((item) => values.add(item)));
  return values;
}

describe('a conflated topic', () => {
  it('gives the last frame of a burst of 40 000, and parses few of the others', async () => {
    let parsed = 0;
    await using stage = await scene(
      { conflate: { topics: (topic) => topic === 'a' } },
      {
        conflation: RULES,
        decode: (text) => {
          parsed++;
          return JSON.parse(text) as unknown;
        },
      },
    );
    const a = await watch(stage, 'a');

    burst(
      stage,
      Array.from({ length: 40_000 }, (_, index) => frame('a', index)),
    );
    await stage.flush();
    while (a.last !== 39_999) await new Promise(setImmediate);

    const stats = stage.pool.stats();
    expect(a.entries.every((value, index) => index === 0 || value > (a.entries[index - 1] ?? NaN))).toBe(true);
    expect(parsed).toBeLessThan(20_000);
    expect(stats.frames).toBe(stats.parsed + stats.malformed + stats.conflated + stats.held);
    expect(stats.conflated).toBe(40_000 - a.entries.length);
    expect(stats.held).toBe(0);
  });

  it('has one value in each interval, the newest', async () => {
    await using stage = await scene({ conflate: { topics: () => true, interval: 100 } }, { conflation: RULES });
    const a = await watch(stage, 'a');
    const b = await watch(stage, 'b');

    burst(stage, [frame('a', 1), frame('b', 1), frame('a', 2)]);
    await stage.flush();
    const before = [...a.entries];
    await stage.clock.advance(99);
    await stage.clock.advance(1);
    burst(stage, [frame('a', 3)]);
    await stage.flush();
    await stage.clock.advance(100);

    expect(before).toEqual([]);
    expect([a.entries, b.entries]).toEqual([[2, 3], [1]]);
  });

  it('never goes back in time when a frame begins with another key', async () => {
    await using stage = await scene({ conflate: { topics: () => true, interval: 100 } }, { conflation: RULES });
    const a = await watch(stage, 'a');

    burst(stage, [frame('a', 1), JSON.stringify({ value: 2, topic: 'a' })]);
    await stage.flush();
    await stage.clock.advance(100);

    expect(a.entries).toEqual([2]);
    expect(stage.pool.stats().conflated).toBe(1);
  });

  it('leaves the other topics as they are', async () => {
    await using stage = await scene(
      { conflate: { topics: (topic) => topic === 'a', interval: 1_000 } },
      { conflation: RULES },
    );
    await watch(stage, 'a');
    const b = await watch(stage, 'b');

    burst(stage, [frame('b', 1), frame('b', 2)]);
    await b.atLeast(2);

    expect(b.entries).toEqual([1, 2]);
  });

  it('gives what was kept before it says that the connection is lost', async () => {
    await using stage = await scene({ conflate: { topics: () => true, interval: 1_000 } }, { conflation: RULES });
    const story = new Journal<string>();
    await stage.pool.subscribe(
      'a',
      ({ items }) => story.add(`value ${items[0]}`),
      ({ type }) => story.add(type),
    );
    burst(stage, [frame('a', 1), frame('a', 2)]);
    await stage.flush();

    stage.venue.socket.terminate();
    await story.atLeast(3);

    expect(story.entries).toEqual(['live', 'value 2', 'failed']);
  });

  it('drops what was kept when it is ended, and when the pool closes', async () => {
    await using stage = await scene({ conflate: { topics: () => true, interval: 1_000 } }, { conflation: RULES });
    const values: number[] = [];
    const end = await stage.pool.subscribe('a', ({ items }) => void values.push(...items));
    await watch(stage, 'b');
    burst(stage, [frame('a', 1), frame('b', 1)]);
    await stage.flush();

    await end();
    await stage.venue.requests.atLeast(3);
    await stage.flush();
    expect(stage.pool.stats()).toMatchObject({ held: 1, conflated: 1 });
    await stage.pool.close();

    expect(values).toEqual([]);
    expect(stage.pool.stats()).toMatchObject({ held: 0, conflated: 2 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('is refused when its frames hold only changes', async () => {
    await using stage = await scene({ conflate: { topics: () => true } }, { conflation: RULES });

    expect(() => stage.pool.subscribe('changes', () => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('the option conflate', () => {
  it('is refused for a protocol whose frames do not begin with their topic', async () => {
    await expect(scene({ conflate: { topics: () => true } })).rejects.toThrow(ConfigError);
  });

  it.each([
    [bybitV5('spot'), 'tickers.BTCUSDT', true],
    [bybitV5('option'), 'tickers.BTC-1-C', true],
    [bybitV5('linear'), 'tickers.BTCUSDT', false],
    [bybitV5('spot'), 'orderbook.50.BTCUSDT', false],
    [binance('spot'), 'btcusdt@bookTicker', true],
    [binance('usdm'), 'btcusdt@depth20@100ms', true],
    [binance('usdm'), 'btcusdt@depth@100ms', false],
    [binance('spot'), 'btcusdt@kline_1m', false],
    [binance('spot'), 'btcusdt@trade', false],
  ])('%o takes %s: %s', async (protocol, topic, isWhole) => {
    await using pool = new FeedPool({ protocol, url: 'ws://127.0.0.1:9', conflate: { topics: () => true } });
    const subscribe = (): unknown => pool.subscribe(topic, () => undefined).catch(() => undefined);

    if (isWhole) expect(subscribe).not.toThrow();
    else expect(subscribe).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a conflater', () => {
  it('keeps a copy for an interval, so that a frame does not hold the socket memory around it', async () => {
    const clock = new VirtualClock();
    const counters = { conflated: 0, held: 0 };
    const delivered: Buffer[] = [];
    const settings = {
      prefix: '{"topic":"',
      ioClock: clock,
      counters,
      deliver: (text: Buffer) => delivered.push(text),
    };
    const conflater = new Conflater({ ...settings, interval: 10 });
    conflater.add('a');
    const chunk = Buffer.from(`${frame('a', 1)}${'x'.repeat(60_000)}`);

    conflater.take(chunk.subarray(0, frame('a', 1).length));
    chunk.fill(0);
    await clock.advance(10);

    expect(delivered.map(String)).toEqual([frame('a', 1)]);
    expect(delivered[0]?.buffer.byteLength).toBeLessThan(20_000);
  });
});
