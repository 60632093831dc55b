import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

type Topics = Record<string, number>;

/** A hub over a source whose topic 'x' is live and has a subscriber. */
async function openLive() {
  const clock = new VirtualClock();
  const source = new TestSource();
  const hub = new SubscriptionHub<Topics>({ source, clock, replay: 3 });
  hub.subscribe('x', () => {});
  await settle();
  await source.last.confirm();
  return { clock, hub, source };
}

describe('several values of one topic in one turn', () => {
  it('reach the topic of that name, though its text is another object each time', () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: string[] = [];
    for (const topic of ['tickers.A', 'tickers.B']) {
      hub.subscribe(topic, (value, context) => void seen.push(`${context.topic} ${value}`));
    }

    for (const [value, symbol] of ['A', 'A', 'B', 'A', 'B', 'B'].entries())
      hub.publish(['tickers', symbol].join('.'), value);

    expect(seen).toEqual(['tickers.A 0', 'tickers.A 1', 'tickers.B 2', 'tickers.A 3', 'tickers.B 4', 'tickers.B 5']);
  });

  it('are held from a gap between them on, with their time', async () => {
    const { clock, hub, source } = await openLive();
    await clock.advance(5);

    source.last.emit(1);
    source.last.emit(2);
    source.last.notify({ type: 'gap', from: 0, to: 1 });
    const held = hub.latest('x');
    source.last.emit(3);
    source.last.emit(4);
    const late: unknown[] = [];
    hub.subscribe('x', (value, { sequence }) => void late.push([value, sequence]));
    await clock.advance(7);

    expect(held).toBeUndefined();
    expect(hub.latest('x')).toEqual({ value: 4, age: 7 });
    expect(late).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  it('make the publisher wait from the subscription on that wants it, until that ends', async () => {
    const hub = new SubscriptionHub<Topics>();
    hub.subscribe('a', () => {});
    hub.publish('a', 1);
    hub.publish('a', 2);
    const stream = hub.stream('a', { queue: 1, overflow: 'wait' });
    const log: string[] = [];

    const waiting = Promise.resolve(hub.publish('a', 3)).then(() => log.push('room'));
    await settle();
    expect(log).toEqual([]);
    await stream.return();
    await waiting;
    const settled = hub.publish('a', 4);
    hub.publish('a', 5);

    await expect(settled).resolves.toBeUndefined();
    expect(stream.stats()).toMatchObject({ received: 1, discarded: 1, pending: 0, state: 'unsubscribed' });
  });

  it('are refused from close on, in the same turn too', async () => {
    const hub = new SubscriptionHub<Topics>();
    const seen: number[] = [];
    hub.subscribe('a', (value) => void seen.push(value));
    hub.publish('a', 1);
    hub.publish('a', 2);

    const closed = hub.close();

    expect(() => hub.publish('a', 3)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await closed;
    expect(seen).toEqual([1, 2]);
    expect(hub.stats()).toMatchObject({ published: 2, delivered: 2, topics: 0 });
  });

  it('have the age of their own turn when topics alternate', async () => {
    const clock = new VirtualClock();
    const hub = new SubscriptionHub<Topics>({ clock });
    for (const topic of ['a', 'b']) hub.subscribe(topic, () => {});

    for (const topic of ['a', 'b', 'a', 'a']) hub.publish(topic, 1);
    await clock.advance(10);
    hub.publish('b', 2);
    hub.publish('b', 3);
    await clock.advance(1);

    expect([hub.latest('a')?.age, hub.latest('b')?.age]).toEqual([11, 1]);
  });

  it('begin anew when their topic was released in between', async () => {
    const hub = new SubscriptionHub<Topics>();
    const sequences: number[] = [];
    for (let round = 0; round < 2; round++) {
      const subscription = hub.subscribe('a', (_value, { sequence }) => void sequences.push(sequence));
      hub.publish('a', 1);
      hub.publish('a', 2);
      subscription.unsubscribe();
      await settle();
    }

    hub.publish('a', 3);

    expect(sequences).toEqual([1, 2, 1, 2]);
    expect(hub.stats()).toMatchObject({ topics: 0, published: 5, unheard: 1 });
  });

  it('leave a subscriber out that an onStatus of the same turn ended, with its replay', async () => {
    const hub = new SubscriptionHub<Topics>({ replay: 2 });
    hub.subscribe('a', () => {});
    hub.publish('a', 1);
    const seen: string[] = [];
    const both = ['one', 'two'].map((name) =>
      hub.subscribe('a', (value) => void seen.push(`${name} ${value}`), {
        onStatus: ({ type }) => {
          seen.push(`${name} ${type}`);
          for (const subscription of both) subscription.unsubscribe();
        },
      }),
    );

    hub.publish('a', 2);
    await settle();

    expect(seen).toEqual(['one live']);
    expect(both.map((each) => each.stats().received)).toEqual([0, 0]);
    expect(hub.stats().subscriptions).toBe(1);
  });
});

describe('a failure that comes late', () => {
  it('is reported after its subscription, or its hub, has ended, and ends nothing twice', async () => {
    const errors: string[] = [];
    const statuses: string[] = [];
    const hub = new SubscriptionHub<Topics>({
      quarantineAfter: 1,
      onError: (error, { subscriber }) => void errors.push(`${subscriber} ${String(error)}`),
    });
    const fails: ((error: Error) => void)[] = [];
    const handler = (): Promise<never> => new Promise((_resolve, reject) => void fails.push(reject));
    const onStatus = ({ type }: { type: string }): void => void statuses.push(type);
    const left = hub.subscribe('a', handler);
    const stays = hub.subscribe('a', handler, { onStatus });
    hub.publish('a', 1);
    hub.publish('a', 2);

    left.unsubscribe();
    for (const fail of fails.slice(0, 2)) fail(new Error('late'));
    await settle();
    await hub.close();
    for (const fail of fails) fail(new Error('too late'));
    await settle();

    expect(errors).toEqual(['1 Error: late', '2 Error: late', '1 Error: too late', '2 Error: too late']);
    expect([left.stats().state, stays.stats().state]).toEqual(['unsubscribed', 'quarantined']);
    expect(statuses).toEqual(['live', 'closed']);
    expect(hub.stats()).toMatchObject({ failed: 4, failures: 4, quarantined: 1, received: 4, delivered: 4 });
  });
});
