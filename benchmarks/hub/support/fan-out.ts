import { EventEmitter } from 'node:events';
import { SubscriptionHub } from 'tickwise/hub';
import type { Benchmark, Contender, Instance } from '../../runner/contract.js';
import { makeModels, type Tick } from './models.js';
import type {
  Emitter,
  EventEmitter3Module,
  MittModule,
  NanoeventsModule,
  RxjsModule,
  RxjsSink,
  TseepModule,
} from './peers.js';

const TOPIC = 'tickers.BTCUSDT';

/** One price in so many: the sum of what a model has seen tells how many it has seen, and which. */
const priceOf = (publish: number): number => (publish & 1_023) + 1;

type Listen = (listener: (tick: Tick) => void) => unknown;

/** Publishes until every model together have been called `operations` times. */
function drive(subscribers: number, listen: Listen, publish: (tick: Tick) => void): Instance {
  const models = makeModels(subscribers);
  for (const { receive } of models) listen(receive);
  const tick: Tick = { symbol: 'BTCUSDT', price: 0 };
  let wanted = 0;
  let published = 0;
  return {
    run(operations) {
      wanted += operations;
      for (; published * subscribers < wanted; published++) {
        tick.price = priceOf(published);
        publish(tick);
      }
    },
    answer: () => models.map(({ sum }) => sum()),
  };
}

function driveEmitter(subscribers: number, emitter: Emitter<Tick>): Instance {
  return drive(
    subscribers,
    (listener) => emitter.on(TOPIC, listener),
    (tick) => void emitter.emit(TOPIC, tick),
  );
}

function reference(subscribers: number, operations: number): number[] {
  let sum = 0;
  for (let publish = 0; publish * subscribers < operations; publish++) sum = (sum + priceOf(publish)) | 0;
  return Array.from({ length: subscribers }, () => sum);
}

function peers(subscribers: number): readonly Contender[] {
  return [
    {
      name: 'eventemitter3',
      package: 'eventemitter3',
      setup: (module: EventEmitter3Module) => driveEmitter(subscribers, new module.EventEmitter()),
    },
    {
      name: 'nanoevents',
      package: 'nanoevents',
      setup: (module: NanoeventsModule) => driveEmitter(subscribers, module.createNanoEvents()),
    },
    {
      name: 'tseep',
      package: 'tseep',
      setup: (module: TseepModule) => driveEmitter(subscribers, new module.EventEmitter()),
    },
    {
      name: 'mitt',
      package: 'mitt',
      setup: (module: MittModule) => driveEmitter(subscribers, module.default()),
    },
    {
      name: 'rxjs share with ReplaySubject(1)',
      package: 'rxjs',
      setup(rxjs: RxjsModule) {
        let sink: RxjsSink<Tick> = { next: () => undefined };
        const source = new rxjs.Observable<Tick>((opened) => void (sink = opened));
        const shared = source.pipe(rxjs.share({ connector: () => new rxjs.ReplaySubject(1) }));
        return drive(
          subscribers,
          (listener) => shared.subscribe(listener),
          (tick) => sink.next(tick),
        );
      },
    },
    {
      name: 'node EventEmitter',
      setup: () => driveEmitter(subscribers, new EventEmitter()),
    },
  ];
}

/** How long one delivery takes when a value goes to so many different functions. */
export function fanOut(subscribers: number): Benchmark {
  return {
    question: `how long does a delivery take when a tick goes to ${subscribers} different functions?`,
    operation: 'delivery',
    checkOperations: 9_000,
    reference: (operations) => reference(subscribers, operations),
    note:
      'SubscriptionHub isolates failures, keeps order when a handler publishes, numbers values and keeps the last one. ' +
      'tseep stops at the first failure and makes code at run time, which a policy without eval forbids.',
    contenders: [
      {
        name: 'SubscriptionHub',
        ours: true,
        setup() {
          const hub = new SubscriptionHub<Record<string, Tick>>({ replay: 1 });
          return drive(
            subscribers,
            (listener) => hub.subscribe(TOPIC, listener),
            (tick) => void hub.publish(TOPIC, tick),
          );
        },
      },
      ...peers(subscribers),
      {
        name: 'bare loop over an array',
        floor: true,
        setup() {
          const listeners: ((tick: Tick) => void)[] = [];
          return drive(
            subscribers,
            (listener) => listeners.push(listener),
            (tick) => {
              for (let i = 0; i < listeners.length; i++) listeners[i]?.(tick);
            },
          );
        },
      },
    ],
  };
}
