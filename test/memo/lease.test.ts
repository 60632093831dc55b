import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { readOptions } from '../../src/core/options.js';
import type { CacheStore } from '../../src/memo/cache-store.js';
import type { SecondLevel, SecondLevelSettings } from '../../src/memo/second-level.js';
import { LEASE_SCHEMA } from '../../src/memo/lease-options.js';
import { faultOn } from './memory-store.js';
import { Rig } from './second-level-rig.js';

/** Processes that load through leases, as caches do. */
class Processes {
  readonly rig = new Rig();
  readonly loads: string[] = [];
  /** How long a load takes. */
  takes = 100;
  /** Who fails to load. */
  failing = new Set<string>();
  /** Who was killed: neither stores nor ends, nor gives a sign. */
  readonly killed = new Set<string>();

  level(settings: Partial<SecondLevelSettings> = {}): SecondLevel {
    return this.rig.level({ lease: { ttl: 300, wait: 2_000, poll: 5 }, ...settings });
  }

  /** A level of a process that `killed` can end: from then on nothing of it reaches the store. */
  mortal(name: string): SecondLevel {
    const { store } = this.rig;
    const silent = (): Promise<never> => new Promise(() => undefined);
    const through = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
      return (...args: Args): Promise<Result> => (this.killed.has(name) ? silent() : call(...args));
    };
    const own: CacheStore = {
      get: through((key: string) => store.get(key)),
      set: through((key: string, bytes: Uint8Array, ttl: number) => store.set(key, bytes, ttl)),
      delete: through((key: string) => store.delete(key)),
      acquireLease: through((key: string, token: string, ttl: number) => store.acquireLease(key, token, ttl)),
      releaseLease: through((key: string, token: string) => store.releaseLease(key, token)),
      close: () => store.close(),
    };
    return this.level({ store: own });
  }

  /** A call of a cached function in a process. */
  async call(level: SecondLevel, name: string): Promise<unknown> {
    const { found, turn } = await level.begin('BTC');
    if (turn === undefined) return found.value;
    this.loads.push(name);
    await new Promise<void>((resolve) => this.rig.clock.setTimeout(resolve, this.takes));
    if (this.failing.has(name)) {
      turn.end();
      return `${name} failed`;
    }
    turn.store(this.rig.result(`by ${name}`));
    return `by ${name}`;
  }
}

