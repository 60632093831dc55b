import { describe, expect, it } from 'vitest';
import { ArgumentError, OverflowError } from '../../src/core/errors.js';
import { systemClock } from '../../src/core/system-clock.js';
import { VirtualClock } from '../../src/core/virtual-clock.js';
import type { CacheStore } from '../../src/memo/cache-store.js';
import type { SecondLevel } from '../../src/memo/second-level.js';
import { limitWork } from '../../src/memo/store-time-limit.js';
import { type Fault, faultOn } from './memory-store.js';
import { Rig, turnOf } from './second-level-rig.js';

const NO_TIMER = { cancel: () => undefined, ref: () => undefined, unref: () => undefined };

/** The store of a rig, as an object of which parts can be replaced. */
function plainStore({ store }: Rig): CacheStore {
  return {
    get: (key) => store.get(key),
    set: (key, bytes, ttl) => store.set(key, bytes, ttl),
    delete: (key) => store.delete(key),
    close: () => store.close(),
  };
}

/** Opens the breaker of a level, and repairs the store. */
async function breakStore(rig: Rig, level: SecondLevel): Promise<void> {
  rig.store.fault = () => 'reject';
  for (let index = 0; index < 5; index++) await level.read('BTC');
  rig.store.fault = () => undefined;
  rig.store.operations.length = 0;
}

describe('a store that never answers', () => {
  it('costs a call the timeout and no more', async () => {
    const rig = new Rig();
    rig.store.fault = () => 'hang';
    const level = rig.level();

    const { value, took } = await rig.resolved(level.begin('BTC'));

    expect(value.turn).toBeDefined();
    expect(took).toBe(50);
    expect(level.stats()).toMatchObject({ storeReads: 1, storeTimeouts: 1 });
    const message: unknown = expect.stringMatching(/quotes.*50 ms/);
    expect(rig.errors).toMatchObject([
      { during: 'store', error: { code: 'ERR_TIMEOUT', name: 'TimeoutError', message } },
    ]);
  });

  it('costs nothing after five calls', async () => {
    const rig = new Rig();
    rig.store.fault = () => 'hang';
    const level = rig.level();
    for (let index = 0; index < 5; index++) await rig.resolved(level.read(index));

    const { took } = await rig.resolved(level.begin('BTC'));

    expect(took).toBe(0);
    expect(level.stats()).toMatchObject({ storeTimeouts: 5, storeSkipped: 1, breakerOpened: 1 });
  });

  it('in the second round of a look-up costs no second timeout', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1, { tags: ['position'] });
    const level = rig.level();
    rig.store.fault = ({ key }) => (key.includes(':tag:') ? 'hang' : { late: 30 });

    const { took } = await rig.resolved(level.begin('BTC'));

    expect(took).toBe(50);
  });
});

describe('a store that fails', () => {
  it.each<Fault>(['reject', 'throw', 'lose-answer'])('is a miss on %s, and reported', async (fault) => {
    const rig = new Rig();
    rig.store.fault = () => fault;
    const level = rig.level();

    const { value, took } = await rig.resolved(level.begin('BTC'));

    expect(value.turn).toBeDefined();
    expect(took).toBe(0);
    expect(level.stats()).toMatchObject({ storeReads: 1, storeErrors: 1 });
    expect(rig.errors).toHaveLength(1);
  });

  it('is used again a second after five failures', async () => {
    const rig = new Rig();
    const level = rig.level();
    await breakStore(rig, level);

    await level.read('BTC');
    await rig.clock.advance(999);
    await level.read('BTC');
    expect(rig.store.operations).toEqual([]);
    await rig.clock.advance(1);
    await rig.fill(level, 'BTC', 1);

    expect((await level.read('BTC'))?.value).toBe(1);
    expect(level.stats()).toMatchObject({ storeErrors: 5, storeSkipped: 2, breakerOpened: 1 });
  });

  it('lets one call through when it may be back, and the others pass it by', async () => {
    const rig = new Rig();
    const level = rig.level();
    await breakStore(rig, level);
    await rig.clock.advance(1_000);
    rig.store.fault = () => ({ late: 10 });

    const reads = ['A', 'B', 'C'].map((key) => level.read(key));
    await rig.clock.advance(10);
    await Promise.all(reads);

    expect(new Set(rig.store.operations.map(({ key }) => key).filter((key) => key.includes(':entry:'))).size).toBe(1);
    expect(level.stats().storeSkipped).toBe(2);
  });

  it('does not share the result of a load that began without it', async () => {
    const rig = new Rig();
    const level = rig.level();
    rig.store.fault = () => 'reject';
    const turn = await turnOf(level, 'BTC');
    rig.store.fault = () => undefined;

    turn.store(rig.result(1));
    await level.idle();

    expect(level.stats()).toMatchObject({ storeWrites: 1, storeOutdated: 1 });
    expect(await level.read('BTC')).toBeUndefined();
  });

  it.each([new ArgumentError('too large'), new OverflowError('too many')])(
    'is used on after it refused %s',
    async (error) => {
      const rig = new Rig();
      const set = (): Promise<never> => Promise.reject(error);
      const store = { ...plainStore(rig), set };
      const level = rig.level({ store });

      const turns = await Promise.all(Array.from({ length: 10 }, (_, index) => turnOf(level, index)));
      for (const turn of turns) turn.store(rig.result(1));
      await level.idle();

      expect(level.stats()).toMatchObject({ storeFailedWrites: 10, breakerOpened: 0 });
      expect(rig.errors).toHaveLength(10);
    },
  );

  it('loses a write, and says so', async () => {
    const rig = new Rig();
    const level = rig.level();
    rig.store.fault = faultOn(':entry:', 'reject', 'set');

    await rig.fill(level, 'BTC', 1);

    expect(level.stats()).toMatchObject({ storeWrites: 1, storeFailedWrites: 1, storeWritten: 0 });
    expect(rig.errors).toMatchObject([{ during: 'store' }]);
  });
});

