import { describe, expect, expectTypeOf, it } from 'vitest';
import type { TopicSource } from 'tickwise/core';
import {
  type Bar,
  type BookChange,
  bybitV5,
  defineProtocol,
  type FeedEvent,
  type FeedEventOf,
  FeedPool,
  type FeedProtocol,
  type Quote,
  type Ticker,
  type Trade,
} from 'tickwise/feed';

describe('the types of a feed', () => {
  it('narrow the items by the kind of the event', () => {
    const check = (event: FeedEvent): void => {
      if (event.kind === 'trade') expectTypeOf(event.items).toEqualTypeOf<readonly Trade[]>();
      if (event.kind === 'quote') expectTypeOf(event.items).toEqualTypeOf<readonly Quote[]>();
      if (event.kind === 'book') expectTypeOf(event.items).toEqualTypeOf<readonly BookChange[]>();
      if (event.kind === 'bar') expectTypeOf(event.items).toEqualTypeOf<readonly Bar[]>();
      if (event.kind === 'ticker') expectTypeOf(event.items).toEqualTypeOf<readonly Ticker[]>();
    };

    expect(check).toBeTypeOf('function');
  });

  it('make a pool a source of topics for a hub', () => {
    const pool = new FeedPool({ protocol: bybitV5('linear') });

    expectTypeOf(pool).toExtend<TopicSource<Record<string, FeedEvent>>>();
    expect(pool.subscribe).toBeTypeOf('function');
  });

  it('keep the events of a protocol of your own', () => {
    type Liquidation = FeedEventOf<'liquidation', { readonly loss: number }>;
    const protocol = defineProtocol<Liquidation>({
      name: 'own',
      url: 'wss://own.test',
      request: (action, topics) => JSON.stringify({ action, topics }),
      read: () => ({ type: 'alive' }),
    });
    const pool = new FeedPool({ protocol });

    expectTypeOf(protocol).toEqualTypeOf<FeedProtocol<Liquidation>>();
    expectTypeOf(pool.subscribe).parameter(1).parameter(0).toEqualTypeOf<Liquidation>();
    expect(pool.stats().protocol).toBe('own');
  });

  it('give a protocol of your own every default', () => {
    const protocol = defineProtocol({
      name: 'own',
      url: 'wss://own.test',
      request: () => '',
      read: () => ({ type: 'alive' }),
    });

    expect(protocol).toMatchObject({
      heartbeat: { every: 20_000, timeout: 10_000, ping: 'frame' },
      limits: { topicsPerRequest: Infinity, topicsPerConnection: Infinity, pace: 0 },
      unasked: [],
    });
    expect([protocol.urlFor('x'), protocol.group('x'), protocol.refuse('x'), protocol.book('x')]).toEqual([
      'wss://own.test',
      '',
      undefined,
      {},
    ]);
    expect(protocol.decode('{"a":1}')).toEqual({ a: 1 });
  });
});