describe('a lease', () => {
  it('makes three processes pay one load', async () => {
    const processes = new Processes();
    const levels = ['a', 'b', 'c'].map((name) => [processes.level(), name] as const);

    const { value } = await processes.rig.resolved(
      Promise.all(levels.map(([level, name]) => processes.call(level, name))),
    );

    expect(processes.loads).toEqual(['a']);
    expect(value).toEqual(['by a', 'by a', 'by a']);
    expect(levels[0]?.[0].stats()).toMatchObject({ leases: 1, leaseWaits: 0 });
    expect(levels[1]?.[0].stats()).toMatchObject({ leases: 0, leaseWaits: 1, leaseShared: 1 });
  });

  it('costs a waiting process little more than the load takes', async () => {
    const processes = new Processes();
    const calls = ['a', 'b'].map((name) => processes.call(processes.level(), name));

    const { took } = await processes.rig.resolved(Promise.all(calls));

    // The pauses are 5, 10, 20, 40, then 80 ms.
    expect(took).toBeLessThanOrEqual(100 + 80);
  });

  it('is prolonged while its load takes longer than its ttl', async () => {
    const processes = new Processes();
    processes.takes = 1_500;
    const calls = ['a', 'b', 'c'].map((name) => processes.call(processes.level(), name));

    await processes.rig.resolved(Promise.all(calls));

    expect(processes.loads).toEqual(['a']);
  });

  it('of a killed holder is taken over once, so that two loads are paid', async () => {
    const processes = new Processes();
    processes.takes = 400;
    const killed = processes.call(processes.mortal('a'), 'a');
    await processes.rig.clock.advance(10);
    const calls = ['b', 'c'].map((name) => processes.call(processes.level(), name));
    await processes.rig.clock.advance(20);
    processes.killed.add('a');

    const { value, took } = await processes.rig.resolved(Promise.all(calls));

    expect(processes.loads).toEqual(['a', 'b']);
    expect(value).toEqual(['by b', 'by b']);
    expect(took).toBeLessThan(300 + 400 + 2 * 80 + 50);
    await killed;
  });

  it('of a load that failed goes to the next process', async () => {
    const processes = new Processes();
    processes.failing.add('a');
    const calls = ['a', 'b', 'c'].map((name) => processes.call(processes.level(), name));

    const { value } = await processes.rig.resolved(Promise.all(calls));

    expect(processes.loads).toEqual(['a', 'b']);
    expect(value).toEqual(['a failed', 'by b', 'by b']);
  });

  it('of a load that fails in every process costs each its own load, one after another', async () => {
    const processes = new Processes();
    for (const name of ['a', 'b', 'c']) processes.failing.add(name);
    const calls = ['a', 'b', 'c'].map((name) => processes.call(processes.level(), name));

    const { took } = await processes.rig.resolved(Promise.all(calls));

    expect(processes.loads.toSorted()).toEqual(['a', 'b', 'c']);
    expect(took).toBeLessThan(3 * 100 + 3 * 80);
  });

  it('makes nobody wait longer than asked for', async () => {
    const processes = new Processes();
    processes.takes = 10_000;
    const holder = processes.level();
    const held = processes.call(holder, 'a');
    await processes.rig.settle();
    const level = processes.level({ lease: { ttl: 300, wait: 250, poll: 5 } });

    const { value, took } = await processes.rig.resolved(level.begin('BTC'));

    expect(value.turn).toBeDefined();
    expect(took).toBe(250);
    expect(level.stats()).toMatchObject({ leaseWaits: 1, leaseGivenUp: 1 });
    await processes.rig.clock.advance(10_000);
    await held;
  });

  it('is not prolonged for ever for a load that hangs', async () => {
    const processes = new Processes();
    const { turn } = await processes.level().begin('BTC');
    await processes.rig.clock.advance(60_000);

    const { took } = await processes.rig.resolved(processes.level().begin('BTC'));

    expect(turn).toBeDefined();
    expect(took).toBe(0);
  });

  it('does not make a call wait for a load that began before an invalidation', async () => {
    const processes = new Processes();
    processes.takes = 1_000;
    const level = processes.level();
    const old = processes.call(processes.level(), 'old');
    await processes.rig.clock.advance(10);

    await level.remove('BTC');
    processes.takes = 50;
    const { value, took } = await processes.rig.resolved(processes.call(level, 'new'));

    expect(value).toBe('by new');
    expect(took).toBe(50);
    await processes.rig.clock.advance(1_000);
    await old;
    expect((await level.read('BTC'))?.value).toBe('by new');
  });

  it('is given back when what was loaded is not stored', async () => {
    const processes = new Processes();
    const { turn } = await processes.level().begin('BTC');

    turn?.store(processes.rig.result(() => 1));
    await processes.rig.settle();

    expect(processes.rig.store.leases.size).toBe(0);
  });

  it('is given back only when the result is in the store', async () => {
    const processes = new Processes();
    const { turn } = await processes.level().begin('BTC');
    processes.rig.store.fault = faultOn(':entry:', { late: 20 }, 'set');

    turn?.store(processes.rig.result(1));
    await processes.rig.clock.advance(19);
    const before = processes.rig.store.leases.size;
    await processes.rig.clock.advance(1);

    expect(before).toBe(1);
    expect(processes.rig.store.leases.size).toBe(0);
  });

  it('is not taken again by a sign that was on its way when it was given back', async () => {
    const processes = new Processes();
    const { turn } = await processes.level().begin('BTC');
    processes.rig.store.fault = ({ name }) => (name === 'acquireLease' ? { late: 30 } : undefined);
    await processes.rig.clock.advance(110);

    turn?.end();
    await processes.rig.clock.advance(1_000);

    expect(processes.rig.store.leases.size).toBe(0);
    expect(processes.rig.store.count('acquireLease')).toBe(2);
    expect(processes.rig.clock.pendingTimers).toBe(0);
  });

  it('leaves no timer behind when it was given back', async () => {
    const processes = new Processes();
    const { turn } = await processes.level().begin('BTC');

    turn?.end();
    await processes.rig.settle();

    expect(processes.rig.clock.pendingTimers).toBe(0);
  });

  it('that the store fails to give is done without', async () => {
    const processes = new Processes();
    processes.rig.store.fault = ({ name }) => (name === 'acquireLease' ? 'hang' : undefined);
    const level = processes.level();

    const { value, took } = await processes.rig.resolved(processes.call(level, 'a'));

    expect(value).toBe('by a');
    expect(took).toBe(50 + 100);
    expect((await level.read('BTC'))?.value).toBe('by a');
  });

  it('is not asked for while the breaker is open', async () => {
    const processes = new Processes();
    const level = processes.level();
    processes.rig.store.fault = () => 'reject';
    for (let index = 0; index < 5; index++) await level.read('ETH');
    processes.rig.store.operations.length = 0;

    const { value, took } = await processes.rig.resolved(processes.call(level, 'a'));

    expect(value).toBe('by a');
    expect(took).toBe(100);
    expect(processes.rig.store.operations).toEqual([]);
  });

  it('ends a wait when nobody waits any more', async () => {
    const processes = new Processes();
    const { rig } = processes;
    processes.takes = 10_000;
    void processes.call(processes.level(), 'holder');
    await rig.settle();
    const level = processes.level();
    const controller = new AbortController();
    const beginning = level.begin('BTC', undefined, controller.signal);
    await rig.clock.advance(50);

    controller.abort();
    const { took } = await rig.resolved(beginning);
    const looks = rig.store.count('get');
    await rig.clock.advance(1_000);

    expect(took).toBeLessThanOrEqual(80);
    expect(rig.store.count('get')).toBe(looks);
    expect(level.stats()).toMatchObject({ leaseWaits: 1, leaseGivenUp: 1, leases: 0 });
  });

  it('ends a wait when the store fails meanwhile', async () => {
    const processes = new Processes();
    processes.takes = 5_000;
    const held = processes.call(processes.level(), 'a');
    await processes.rig.settle();
    const level = processes.level();
    const waiting = level.begin('BTC');
    await processes.rig.clock.advance(20);
    processes.rig.store.fault = () => 'hang';

    const { value, took } = await processes.rig.resolved(waiting);

    expect(value.turn).toBeDefined();
    expect(took).toBeLessThan(40 + 50);
    expect(level.stats()).toMatchObject({ leaseWaits: 1, leaseGivenUp: 1 });
    await processes.rig.clock.advance(5_000);
    await held;
  });

  it('gives the result that was stored between the look-up and the lease', async () => {
    const processes = new Processes();
    const other = processes.rig.level();
    const { turn } = await other.begin('BTC');
    const level = processes.level();
    processes.rig.store.fault = ({ name }) => (name === 'acquireLease' ? { late: 10 } : undefined);

    const beginning = level.begin('BTC');
    turn?.store(processes.rig.result(1));
    const { value } = await processes.rig.resolved(beginning);

    expect(value.found?.value).toBe(1);
    await level.idle();
    expect(processes.rig.store.leases.size).toBe(0);
  });
});

