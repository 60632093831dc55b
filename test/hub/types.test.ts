import type { TopicSource } from 'tickwise/core';
import {
  type DeliveryContext,
  type Handler,
  type HubErrorContext,
  type HubOptions,
  type Overflow,
  SubscriptionHub,
  type Subscription,
  type SubscriptionState,
  type TopicStream,
} from 'tickwise/hub';
import { describe, expectTypeOf, it } from 'vitest';

interface Ticker {
  readonly price: number;
}
interface Topics {
  ticker: Ticker;
  regime: 'bull' | 'bear';
  [trade: `trade.${string}`]: readonly [price: number, size: number];
}

const hub = new SubscriptionHub<Topics>();

describe('types of a hub', () => {
  it('give each handler the value of its topic', () => {
    hub.subscribe('ticker', (value, context) => {
      expectTypeOf(value).toEqualTypeOf<Ticker>();
      expectTypeOf(context).toEqualTypeOf<DeliveryContext<'ticker'>>();
    });
    hub.subscribe('regime', (value) => expectTypeOf(value).toEqualTypeOf<'bull' | 'bear'>());
    hub.subscribe('trade.BTCUSDT', (value) => {
      expectTypeOf(value).toEqualTypeOf<readonly [price: number, size: number]>();
    });
  });

  it('refuse topics and values that do not belong together', () => {
    expectTypeOf<Parameters<typeof hub.publish<'ticker'>>[1]>().toEqualTypeOf<Ticker>();
    expectTypeOf<Parameters<typeof hub.publish<'regime'>>[1]>().toEqualTypeOf<'bull' | 'bear'>();
    expectTypeOf<'tickr'>().not.toExtend<Parameters<typeof hub.publish>[0]>();
    expectTypeOf(hub.publish('regime', 'bull')).toEqualTypeOf<PromiseLike<void>>();
  });

  it('give streams, batches and latest the value of their topic', () => {
    expectTypeOf(hub.stream('ticker')).toEqualTypeOf<TopicStream<Ticker>>();
    expectTypeOf(hub.batches('ticker')).toEqualTypeOf<TopicStream<Ticker[]>>();
    expectTypeOf(hub.latest('regime')).toEqualTypeOf<
      { readonly value: 'bull' | 'bear'; readonly age: number } | undefined
    >();
    expectTypeOf<TopicStream<Ticker>>().toExtend<AsyncIterable<Ticker>>();
    expectTypeOf<TopicStream<Ticker>>().toExtend<AsyncDisposable>();
  });

  it('give the key function of a conflation the value of its topic', () => {
    const overflow: Overflow<Ticker> = { conflate: (value) => value.price };

    hub.subscribe('ticker', () => {}, { delivery: { queue: 5, overflow } });
    hub.stream('ticker', { overflow: { conflate: ({ price }) => expectTypeOf(price).toEqualTypeOf<number>() } });
  });

  it('take handlers that return anything, async ones among them', () => {
    const pushes = (value: Ticker): number => [value].push(value);

    expectTypeOf(pushes).toExtend<Handler<Ticker>>();
    expectTypeOf<(value: Ticker) => Promise<void>>().toExtend<Handler<Ticker>>();
    expectTypeOf((value: string) => value).not.toExtend<Handler<Ticker>>();
  });

  it('take callbacks that end their own subscription or close their own hub', () => {
    const once = hub.subscribe('ticker', () => once.unsubscribe(), { onStatus: () => once.unsubscribe() });
    const fragile = new SubscriptionHub<Topics>({ onError: () => fragile.close() });

    expectTypeOf(once).toEqualTypeOf<Subscription>();
    expectTypeOf(fragile).toEqualTypeOf<SubscriptionHub<Topics>>();
  });

  it('take a source of the same topics only', () => {
    expectTypeOf<TopicSource<Topics>>().toExtend<NonNullable<HubOptions<Topics>['source']>>();
    expectTypeOf<TopicSource<{ ticker: string }>>().not.toExtend<
      NonNullable<HubOptions<{ ticker: Ticker }>['source']>
    >();
  });

  it('make handles disposable, and states and actions closed unions', () => {
    expectTypeOf<Subscription>().toExtend<Disposable>();
    expectTypeOf<SubscriptionHub>().toExtend<AsyncDisposable>();
    expectTypeOf<SubscriptionState>().toEqualTypeOf<
      'active' | 'unsubscribed' | 'quarantined' | 'disconnected' | 'closed'
    >();
    expectTypeOf<HubErrorContext['subscriber']>().toEqualTypeOf<number | undefined>();
  });

  it('default to topics of any name with unknown values', () => {
    new SubscriptionHub().subscribe('anything', (value) => expectTypeOf(value).toEqualTypeOf<unknown>());
  });
});
