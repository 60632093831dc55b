import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { type Bus, NaiveBus } from './naive-bus.js';
import { settle, TestSource } from './test-source.js';

const TOPICS = ['a', 'b', '__proto__'];

/** Something done from outside, or by a handler. */
type Act =
  | { readonly type: 'publish'; readonly topic: string }
  | { readonly type: 'subscribe'; readonly topic: string; readonly script: readonly Act[] }
  /** To the topic of the handler itself: of others it is open whether they outlive their last member so long. */
  | { readonly type: 'subscribe here'; readonly script: readonly Act[] }
  | { readonly type: 'unsubscribe'; readonly which: number }
  | { readonly type: 'throw' }
  | { readonly type: 'nothing' }
  | { readonly type: 'end turn' };

const topic = fc.constantFrom(...TOPICS);
const publish = fc.record({ type: fc.constant('publish' as const), topic });
const unsubscribe = fc.record({ type: fc.constant('unsubscribe' as const), which: fc.nat(20) });
const still = fc.constantFrom<Act>({ type: 'throw' }, { type: 'nothing' });
const outside = fc.oneof(publish, unsubscribe);
const leaf = fc.oneof(publish, unsubscribe, still);
const hereWith = fc.record({ type: fc.constant('subscribe here' as const), script: fc.array(leaf, { maxLength: 4 }) });

const subscribeWith = (acts: fc.Arbitrary<Act>) =>
  fc.record({ type: fc.constant('subscribe' as const), topic, script: fc.array(acts, { maxLength: 4 }) });

/**
 * Runs acts on a bus and returns what its handlers saw. The n-th call of a handler runs the n-th act of its
 * script; values count up, so the log shows which publish a value came from.
 */
class Run {
  readonly log: string[] = [];
  thrown = 0;
  readonly #bus: Bus;
  readonly #ends: (() => void)[] = [];
  #value = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  act(act: Act, here = ''): void {
    switch (act.type) {
      case 'publish':
        this.#bus.publish(act.topic, ++this.#value);
        return;
      case 'subscribe':
        this.#subscribe(act.topic, act.script);
        return;
      case 'subscribe here':
        this.#subscribe(here, act.script);
        return;
      case 'unsubscribe':
        this.#ends[act.which % (this.#ends.length || 1)]?.();
        return;
      case 'throw':
        this.thrown++;
        throw new Error('by script');
      case 'nothing':
      case 'end turn':
        return;
    }
  }

  #subscribe(name: string, script: readonly Act[]): void {
    const id = this.#ends.length;
    const steps = script.values();
    const end = this.#bus.subscribe(name, (value, { replayed, sequence }) => {
      this.log.push(`${id}:${name}:${value}#${sequence}${replayed ? ' replayed' : ''}`);
      const step = steps.next();
      if (step.done !== true) this.act(step.value, name);
    });
    this.#ends.push(end);
  }
}

/** A hub as a bus. */
function busOf(hub: SubscriptionHub<Record<string, number>>): Bus {
  return {
    subscribe: (name, handler) => {
      const subscription = hub.subscribe(name, handler);
      return () => subscription.unsubscribe();
    },
    publish: (name, value) => void hub.publish(name, value),
  };
}

/** What was seen of a hub, and of its naive twin, after the same acts. */
async function observe(acts: readonly Act[], replay: number) {
  let errors = 0;
  const hub = new SubscriptionHub<Record<string, number>>({ replay, onError: () => errors++ });
  const naive = new NaiveBus(replay);
  const [ours, theirs] = [new Run(busOf(hub)), new Run(naive)];
  for (const act of acts) {
    ours.act(act);
    theirs.act(act);
    if (act.type === 'end turn') {
      await settle();
      naive.endTurn();
    }
  }
  await settle();
  naive.endTurn();
  const { delivered, received, failed } = hub.stats();
  const calls = theirs.log.length;
  return {
    hub: { log: ours.log, delivered, received, failed, errors },
    naive: { log: theirs.log, delivered: calls, received: calls, failed: theirs.thrown, errors: theirs.thrown },
  };
}

describe('random histories against a naive bus', () => {
  it('agree on every call, with subscribes, unsubscribes, publishes and errors inside handlers', async () => {
    const nested = fc.oneof(leaf, subscribeWith(leaf));
    const history = fc.array(
      fc.oneof({ weight: 3, arbitrary: subscribeWith(nested) }, { weight: 4, arbitrary: outside }),
      {
        maxLength: 30,
      },
    );

    await fc.assert(
      fc.asyncProperty(history, async (acts) => {
        const { hub, naive } = await observe(acts, 0);
        expect(hub).toEqual(naive);
      }),
      { numRuns: 400 },
    );
  });

  it('agree on every call with replay, over turns', async () => {
    const endTurn = fc.constant({ type: 'end turn' as const });
    const history = fc.array(fc.oneof(subscribeWith(fc.oneof(leaf, hereWith)), publish, publish, outside, endTurn), {
      maxLength: 30,
    });

    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 3 }), async (acts, replay) => {
        const { hub, naive } = await observe(acts, replay);
        expect(hub).toEqual(naive);
      }),
      { numRuns: 300 },
    );
  });
});

describe('random answers of a source', () => {
  const step = fc.constantFrom('join', 'leave', 'confirm', 'refuse', 'finish', 'emit', 'closed', 'time', 'turn');

  it('never leave two upstream subscriptions, never end one twice, and lead to what is wanted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(0, 500), async (steps, linger) => {
        const [clock, ioClock, source] = [new VirtualClock(), new VirtualClock(), new TestSource()];
        const hub = new SubscriptionHub<Record<string, number>>({ source, clock, ioClock, linger, onError: () => {} });
        const subscriptions: Disposable[] = [];
        let closed = 0;
        const last = () => source.calls.at(-1);
        const acts: Record<(typeof steps)[number], () => unknown> = {
          join: () => subscriptions.push(hub.subscribe('x', () => {})),
          leave: () => subscriptions.pop()?.[Symbol.dispose](),
          confirm: () => last()?.confirm({ holdEnd: true }),
          refuse: () => last()?.refuse(new Error('refused')),
          finish: () => last()?.finishEnd(),
          emit: () => last()?.emit(1),
          closed: () => {
            if (hub.explain('x').state !== 'live') return;
            closed++;
            subscriptions.length = 0;
            last()?.notify({ type: 'closed' });
          },
          time: () => Promise.all([clock.advance(300), ioClock.advance(20_000)]),
          turn: settle,
        };

        for (const name of steps) {
          await acts[name]();
          expect(source.calls.every((call) => call.ends <= 1)).toBe(true);
        }
        for (let round = 0; round < 6; round++) {
          for (const call of source.calls) {
            await call.confirm({ holdEnd: true });
            await call.finishEnd();
          }
          await Promise.all([clock.advance(1_000), ioClock.advance(60_000)]);
        }

        const refused = source.calls.length - source.ends - closed;
        expect(hub.explain('x').state).toBe(subscriptions.length > 0 ? 'live' : 'unknown');
        expect(refused).toBeGreaterThanOrEqual(subscriptions.length > 0 ? 1 : 0);
        expect(hub.stats().upstreamEnded).toBe(source.calls.length - closed - (subscriptions.length > 0 ? 1 : 0));
        expect(clock.pendingTimers + ioClock.pendingTimers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
