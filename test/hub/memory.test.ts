import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Topics {
  a: object;
  b: object;
}

/** Counts objects that are still held, after the collector has run. */
class Watch {
  #alive = 0;
  readonly #registry = new FinalizationRegistry<void>(() => this.#alive--);

  add<T extends object>(object: T): T {
    this.#alive++;
    this.#registry.register(object, undefined);
    return object;
  }

  async alive(): Promise<number> {
    for (let round = 0; round < 3; round++) {
      await settle();
      collectGarbage();
    }
    await settle();
    return this.#alive;
  }
}

describe('what a hub holds', () => {
  it('is no handler of one who left, while others stay and nothing is published', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>();
    hub.subscribe('a', () => {});
    (() => {
      for (let index = 0; index < 100; index++) {
        const subscription = hub.subscribe(
          'a',
          watch.add(() => index),
        );
        hub.publish('a', {});
        subscription.unsubscribe();
      }
    })();

    expect(await watch.alive()).toBeLessThanOrEqual(1);
    expect(hub.stats().subscriptions).toBe(1);
  });

  it('is no handler of those who left after a burst', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>();
    hub.subscribe('a', () => {});
    (() => {
      const subscriptions = Array.from({ length: 100 }, (_, index) =>
        hub.subscribe(
          'a',
          watch.add(() => void index),
        ),
      );
      for (let value = 0; value < 5; value++) hub.publish('a', {});
      for (const subscription of subscriptions) subscription.unsubscribe();
    })();

    expect(await watch.alive()).toBeLessThanOrEqual(1);
    expect(hub.stats()).toMatchObject({ subscriptions: 1, received: 505 });
  });

  it('is no handler of one who left before it was told anything', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>({ replay: 1 });
    hub.subscribe('a', () => {});
    await settle();
    (() => {
      for (let index = 0; index < 100; index++) {
        hub
          .subscribe(
            'a',
            watch.add(() => index),
            { onStatus: () => {} },
          )
          .unsubscribe();
      }
    })();

    expect(await watch.alive()).toBe(0);
    expect(hub.stats().subscriptions).toBe(1);
  });

  it('is the newest values that replay asks for, and no more', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>({ replay: 5 });
    hub.subscribe('a', () => {});
    (() => {
      for (let index = 0; index < 200; index++) hub.publish('a', watch.add({ index }));
    })();

    expect(await watch.alive()).toBe(5);
  });

  it('is one value without replay, for latest', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>();
    hub.subscribe('a', () => {});
    (() => {
      for (let index = 0; index < 200; index++) hub.publish('a', watch.add({ index }));
    })();

    expect(await watch.alive()).toBe(1);
    expect(hub.latest('a')?.value).toEqual({ index: 199 });
  });

  it('is nothing of a topic that everybody has left', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>({ replay: 5 });
    (() => {
      const subscription = hub.subscribe(
        'a',
        watch.add(() => {}),
      );
      for (let index = 0; index < 20; index++) hub.publish('a', watch.add({ index }));
      subscription.unsubscribe();
    })();

    expect(await watch.alive()).toBe(0);
    expect(hub.stats().topics).toBe(0);
  });

  it('is nothing after a gap, and sequence numbers go on', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Record<string, number>>({ source, replay: 5, clock: new VirtualClock() });
    hub.subscribe('x', () => {});
    await settle();
    for (let value = 0; value < 5; value++) source.last.emit(value);

    source.last.notify({ type: 'gap', from: 0, to: 1 });

    expect(hub.explain('x')).toMatchObject({ held: 0, sequence: 5 });
  });

  it('is nothing in queues of subscriptions that have ended', async () => {
    const watch = new Watch();
    const hub = new SubscriptionHub<Topics>({ onError: () => {} });
    const left = hub.subscribe('a', () => new Promise(() => {}), { delivery: { queue: 100 } });
    const lost = hub.subscribe('b', () => {}, { delivery: { queue: 10, overflow: 'disconnect' } });
    (() => {
      for (let index = 0; index < 100; index++) {
        hub.publish('a', watch.add({ index }));
        hub.publish('b', watch.add({ index }));
      }
    })();

    left.unsubscribe();

    // Of each topic the newest is held for latest, while the turn lasts.
    expect(await watch.alive()).toBe(0);
    expect([left.stats().discarded, lost.stats().dropped]).toEqual([100, 11]);
  });
});
