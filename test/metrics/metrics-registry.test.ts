import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { cacheStats, memo } from 'tickwise/memo';
import { MetricsRegistry, type MetricsSnapshot, ratesBetween } from 'tickwise/metrics';
import { RingBuffer } from 'tickwise/ring';
import { Cadence } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('MetricsRegistry', () => {
  it('says what every primitive says, by its name and kind', () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const metrics = new MetricsRegistry({ clock });
    const hub = new SubscriptionHub<{ price: number }>({ clock });
    const twice = memo((value: number) => 2 * value, { name: 'metrics-twice' });

    metrics.add('prices', hub);
    metrics.add('twice', twice);
    hub.publish('price', 1);
    twice(1);
    twice(1);

    const snapshot = metrics.snapshot();
    expect(snapshot).toMatchObject({
      takenAt: 1_700_000_000_000,
      now: 0,
      primitives: {
        prices: { kind: 'subscription_hub', stats: { published: 1 } },
        twice: { kind: 'memo', stats: { calls: 2, hits: 1, loads: 1 } },
      },
    });
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it('takes a primitive out when its handle is disposed, and its name is free again', () => {
    const metrics = new MetricsRegistry();
    const handle = metrics.add('ring', new RingBuffer<number>(4));

    handle[Symbol.dispose]();
    handle[Symbol.dispose]();
    const names = metrics.names;
    metrics.add('ring', new RingBuffer<number>(4));

    expect(names).toEqual([]);
    expect(metrics.names).toEqual(['ring']);
  });

  it('does not take out a namesake that came later', () => {
    const metrics = new MetricsRegistry();
    const first = metrics.add('ring', new RingBuffer<number>(4));
    first[Symbol.dispose]();
    metrics.add('ring', new RingBuffer<number>(4));

    first[Symbol.dispose]();

    expect(metrics.names).toEqual(['ring']);
  });

  it('holds names as hostile as __proto__', () => {
    const metrics = new MetricsRegistry();
    metrics.add('__proto__', new RingBuffer<number>(4));

    const { primitives } = metrics.snapshot();

    expect(Object.keys(primitives)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(primitives)).toBe(Object.prototype);
    expect(Object.keys(ratesBetween(at(0, primitives), at(1_000, primitives)))).toEqual(['__proto__']);
  });

  it.each([
    ['an empty name', '', new RingBuffer<number>(1), /name must be a text of 1 to 200 characters, got ''/],
    ['a long name', 'x'.repeat(201), new RingBuffer<number>(1), /name must be a text of 1 to 200 characters/],
    ['no stats', 'ring', {} as RingBuffer<number>, /'ring' must be an object with a stats method, got {}/],
    ['nothing', 'ring', undefined as unknown as RingBuffer<number>, /must be an object with a stats method/],
    ['a taken name', 'taken', new RingBuffer<number>(1), /the name 'taken' is taken; dispose its handle first/],
  ])('refuses %s', (_, name, primitive, message) => {
    const metrics = new MetricsRegistry();
    metrics.add('taken', new RingBuffer<number>(1));

    expect(() => metrics.add(name, primitive)).toThrow(message);
    expect(() => metrics.add(name, primitive)).toThrow(MISUSE);
  });

  it('refuses more primitives than it may hold', () => {
    const metrics = new MetricsRegistry({ maxPrimitives: 1 });
    metrics.add('a', new RingBuffer<number>(1));

    expect(() => metrics.add('b', new RingBuffer<number>(1))).toThrow(/at most 1 primitives/);
  });

  it('refuses options it does not know', () => {
    const wrong = { clocks: 1 } as unknown as ConstructorParameters<typeof MetricsRegistry>[0];

    expect(() => new MetricsRegistry(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('reports a primitive whose stats throw, and reads the others', () => {
    const failures: unknown[] = [];
    const metrics = new MetricsRegistry({ onError: (error, context) => void failures.push([error, context]) });
    const error = new RangeError('broken');
    metrics.add('broken', {
      stats: () => {
        throw error;
      },
    });
    metrics.add('ring', new RingBuffer<number>(4));

    const { primitives } = metrics.snapshot();

    expect(primitives['broken']).toEqual({
      kind: 'object',
      stats: undefined,
      error: expect.stringContaining('broken'),
    });
    expect(primitives['ring']).toMatchObject({ kind: 'ring_buffer', stats: { size: 0 } });
    expect(failures).toEqual([[error, { name: 'broken' }]]);
  });

  it('explains everything as text, with what explains itself without a question', () => {
    const clock = new VirtualClock();
    const metrics = new MetricsRegistry({ clock });
    metrics.add('odd', {
      stats: () => ({ big: 1n, map: new Map([['a', 1]]), infinite: Infinity }),
      explain: () => 'because',
    } as { stats(): unknown });
    metrics.add('cadence', new Cadence({ period: 1_000, clock }));

    const explained: unknown = JSON.parse(metrics.explain());

    expect(explained).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      primitives: {
        odd: { stats: { big: '1', map: [['a', 1]], infinite: 'Infinity' }, explanation: 'because' },
        cadence: { kind: 'cadence', stats: { runs: 0 } },
      },
    });
  });

  it('goes on when an explanation throws', () => {
    const failures: unknown[] = [];
    const metrics = new MetricsRegistry({ onError: (error) => void failures.push(error) });
    const error = new RangeError('no answer');
    metrics.add('odd', {
      stats: () => ({ a: 1 }),
      explain: () => {
        throw error;
      },
    } as { stats(): unknown });

    expect(JSON.parse(metrics.explain())).toMatchObject({
      primitives: { odd: { stats: { a: 1 }, explanation: expect.stringContaining('no answer') } },
    });
    expect(failures).toEqual([error]);
  });
});

describe('ratesBetween', () => {
  it('gives counts per second of what grew, and none for states', () => {
    const clock = new VirtualClock();
    const metrics = new MetricsRegistry({ clock });
    const ring = new RingBuffer<number>(2);
    metrics.add('ring', ring);
    const before = metrics.snapshot();
    for (let i = 0; i < 10; i++) ring.push(i);

    const rates = ratesBetween(before, { ...metrics.snapshot(), now: 2_000 });

    expect(rates).toEqual({ ring: { pushed: 5, evicted: 4, cleared: 0 } });
  });

  it('names the rows of tables by their keys', () => {
    const jobs = (runs: number) => ({ kind: 'cadence', stats: { jobs: { ppo: { runs }, fft: { runs: 2 * runs } } } });

    const rates = ratesBetween(at(0, { jobs: jobs(1) }), at(1_000, { jobs: jobs(3) }));

    expect(rates).toEqual({ jobs: { 'jobs_runs/ppo': 2, 'jobs_runs/fft': 4 } });
  });

  it('counts from 0 a counter that went down', () => {
    const memoOf = (calls: number) => ({ memo: { kind: 'memo', stats: { calls } } });

    expect(ratesBetween(at(0, memoOf(100)), at(1_000, memoOf(3)))).toEqual({ memo: { calls: 3 } });
  });

  it('leaves out what came or went, what became another kind, and numbers that went down elsewhere', () => {
    const own = (value: number) => ({ kind: 'object', stats: { value, other: 1 } });
    const earlier = at(0, { own: own(2), gone: own(1), changed: own(1) });
    const later = at(1_000, { own: own(1), came: own(1), changed: { kind: 'memo', stats: { value: 2 } } });

    expect(ratesBetween(earlier, later)).toEqual({ own: { other: 0 } });
  });

  it.each([0, -1_000, Number.NaN])('gives none when %d ms passed', (elapsed) => {
    const primitives = { memo: { kind: 'memo', stats: { calls: 1 } } };

    expect(ratesBetween(at(0, primitives), at(elapsed, primitives))).toEqual({});
  });

  it('reads the statistics of all caches as one table', () => {
    const metrics = new MetricsRegistry({ clock: new VirtualClock() });
    const own = memo((value: number) => value, { name: 'metrics-own' });
    metrics.add('caches', { stats: cacheStats }, 'memo');
    own(1);
    const before = metrics.snapshot();
    own(1);

    const rates = ratesBetween(before, { ...metrics.snapshot(), now: before.now + 1_000 });

    expect(rates['caches']?.['caches_hits/metrics-own']).toBe(1);
    expect(rates['caches']?.['total_hits']).toBe(1);
  });
});

function at(now: number, primitives: MetricsSnapshot['primitives']): MetricsSnapshot {
  return { takenAt: now, now, primitives };
}
