import * as fc from 'fast-check';
import { type HubOptions, SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { WaitingValues } from '../../src/hub/waiting-values.js';
import { settle } from './test-source.js';

/** More than have a place of their own in a roster. */
const MEMBERS = 13;
const COUNTS = Array.from({ length: MEMBERS + 1 }, (_, count) => count);

/** A hub with so many subscribers, and what they are to do with the next value. */
function crowd(count: number, options: HubOptions<{ a: number }> = {}) {
  const errors: unknown[] = [];
  const hub = new SubscriptionHub<{ a: number }>({ replay: 1, onError: (error) => errors.push(error), ...options });
  const calls: number[] = [];
  const acts = new Map<number, () => unknown>();
  const subscriptions = Array.from({ length: count }, (_, member) =>
    hub.subscribe('a', (): void => {
      calls.push(member);
      // What a handler returns may be anything at run time.
      return acts.get(member)?.() as void;
    }),
  );
  const publish = (value: number): number[] => {
    calls.length = 0;
    hub.publish('a', value);
    return [...calls];
  };
  const received = (): number[] => subscriptions.map((each) => each.stats().received);
  return { hub, errors, acts, subscriptions, publish, received };
}

const all = (count: number): number[] => Array.from({ length: count }, (_, member) => member);

describe.each(COUNTS)('%i subscribers', (count) => {
  it('are called in order, each once per value', () => {
    const { publish, received, hub } = crowd(count);

    expect(publish(1)).toEqual(all(count));
    expect(publish(2)).toEqual(all(count));
    expect(publish(3)).toEqual(all(count));

    expect(received()).toEqual(all(count).map(() => 3));
    expect(hub.stats()).toMatchObject({ published: 3, received: 3 * count, delivered: 3 * count });
  });

  it('are all called when any one of them throws, in this value and in the next', () => {
    for (const thrower of all(count)) {
      const { publish, acts, errors, received } = crowd(count);
      publish(1);
      acts.set(thrower, () => {
        throw new Error(`by ${thrower}`);
      });

      expect(publish(2)).toEqual(all(count));
      acts.clear();
      expect(publish(3)).toEqual(all(count));

      expect(errors).toHaveLength(1);
      expect(received()).toEqual(all(count).map(() => 3));
    }
  });

  it('are all called when any one of them returns something, and a rejection is reported', async () => {
    for (const member of all(count)) {
      const { publish, acts, errors } = crowd(count);
      publish(1);
      acts.set(member, () => Promise.reject(new Error(`by ${member}`)));

      expect(publish(2)).toEqual(all(count));
      acts.set(member, () => 5);
      expect(publish(3)).toEqual(all(count));
      await settle();

      expect(errors).toHaveLength(1);
    }
  });

  it('are all called when any one of them is quarantined, and count exactly', () => {
    for (const member of all(count)) {
      const { publish, acts, subscriptions, received, hub } = crowd(count, { quarantineAfter: 1 });
      publish(1);
      acts.set(member, () => {
        throw new Error('once is enough');
      });

      expect(publish(2)).toEqual(all(count));
      expect(publish(3)).toEqual(all(count).filter((other) => other !== member));

      expect(subscriptions[member]?.stats()).toMatchObject({ state: 'quarantined', received: 2, failed: 1 });
      expect(received()).toEqual(all(count).map((other) => (other === member ? 2 : 3)));
      expect(hub.stats()).toMatchObject({ quarantined: 1, received: 3 * count - 1 });
    }
  });

  it('are left alone from the one on that closes the hub, and count exactly', async () => {
    for (const member of all(count)) {
      const { publish, acts, received, hub } = crowd(count);
      publish(1);
      acts.set(member, () => void hub.close());

      expect(publish(2)).toEqual(all(member + 1));
      await hub.close();

      expect(received()).toEqual(all(count).map((other) => (other <= member ? 2 : 1)));
      expect(hub.stats()).toMatchObject({ topics: 0, received: count + member + 1 });
    }
  });

  it('leave one another out at once, and count exactly, whoever ends whom', () => {
    for (const actor of all(count)) {
      for (const victim of all(count)) {
        const { publish, acts, subscriptions, received } = crowd(count);
        publish(1);
        const seen: number[] = [];
        acts.set(actor, () => {
          seen.push(...received());
          subscriptions[victim]?.unsubscribe();
        });

        expect(publish(2)).toEqual(all(count).filter((member) => member !== victim || member <= actor));
        acts.clear();
        expect(publish(3)).toEqual(all(count).filter((member) => member !== victim));

        // Inside the handler those behind it have one value less.
        expect(seen).toEqual(all(count).map((member) => (member <= actor ? 2 : 1)));
        expect(received()).toEqual(all(count).map((member) => (member !== victim ? 3 : victim <= actor ? 2 : 1)));
      }
    }
  });

  it('are called without a this', () => {
    const seen = new Set<unknown>();
    const hub = new SubscriptionHub<{ a: number }>();
    for (let member = 0; member < count; member++) {
      hub.subscribe('a', function (this: unknown) {
        seen.add(this);
      });
    }

    for (let value = 0; value < 3; value++) hub.publish('a', value);

    expect([...seen]).toEqual(count === 0 ? [] : [undefined]);
  });
});

describe('who is brought while newcomers are welcomed', () => {
  it('gets the value that follows once: as a replay', async () => {
    const hub = new SubscriptionHub<{ a: number }>({ replay: 1 });
    const seen: string[] = [];
    hub.subscribe('a', () => {});
    hub.publish('a', 1);
    hub.subscribe('a', (_value, { replayed }) => {
      if (!replayed) return;
      hub.subscribe('a', (value, context) => seen.push(`${value}${context.replayed ? ' replayed' : ''}`));
    });

    hub.publish('a', 2);
    await settle();
    hub.publish('a', 3);

    expect(seen).toEqual(['2 replayed', '3']);
  });
});

describe('WaitingValues', () => {
  const context = (sequence: number) => ({ topic: 't', replayed: false, sequence });

  it('holds what a plain array does, over thousands of values, with contexts and tickets', () => {
    const act = fc.oneof(
      fc.record({ type: fc.constant('push' as const), count: fc.integer({ min: 1, max: 1_500 }) }),
      fc.record({ type: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 1_500 }) }),
      fc.record({ type: fc.constant('replace' as const), at: fc.nat(5_000) }),
      fc.constantFrom({ type: 'all' as const }, { type: 'clear' as const }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
        const waiting = new WaitingValues(true);
        let naive: { value: number; ticket: number; sequence: number }[] = [];
        let next = 0;
        for (const each of acts) {
          if (each.type === 'push') {
            for (let count = 0; count < each.count; count++) {
              const value = next++;
              naive.push({ value, ticket: waiting.push(value, context(value)), sequence: value });
            }
          } else if (each.type === 'shift') {
            for (let count = 0; count < each.count && naive.length > 0; count++) {
              expect(waiting.oldestContext?.sequence).toBe(naive[0]?.sequence);
              expect(waiting.shift()).toBe(naive.shift()?.value);
            }
          } else if (each.type === 'replace') {
            const entry = naive[each.at % Math.max(1, naive.length)];
            if (entry === undefined) continue;
            entry.value = entry.sequence = next++;
            waiting.replace(entry.ticket, entry.value, context(entry.value));
          } else if (each.type === 'all') {
            expect(waiting.takeAll()).toEqual(naive.map(({ value }) => value));
            naive = [];
          } else {
            waiting.clear();
            naive = [];
          }
          expect(waiting.size).toBe(naive.length);
          expect(waiting.oldestContext?.sequence).toBe(naive[0]?.sequence);
          if (naive[0] !== undefined) expect(waiting.oldest).toBe(naive[0].ticket);
        }
      }),
      { numRuns: 40 },
    );
  });
});
