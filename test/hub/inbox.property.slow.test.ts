import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Overflow } from 'tickwise/hub';
import { DeliveryOrder } from '../../src/hub/delivery-order.js';
import { Fifo } from '../../src/hub/fifo.js';
import { History } from '../../src/hub/history.js';
import { Inbox } from '../../src/hub/inbox.js';
import { Tally } from '../../src/hub/tally.js';

const CONTEXT = { topic: 't', replayed: false, sequence: 1 };

/** The policies over a plain array. */
class NaiveQueue {
  items: number[] = [];
  dropped = 0;
  conflated = 0;
  readonly #capacity: number;
  readonly #overflow: string;

  constructor(capacity: number, overflow: string) {
    this.#capacity = capacity;
    this.#overflow = overflow;
  }

  offer(value: number): void {
    const same = this.#overflow === 'conflate' ? this.items.findIndex((item) => item % 4 === value % 4) : -1;
    if (same !== -1) {
      this.items[same] = value;
      this.conflated++;
      return;
    }
    if (this.items.length >= this.#capacity) {
      if (this.#overflow === 'drop-newest') {
        this.dropped++;
        return;
      }
      if (this.#overflow === 'latest') {
        this.conflated += this.items.length;
        this.items = [];
      } else if (this.#overflow !== 'wait') {
        this.items.shift();
        this.dropped++;
      }
    }
    this.items.push(value);
  }
}

describe('Inbox', () => {
  it.each(['drop-oldest', 'drop-newest', 'latest', 'wait', 'conflate'] as const)(
    'under %s holds and counts what a plain array does',
    (name) => {
      const overflow: Overflow<unknown> = name === 'conflate' ? { conflate: (value) => Number(value) % 4 } : name;
      const owner = { onArrival: () => {}, onDisconnect: () => {}, onFailure: () => {} };
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 200 }), (capacity, acts) => {
          const tally = new Tally();
          const inbox = new Inbox({ capacity, overflow }, tally, owner);
          const naive = new NaiveQueue(capacity, name);

          for (const [value, isOffer] of acts.entries()) {
            const [ours, theirs] = isOffer
              ? [inbox.offer(value, CONTEXT), naive.offer(value)]
              : [inbox.take()?.value, naive.items.shift()];
            expect(ours).toBe(theirs);
            expect(inbox.size).toBe(naive.items.length);
            expect([tally.dropped, tally.conflated]).toEqual([naive.dropped, naive.conflated]);
            expect(inbox.room() === undefined).toBe(name !== 'wait' || naive.items.length < capacity);
          }
        }),
      );
    },
  );
});

describe('Fifo', () => {
  it('gives items in the order they came, over growth and wrap-around', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(), fc.constant('take'), fc.constant('clear')), { maxLength: 300 }),
        (acts) => {
          const fifo = new Fifo<number>();
          let naive: number[] = [];

          for (const act of acts) {
            const [ours, theirs] = act === 'take' ? [fifo.shift(), naive.shift()] : [];
            expect(ours).toBe(theirs);
            if (typeof act === 'number') {
              fifo.push(act);
              naive.push(act);
            } else if (act === 'clear' && naive.length > 30) {
              fifo.clear();
              naive = [];
            }
            expect(fifo.size).toBe(naive.length);
          }
        },
      ),
    );
  });
});

describe('History', () => {
  it('holds the newest values with their sequence numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.integer({ min: -1, max: 20 })), (capacity, acts) => {
        const history = new History(capacity);
        let naive: { value: number; time: number; sequence: number }[] = [];
        let [sequence, time] = [0, 0];

        for (const act of acts) {
          if (act === -1) {
            history.clear();
            naive = [];
          } else {
            time += act;
            sequence++;
            history.stamp({ time });
            history.add(act);
            naive = [...naive, { value: act, time, sequence }].slice(-capacity);
          }
          const since = time - 10;
          expect(history.from(since)).toEqual(naive.filter((entry) => entry.time >= since));
          expect(history.newest()).toEqual(
            naive.length === 0 ? undefined : { value: naive.at(-1)?.value, time: naive.at(-1)?.time },
          );
          expect([history.size, history.sequence]).toEqual([naive.length, sequence]);
        }
      }),
    );
  });
});

describe('DeliveryOrder', () => {
  it('refuses what comes beyond 2^20 waiting tasks, and runs the others', () => {
    const order = new DeliveryOrder();
    let ran = 0;
    let refused = 0;
    const count = (): void => void ran++;

    order.run(() => {
      for (let task = 0; task < 2 ** 20 + 3; task++) if (!order.run(count)) refused++;
    });

    expect([ran, refused]).toEqual([2 ** 20, 3]);
  });

  it('is free again after a task that throws', () => {
    const order = new DeliveryOrder();
    const log: string[] = [];

    expect(() =>
      order.run(() => {
        order.run(() => log.push('waiting'));
        throw new Error('broken');
      }),
    ).toThrow('broken');

    expect(order.running).toBe(0);
    expect(log).toEqual(['waiting']);
  });
});
