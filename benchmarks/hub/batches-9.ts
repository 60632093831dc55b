import { EventEmitter, on } from 'node:events';
import { SubscriptionHub } from 'tickwise/hub';
import { BURST, CONSUMERS, iteration, type Iteration, plainCalls } from './support/iteration.js';
import type { Pushable, PushableModule } from './support/peers.js';

const QUEUE = { queue: 1_024, overflow: 'drop-oldest' } as const;

function ofHub(): { hub: SubscriptionHub<{ ticks: number }>; rest: Pick<Iteration, 'publish' | 'end'> } {
  const hub = new SubscriptionHub<{ ticks: number }>();
  return { hub, rest: { publish: (tick) => void hub.publish('ticks', tick), end: () => hub.close() } };
}

export default iteration(
  'every tick',
  `how long does a tick of a burst of ${BURST} take to reach each of ${CONSUMERS} loops?`,
  'Batches give an array per burst. it-pushable and events.on queue without bound.',
  [
    {
      name: 'SubscriptionHub.batches',
      ours: true,
      open() {
        const { hub, rest } = ofHub();
        return {
          ...rest,
          async consume(take) {
            for await (const ticks of hub.batches('ticks', QUEUE)) for (const tick of ticks) take(tick);
          },
        };
      },
    },
    {
      name: 'SubscriptionHub.stream',
      ours: true,
      open() {
        const { hub, rest } = ofHub();
        return {
          ...rest,
          async consume(take) {
            for await (const tick of hub.stream('ticks', QUEUE)) take(tick);
          },
        };
      },
    },
    {
      name: 'it-pushable',
      package: 'it-pushable',
      open(module) {
        // The contender's package fixes the type.
        const { pushable } = module as PushableModule;
        const queues: Pushable<number>[] = [];
        return {
          publish: (tick) => {
            for (const queue of queues) queue.push(tick);
          },
          async consume(take) {
            const queue = pushable<number>({ objectMode: true });
            queues.push(queue);
            for await (const tick of queue) take(tick);
          },
          end: () => {
            for (const queue of queues) queue.end();
          },
        };
      },
    },
    {
      name: 'node events.on',
      open() {
        const emitter = new EventEmitter();
        return {
          publish: (tick) => void emitter.emit('tick', tick),
          async consume(take) {
            for await (const [tick] of on(emitter, 'tick', { close: ['end'] })) take(Number(tick));
          },
          end: () => void emitter.emit('end'),
        };
      },
    },
    { name: 'plain calls', floor: true, open: plainCalls },
  ],
);
