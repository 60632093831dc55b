import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { ActivityMonitor, type ActivityMonitorOptions } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle, TestSource } from '../hub/test-source.js';

function open(options: ActivityMonitorOptions = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const errors: string[] = [];
  const monitor = new ActivityMonitor({
    silence: 1_000,
    clock,
    onSilent: (key, { silentFor, hasBeenActive }) =>
      void log.push(`${clock.now()} ${key} silent ${silentFor} ${hasBeenActive}`),
    onActive: (key, { silentFor }) => void log.push(`${clock.now()} ${key} active after ${silentFor}`),
    onError: (error, { key, action }) => void errors.push(`${key} ${action} ${String(error)}`),
    ...options,
  });
  return { monitor, clock, log, errors };
}

describe('a silence', () => {
  it('is told once, ten minutes after the last signal, and its end with the next', async () => {
    const { monitor, clock, log } = open();
    monitor.watch('signal', { silence: 600_000 });
    await clock.advance(100_000);
    monitor.note('signal');

    await clock.advance(599_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['700000 signal silent 600000 true']);
    await clock.advance(5_000_000);
    monitor.note('signal');

    expect(log.slice(1)).toEqual(['5700000 signal active after 5600000']);
    await clock.advance(600_000);
    expect(log).toHaveLength(3);
  });

  it('is told of a key that never began, when it is watched', async () => {
    const { monitor, clock, log } = open();
    monitor.watch('order fill');

    await clock.advance(1_000);

    expect(log).toEqual(['1000 order fill silent 1000 false']);
    expect(monitor.explain('order fill').reason).toContain('never active');
  });

  it('is not told of a key that is noted all the time, for which one timer is enough', async () => {
    const { monitor, clock, log } = open();
    let most = 0;

    for (let step = 0; step < 1_000; step++) {
      for (let key = 0; key < 20; key++) monitor.note(`topic ${key}`);
      most = Math.max(most, clock.pendingTimers);
      await clock.advance(7);
    }

    expect(log).toEqual([]);
    expect(most).toBe(1);
  });

  it('of Infinity is never told, and needs no timer', async () => {
    const { monitor, clock, log } = open({ silence: Infinity });
    monitor.note('a');

    await clock.advance(1e9);

    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(monitor.explain('a')).toMatchObject({ state: 'active', silentFor: 1e9 });
  });

  it('is not told of a key that was forgotten', async () => {
    const { monitor, clock, log } = open();
    monitor.note('a');

    expect(monitor.forget('a')).toBe(true);
    expect(monitor.forget('a')).toBe(false);
    await clock.advance(5_000);

    expect(log).toEqual([]);
    expect(monitor.explain('a')).toMatchObject({ state: 'unknown', silentFor: undefined });
    expect(monitor.isSilent('a')).toBeUndefined();
  });

  it('goes by a silence that was changed, from the last activity', async () => {
    const { monitor, clock, log } = open();
    monitor.note('a');
    monitor.watch('a', { silence: 3_000 });
    await clock.advance(2_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['3000 a silent 3000 true']);

    monitor.watch('a', { silence: 10_000 });
    await clock.advance(6_999);
    monitor.watch('a', { silence: 8_000 });
    await clock.advance(1);

    expect(log.slice(1)).toEqual(['3000 a active after 3000', '9999 a silent 9999 true']);
  });
});

