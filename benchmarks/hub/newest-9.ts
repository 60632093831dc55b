import { SubscriptionHub } from 'tickwise/hub';
import { BURST, CONSUMERS, iteration, type Iteration, plainCalls } from './support/iteration.js';

/** A slot and a promise, as it is written by hand for one loop. */
class NewestByHand implements AsyncIterator<number> {
  #tick = -1;
  #isEnded = false;
  #wake: ((result: IteratorResult<number>) => void) | undefined;

  push(tick: number): void {
    this.#tick = tick;
    if (this.#wake !== undefined) queueMicrotask(() => this.#serve());
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<number>> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#tick !== -1 || this.#isEnded) this.#serve();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #serve(): void {
    const wake = this.#wake;
    if (wake === undefined || (this.#tick === -1 && !this.#isEnded)) return;
    this.#wake = undefined;
    wake(this.#isEnded ? { value: undefined, done: true } : { value: this.#tick, done: false });
    this.#tick = -1;
  }
}

function byHand(): Iteration {
  const slots: NewestByHand[] = [];
  return {
    publish: (tick) => {
      for (const slot of slots) slot.push(tick);
    },
    async consume(take) {
      const slot = new NewestByHand();
      slots.push(slot);
      for await (const tick of slot) take(tick);
    },
    end: () => {
      for (const slot of slots) slot.end();
    },
  };
}

export default iteration(
  'the newest tick',
  `how long does a tick take when ${CONSUMERS} loops get the newest of each burst of ${BURST}?`,
  'No package among the peers has a loop that gets the newest value only. All of these deliver the last tick of a burst.',
  [
    {
      name: "SubscriptionHub.stream, 'latest'",
      ours: true,
      open() {
        const hub = new SubscriptionHub<{ ticks: number }>();
        return {
          publish: (tick) => void hub.publish('ticks', tick),
          async consume(take) {
            for await (const tick of hub.stream('ticks', { queue: 1, overflow: 'latest' })) take(tick);
          },
          end: () => hub.close(),
        };
      },
    },
    { name: 'a slot and a promise by hand', open: byHand },
    { name: 'plain calls, every tick', floor: true, open: plainCalls },
  ],
);
