import { VirtualClock } from 'tickwise/core';
import { type HubOptions, SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from './test-source.js';

interface Topics {
  a: number;
}

/** A hub with a topic that somebody keeps alive. */
function openHub(options: HubOptions<Topics> = {}) {
  const clock = new VirtualClock();
  const hub = new SubscriptionHub<Topics>({ clock, ...options });
  hub.subscribe('a', () => {});
  return { clock, hub };
}

/** Subscribes and records values as text, replayed ones in brackets. */
function record(hub: SubscriptionHub<Topics>, log: string[] = []): string[] {
  hub.subscribe('a', (value, { replayed, sequence }) => {
    log.push(replayed ? `[${value}#${sequence}]` : `${value}#${sequence}`);
  });
  return log;
}

describe('replay', () => {
  it('gives a late subscriber the newest values, marked, after subscribe has returned', async () => {
    const { hub } = openHub({ replay: 2 });
    for (const value of [10, 20, 30]) hub.publish('a', value);

    const log = record(hub);
    expect(log).toEqual([]);
    await settle();
    hub.publish('a', 40);

    expect(log).toEqual(['[20#2]', '[30#3]', '40#4']);
  });

  it('comes before a value published in the same turn, and only once', async () => {
    const { hub } = openHub({ replay: 1 });
    hub.publish('a', 10);

    const log = record(hub);
    hub.publish('a', 20);
    await settle();

    expect(log).toEqual(['[10#1]', '20#2']);
  });

  it('gives a subscriber added during a publish that value once, as a replay', async () => {
    const { hub } = openHub({ replay: 1 });
    const log: string[] = [];
    let isAdded = false;
    hub.subscribe('a', () => {
      if (!isAdded) record(hub, log);
      isAdded = true;
    });

    hub.publish('a', 10);
    await settle();
    hub.publish('a', 20);

    expect(log).toEqual(['[10#1]', '20#2']);
  });

  it('comes before a nested value that is still waiting', () => {
    const { hub } = openHub({ replay: 1 });
    const log: string[] = [];
    hub.subscribe('a', (value) => {
      if (value !== 10) return;
      hub.publish('a', 20);
      record(hub, log);
    });

    hub.publish('a', 10);

    expect(log).toEqual(['[10#1]', '20#2']);
  });

  it('delivers what a handler publishes during a replay after the value that is on its way', () => {
    const { hub } = openHub({ replay: 1 });
    hub.publish('a', 10);
    const log: number[] = [];
    hub.subscribe('a', (value, { replayed }) => {
      log.push(value);
      if (replayed) hub.publish('a', 99);
    });

    hub.publish('a', 20);

    expect(log).toEqual([10, 20, 99]);
  });

  it('stops when the subscriber leaves during it', async () => {
    const { hub } = openHub({ replay: 5 });
    for (const value of [1, 2, 3]) hub.publish('a', value);
    const log: number[] = [];
    const subscription = hub.subscribe('a', (value) => {
      log.push(value);
      subscription.unsubscribe();
    });

    await settle();

    expect(log).toEqual([1]);
  });

  it('does not reach one who left before it', async () => {
    const { hub } = openHub({ replay: 1 });
    hub.publish('a', 10);
    const log: number[] = [];

    hub.subscribe('a', (value) => log.push(value)).unsubscribe();
    await settle();

    expect(log).toEqual([]);
  });

  it('is nothing by default', async () => {
    const { hub } = openHub();
    hub.publish('a', 10);

    const log = record(hub);
    await settle();

    expect(log).toEqual([]);
  });

  it('reports a failure during it and goes on', async () => {
    const errors: unknown[] = [];
    const { hub } = openHub({ replay: 2, onError: (error) => errors.push(error) });
    hub.publish('a', 1);
    hub.publish('a', 2);
    hub.subscribe('a', () => {
      throw new Error('x');
    });
    const log = record(hub);

    await settle();

    expect(errors).toHaveLength(2);
    expect(log).toEqual(['[1#1]', '[2#2]']);
  });

  it('leaves out values older than replayMaxAge, measured on clock', async () => {
    const { clock, hub } = openHub({ replay: 10, replayMaxAge: 100 });
    hub.publish('a', 1);
    await clock.advance(50);
    hub.publish('a', 2);
    await clock.advance(100);

    const log = record(hub);
    await settle();

    expect(log).toEqual(['[2#2]']);
    await clock.advance(0.5);
    expect(record(hub)).toEqual([]);
    await settle();
    expect(hub.stats().received).toBe(3);
  });

  it.each([1, 2])('leaves out %i old values also when a new one comes before the replay', async (replay) => {
    const { clock, hub } = openHub({ replay, replayMaxAge: 100 });
    for (const value of [10, 20]) hub.publish('a', value);
    await clock.advance(101);

    const log = record(hub);
    hub.publish('a', 30);
    await settle();

    expect(log).toEqual(['30#3']);
  });

  it('takes each value of a long burst for as old as it is, to 256 values', async () => {
    const { clock, hub } = openHub({ replay: 2_000, replayMaxAge: 100 });
    let now = 0;
    clock.now = () => now;
    for (let value = 1; value <= 2_000; value++) {
      now = value;
      hub.publish('a', value);
    }

    const replayed: number[] = [];
    hub.subscribe('a', (value) => void replayed.push(value));
    await settle();

    // A value is taken for older than it is, by less than 256 values, and never for younger.
    expect(replayed.length).toBeLessThanOrEqual(101);
    expect(replayed).toEqual(Array.from(replayed, (_, index) => 2_001 - replayed.length + index));
  });

  it('survives the last subscriber for the linger time, and the end of the turn without', async () => {
    const clock = new VirtualClock();
    const hub = new SubscriptionHub<Topics>({ clock, replay: 1, linger: 100 });
    const first = hub.subscribe('a', () => {});
    hub.publish('a', 1);
    first.unsubscribe();
    await clock.advance(99);

    const log = record(hub);
    await settle();

    expect(log).toEqual(['[1#1]']);
  });

  it('begins anew when the topic was released in between', async () => {
    const hub = new SubscriptionHub<Topics>({ replay: 1 });
    const first = hub.subscribe('a', () => {});
    hub.publish('a', 1);
    first.unsubscribe();
    await settle();

    const log = record(hub);
    await settle();
    hub.publish('a', 2);

    expect(log).toEqual(['2#1']);
  });

  it.each(['gap', 'failed'] as const)('is cleared when upstream reports %s, and latest with it', async (type) => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Topics>({ source, replay: 5, clock: new VirtualClock() });
    hub.subscribe('a', () => {});
    await settle();
    await source.last.confirm();
    source.last.emit(1);

    source.last.notify(type === 'gap' ? { type, from: 1, to: 2 } : { type, error: new Error('x') });
    const latest = hub.latest('a');
    source.last.emit(2);
    const log = record(hub);
    await settle();

    expect(latest).toBeUndefined();
    expect(log).toEqual(['[2#2]']);
  });

  it('is cleared when upstream ends', async () => {
    const source = new TestSource();
    const hub = new SubscriptionHub<Topics>({ source, replay: 5, clock: new VirtualClock() });
    const first = hub.subscribe('a', () => {});
    await settle();
    await source.last.confirm({ holdEnd: true });
    source.last.emit(1);
    first.unsubscribe();
    await settle();

    const log = record(hub);
    await settle();

    expect(log).toEqual([]);
    expect(hub.latest('a')).toBeUndefined();
  });
});