describe('lease options', () => {
  it.each([
    [{ ttl: 9 }, /ttl must be a number of milliseconds from 10 up, got 9/],
    [{ ttl: Number.NaN }, /ttl must be .* got NaN/],
    [{ wait: -1 }, /wait must be .* got -1/],
    [{ wait: Infinity }, /wait must be .* got Infinity/],
    [{ poll: 0 }, /poll must be a number of milliseconds from 1 up, got 0/],
    [{ pole: 5 }, /unknown option 'pole'/],
  ])('are refused as %o', (options, message) => {
    const read = (): unknown => readOptions('lease', LEASE_SCHEMA, options);

    expect(read).toThrow(ConfigError);
    expect(read).toThrow(message);
  });

  it('are 2 s, 10 s and 5 ms unless given', async () => {
    const processes = new Processes();
    processes.takes = 60_000;
    const held = processes.call(processes.level({ lease: {} }), 'a');
    await processes.rig.settle();
    const [lease] = processes.rig.store.leases.values();
    const level = processes.level({ lease: { ttl: undefined } });
    const beginning = level.begin('BTC');
    await processes.rig.settle();
    processes.rig.store.operations.length = 0;
    await processes.rig.clock.advance(5);
    const polls = processes.rig.store.count('acquireLease');

    const { took } = await processes.rig.resolved(beginning);

    expect(lease?.until).toBe(2_000);
    expect(polls).toBe(1);
    expect(took).toBe(10_000 - 5);
    await processes.rig.clock.advance(60_000);
    await held;
  });
});
