import * as fc from 'fast-check';
import { type Delivery, type Subscription, SubscriptionHub, type SubscriptionStats } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle } from './test-source.js';

type Topics = Record<string, number>;

const overflow = fc.constantFrom('drop-oldest', 'drop-newest', 'latest', 'disconnect', 'wait');
const delivery: fc.Arbitrary<Delivery<number>> = fc.oneof(
  fc.constantFrom<Delivery<number>>('sync', 'serial', 'latest'),
  fc.record({ queue: fc.integer({ min: 1, max: 4 }), overflow }),
  fc.record({
    queue: fc.integer({ min: 1, max: 4 }),
    overflow: fc.constant({ conflate: (value: number) => value % 3 }),
  }),
);
const act = fc.oneof(
  fc.record({ type: fc.constant('subscribe' as const), delivery, failEvery: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ type: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ type: fc.constant('unsubscribe' as const), which: fc.nat(10) }),
  fc.constant({ type: 'turn' as const }),
);

interface Member {
  readonly subscription: Subscription;
  readonly seen: number[];
  /** Sequence numbers in the order they came; when conflating, one list per key. */
  readonly orders: Map<number, number[]>;
}

/** Runs acts on one topic of a hub. Some handlers are slow, some fail. */
class Session {
  readonly members: Member[] = [];
  failures = 0;
  readonly hub: SubscriptionHub<Topics>;
  #value = 0;

  constructor(replay: number, quarantineAfter: number) {
    this.hub = new SubscriptionHub<Topics>({ replay, quarantineAfter, onError: () => this.failures++ });
  }

  subscribe(how: Delivery<number>, failEvery: number): void {
    const seen: number[] = [];
    const orders = new Map<number, number[]>();
    const isConflating = typeof how === 'object' && typeof how.overflow === 'object';
    const handler = async (value: number, { sequence }: { readonly sequence: number }): Promise<void> => {
      seen.push(value);
      // A conflated value takes the place of an older one of its key, so keys overtake one another.
      const key = isConflating ? value % 3 : 0;
      orders.set(key, [...(orders.get(key) ?? []), sequence]);
      if (value % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (failEvery > 1 && value % failEvery === 0) throw new Error('by script');
    };
    this.members.push({ subscription: this.hub.subscribe('x', handler, { delivery: how }), seen, orders });
  }

  publish(count: number): void {
    for (let left = count; left > 0; left--) void this.hub.publish('x', ++this.#value);
  }

  unsubscribe(which: number): void {
    this.members[which % (this.members.length || 1)]?.subscription.unsubscribe();
  }
}

const sum = (stats: SubscriptionStats): number =>
  stats.delivered + stats.pending + stats.dropped + stats.conflated + stats.discarded;

describe('counters over random histories of all delivery modes', () => {
  it('add up for each subscription and for the hub, and values keep their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 25 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(2, Infinity),
        async (acts, replay, quarantineAfter) => {
          const session = new Session(replay, quarantineAfter);
          for (const step of acts) {
            if (step.type === 'subscribe') session.subscribe(step.delivery, step.failEvery);
            else if (step.type === 'publish') session.publish(step.count);
            else if (step.type === 'unsubscribe') session.unsubscribe(step.which);
            else await settle();

            const all = session.members.map(({ subscription }) => subscription.stats());
            expect(all.map((stats) => sum(stats))).toEqual(all.map(({ received }) => received));
          }
          await session.hub.close();
          await settle();

          const all = session.members.map(({ subscription }) => subscription.stats());
          const total = session.hub.stats();
          for (const key of [
            'received',
            'delivered',
            'pending',
            'dropped',
            'conflated',
            'discarded',
            'failed',
          ] as const) {
            expect(all.reduce((count, stats) => count + stats[key], 0)).toBe(total[key]);
          }
          expect(session.members.map(({ seen }) => seen.length)).toEqual(all.map(({ delivered }) => delivered));
          expect(total.pending).toBe(0);
          expect(session.failures).toBe(total.failures);
          const orders = session.members.flatMap((member) => [...member.orders.values()]);
          expect(orders).toEqual(orders.map((order) => order.toSorted((a, b) => a - b)));
        },
      ),
      { numRuns: 80 },
    );
  });
});