describe('a failing callback', () => {
  it('is reported, and stops neither the other keys nor the next silence', async () => {
    const { monitor, clock, log, errors } = open({
      onSilent: (key) => {
        log.push(key);
        if (key === 'a') throw new Error('thrown');
      },
      onActive: () => Promise.reject(new Error('rejected')),
    });
    monitor.note('a');
    monitor.note('b');

    await clock.advance(1_000);
    monitor.note('b');
    await clock.advance(1_000);

    expect(log).toEqual(['a', 'b', 'b']);
    expect(errors).toEqual(['a onSilent Error: thrown', 'b onActive Error: rejected']);
    expect(monitor.stats()).toEqual({ keys: 2, silent: 2, noted: 3, refused: 0, alerts: 3, failures: 2 });
  });

  it('may watch, note, forget and close', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const monitor: ActivityMonitor = new ActivityMonitor({
      silence: 10,
      clock,
      onSilent: (key) => {
        told.push(key);
        if (key === 'a') monitor.note('a');
        if (key === 'b') monitor.forget('c');
        if (told.length === 5) void monitor.close();
      },
    });
    for (const key of ['a', 'b', 'c', 'd']) monitor.note(key);

    await clock.advance(1_000);

    expect(told).toEqual(['a', 'b', 'd', 'a', 'a']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('bounds and misuse', () => {
  it('refuses keys beyond maxKeys and counts their notes', () => {
    const { monitor } = open({ maxKeys: 2 });
    for (const key of ['a', 'b', 'c', 'c', 'a']) monitor.note(key);

    expect(monitor.watch('d')).toBe(false);
    expect(monitor.stats()).toMatchObject({ keys: 2, noted: 3, refused: 2 });
    monitor.forget('a');
    expect(monitor.watch('d')).toBe(true);
  });

  it('refuses calls after close and leaves no timer', async () => {
    const { monitor, clock, log } = open();
    monitor.note('a');
    await monitor.close();
    await monitor[Symbol.asyncDispose]();

    expect(() => monitor.note('a')).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(() => monitor.watch('a')).toThrow('closed');
    await clock.advance(10_000);

    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [{ silence: 0 }, 'ActivityMonitor: silence must be a number of milliseconds above 0, or Infinity, got 0'],
    [{ silence: NaN }, 'silence must be a number of milliseconds above 0'],
    [{ maxKeys: 1.5 }, 'ActivityMonitor: maxKeys must be a whole number from 1 to 16777216, got 1.5'],
    [{ quiet: 1 }, "ActivityMonitor: unknown option 'quiet'"],
  ])('refuses the options %o', (options, message) => {
    expect(() => new ActivityMonitor(options as ActivityMonitorOptions)).toThrow(message);
  });

  it('refuses a key that is no text, and a wrong silence of a key', () => {
    const { monitor } = open();

    expect(() => monitor.note(5 as never)).toThrow('key must be a text, got 5');
    expect(() => monitor.watch('a', { silence: -1 })).toThrow('ActivityMonitor.watch: silence must be');
  });
});

describe('a wall clock that is set', () => {
  it.each([3_600_000, -3_600_000])('by %d ms neither makes nor hides a silence', async (step) => {
    const { monitor, clock, log } = open();
    monitor.watch('a');

    clock.stepWallTime(step);
    await clock.advance(999);
    const early = [...log];
    await clock.advance(1);

    expect(early).toEqual([]);
    expect(log.length).toBe(1);
    expect(monitor.isSilent('a')).toBe(true);
  });
});

describe('over a source', () => {
  it('reports a subscriber that throws inside the timer, and tells the others', async () => {
    const { monitor, clock, errors, log } = open();
    const source = monitor.over<Record<string, number>>({
      subscribe: (_topic, _emit, notify) => {
        notify({ type: 'live' });
        return () => undefined;
      },
    });
    const told: string[] = [];
    void source.subscribe(
      'x',
      () => undefined,
      ({ type }) => {
        told.push(type);
        if (type === 'stale') throw new Error('no');
      },
    );

    await clock.advance(1_000);

    expect(told).toEqual(['live', 'stale']);
    expect(errors.length).toBe(1);
    expect(log.length).toBe(1);
  });

  /** A hub over a watched source. */
  function overSource(options: ActivityMonitorOptions = {}) {
    const bench = open(options);
    const source = new TestSource();
    const hub = new SubscriptionHub<Record<string, number>>({
      source: bench.monitor.over(source),
      clock: bench.clock,
      ioClock: bench.clock,
    });
    const told: unknown[] = [];
    const subscription = hub.subscribe('x', (value) => told.push(value), { onStatus: ({ type }) => told.push(type) });
    return { ...bench, source, hub, told, subscription };
  }

  it('tells subscribers stale after a silence, and live before the next value', async () => {
    const { source, clock, told } = overSource();
    await settle();
    await source.last.confirm();
    source.last.emit(1);

    await clock.advance(999);
    source.last.emit(2);
    await clock.advance(1_000);
    source.last.emit(3);

    expect(told).toEqual(['live', 1, 2, 'stale', 'live', 3]);
  });

  it('watches a topic from its confirmation, values or not', async () => {
    const { source, clock, told } = overSource();
    await settle();
    await clock.advance(5_000);
    expect(told).toEqual([]);
    await source.last.confirm();

    await clock.advance(1_000);

    expect(told).toEqual(['live', 'stale']);
  });

  it('does not call a failed topic stale, and watches again once it is live', async () => {
    const { source, clock, told } = overSource();
    await settle();
    await source.last.confirm();

    source.last.notify({ type: 'failed', error: new Error('lost') });
    await clock.advance(10_000);
    source.last.notify({ type: 'live' });
    await clock.advance(1_000);

    expect(told).toEqual(['live', 'failed', 'live', 'stale']);
  });

  it('forgets a topic that nobody wants any longer', async () => {
    const { source, clock, monitor, subscription } = overSource();
    await settle();
    await source.last.confirm();
    expect(monitor.stats().keys).toBe(1);

    subscription.unsubscribe();
    await settle();

    expect(source.ends).toBe(1);
    expect(monitor.stats().keys).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('passes values on when the monitor is full or closed', async () => {
    const { source, monitor, told } = overSource({ maxKeys: 1 });
    monitor.note('another');
    await settle();
    await source.last.confirm();
    source.last.emit(1);
    await monitor.close();
    source.last.emit(2);

    expect(told).toEqual(['live', 1, 2]);
  });
});

describe('random histories', () => {
  const KEYS = ['a', 'b', 'c', 'd'];
  const key = fc.constantFrom(...KEYS);
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('note' as const), key }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('watch' as const), key, silence: fc.integer({ min: 1, max: 90 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('forget' as const), key }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.nat(60) }) },
  );

  /** Looks at every key in every millisecond. */
  class PollingMonitor {
    now = 0;
    readonly log: string[] = [];
    readonly #keys = new Map<string, { last: number; silence: number; isSilent: boolean }>();

    note(name: string, silence = 50): void {
      const known = this.#keys.get(name);
      if (known?.isSilent === true) this.log.push(`${this.now} ${name} active`);
      this.#keys.set(name, { last: this.now, silence: known?.silence ?? silence, isSilent: false });
    }

    watch(name: string, silence: number): void {
      const known = this.#keys.get(name) ?? { last: this.now, silence, isSilent: false };
      const isSilent = known.isSilent && this.now - known.last >= silence;
      if (known.isSilent && !isSilent) this.log.push(`${this.now} ${name} active`);
      this.#keys.set(name, { last: known.last, silence, isSilent });
    }

    forget(name: string): void {
      this.#keys.delete(name);
    }

    advance(ms: number): void {
      this.#look();
      for (let step = 0; step < ms; step++) {
        this.now++;
        this.#look();
      }
    }

    #look(): void {
      for (const [name, known] of this.#keys) {
        if (known.isSilent || this.now - known.last < known.silence) continue;
        known.isSilent = true;
        this.log.push(`${this.now} ${name} silent`);
      }
    }
  }

  it('tell what polling every millisecond would, at the same times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 50 }), async (acts) => {
        const clock = new VirtualClock();
        const log: string[] = [];
        const monitor = new ActivityMonitor({
          silence: 50,
          clock,
          onSilent: (name) => void log.push(`${clock.now()} ${name} silent`),
          onActive: (name) => void log.push(`${clock.now()} ${name} active`),
        });
        const polling = new PollingMonitor();

        for (const each of acts) {
          if (each.type === 'note') {
            monitor.note(each.key);
            polling.note(each.key);
          } else if (each.type === 'watch') {
            monitor.watch(each.key, { silence: each.silence });
            polling.watch(each.key, each.silence);
          } else if (each.type === 'forget') {
            monitor.forget(each.key);
            polling.forget(each.key);
          } else {
            await clock.advance(each.ms);
            polling.advance(each.ms);
          }
          // Within one millisecond the order of keys is open.
          expect(log.toSorted()).toEqual(polling.log.toSorted());
        }
        await monitor.close();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