describe('an answer that comes too late', () => {
  it('is dropped', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1);
    const level = rig.level();
    rig.store.fault = () => ({ late: 51 });

    const { value } = await rig.resolved(level.begin('BTC'));
    await rig.clock.advance(100);

    expect(value.found).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeTimeouts: 1, storeHits: 0 });
  });

  it('may be a rejection', async () => {
    const rig = new Rig();
    const later = (): Promise<never> =>
      new Promise((_, reject) => rig.clock.setTimeout(() => reject(new Error('late')), 80));
    const store = { ...plainStore(rig), get: later };
    const level = rig.level({ store });

    await rig.resolved(level.begin('BTC'));
    await rig.clock.advance(100);

    // An unhandled rejection would fail the run.
    expect(rig.errors).toMatchObject([{ error: { code: 'ERR_TIMEOUT' } }]);
  });
});

describe('limitWork', () => {
  it('takes an answer that lay ready when the time was over, after a long block', async () => {
    let timeOver = (): void => undefined;
    const clock = { ...systemClock, setTimeout: (callback: () => void) => ((timeOver = callback), NO_TIMER) };
    let answer: (value: number) => void = () => undefined;

    const limited = limitWork(() => new Promise<number>((resolve) => (answer = resolve)), {
      what: 'it',
      timeout: 50,
      ioClock: clock,
    });
    timeOver();
    answer(1);

    expect(await limited).toBe(1);
  });

  it('rejects with a TimeoutError when the time is over', async () => {
    const clock = new VirtualClock();
    const limited = limitWork(() => new Promise<never>(() => undefined), { what: 'it', timeout: 50, ioClock: clock });

    const [outcome] = await Promise.all([limited.catch((error: unknown) => error), clock.advance(50)]);

    expect(outcome).toMatchObject({ code: 'ERR_TIMEOUT', message: 'it took longer than 50 ms' });
  });

  it('leaves no timer behind', async () => {
    const clock = new VirtualClock();

    await limitWork(() => Promise.resolve(1), { what: 'it', timeout: 50, ioClock: clock });

    expect(clock.pendingTimers).toBe(0);
  });
});

describe('more results than the store can take', () => {
  it('are dropped and counted beyond a thousand', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turns = await Promise.all(Array.from({ length: 1_200 }, (_, index) => turnOf(level, index)));

    for (const turn of turns) turn.store(rig.result(1));
    const { storePending } = level.stats();
    await level.idle();

    expect(storePending).toBe(1_000);
    expect(level.stats()).toMatchObject({
      storeWrites: 1_200,
      storeWritten: 1_000,
      storeDropped: 200,
      storePending: 0,
    });
  });

  it('are dropped beyond 64 MiB', async () => {
    const rig = new Rig();
    const codec = { encode: () => new Uint8Array(2 ** 25), decode: () => 1 };
    const level = rig.level({ codec });
    const turns = await Promise.all([1, 2, 3].map((key) => turnOf(level, key)));

    for (const turn of turns) turn.store(rig.result(1));
    await level.idle();

    expect(level.stats()).toMatchObject({ storeWritten: 2, storeDropped: 1 });
    await rig.fill(level, 4, 1);
    expect(level.stats()).toMatchObject({ storeWritten: 3, storeDropped: 1 });
  });

  it('are written 32 at a time', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turns = await Promise.all(Array.from({ length: 40 }, (_, index) => turnOf(level, index)));
    rig.store.operations.length = 0;
    rig.store.fault = faultOn(':entry:', { late: 10 }, 'set');

    for (const turn of turns) turn.store(rig.result(1));
    await rig.clock.advance(5);
    const atOnce = rig.store.count('set');
    await rig.clock.advance(20);

    expect(atOnce).toBe(32);
    expect(level.stats().storeWritten).toBe(40);
  });
});

describe('idle', () => {
  it('resolves when what was stored has arrived', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turn = await turnOf(level, 'BTC');
    rig.store.fault = () => ({ late: 10 });

    turn.store(rig.result(1));
    const { took } = await rig.resolved(level.idle());

    expect(took).toBe(20);
    expect(level.stats().storeWritten).toBe(1);
  });
});