describe('latest', () => {
  it('is the newest value with its age, also without replay', async () => {
    const { clock, hub } = openHub();
    expect(hub.latest('a')).toBeUndefined();

    hub.publish('a', 1);
    hub.publish('a', 2);
    await clock.advance(70);

    expect(hub.latest('a')).toEqual({ value: 2, age: 70 });
  });

  it('keeps its age while who came after it is told the status before the next value', async () => {
    const { clock, hub } = openHub();
    hub.publish('a', 1);
    await clock.advance(1_000);

    const seen: unknown[] = [];
    hub.subscribe('a', () => {}, { onStatus: () => void seen.push(hub.latest('a')) });
    hub.publish('a', 2);

    expect(seen).toEqual([{ value: 1, age: 1_000 }]);
    expect(hub.latest('a')).toEqual({ value: 2, age: 0 });
  });

  it('reads the clock once per turn, and once in 256 values within a turn', async () => {
    let reads = 0;
    const clock = new VirtualClock();
    const counting = {
      now: () => {
        reads++;
        return clock.now();
      },
      wallTime: () => clock.wallTime(),
      setTimeout: (callback: () => void, delay: number) => clock.setTimeout(callback, delay),
    };
    const { hub } = openHub({ clock: counting });

    for (let value = 0; value < 2_560; value++) hub.publish('a', value);
    expect(reads).toBe(10);
    await settle();
    hub.publish('a', 1);

    expect(reads).toBe(11);
  });

  it('never understates an age', async () => {
    const clock = new VirtualClock();
    const { hub } = openHub({ clock });

    for (let step = 0; step < 100; step++) {
      hub.publish('a', step);
      expect(hub.latest('a')).toEqual({ value: step, age: 0 });
      await clock.advance(1);
      expect(hub.latest('a')?.age).toBe(1);
    }
  });
});
