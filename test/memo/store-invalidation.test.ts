import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/core/virtual-clock.js';
import type { SecondLevel } from '../../src/memo/second-level.js';
import { faultOn } from './memory-store.js';
import { Rig, START, turnOf } from './second-level-rig.js';

/** The ways in which a result with the tag `position` can be invalidated. */
const WAYS: readonly [string, (level: SecondLevel) => Promise<boolean>][] = [
  ['remove', (level) => level.remove('BTC')],
  ['bumpTag', (level) => level.bumpTag('position')],
  ['clear', (level) => level.clear()],
];

const TAGGED = { tags: ['position'] };

describe.each(WAYS)('%s', (_, invalidate) => {
  it('shuts out what is stored, in all processes', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);

    expect(await invalidate(one)).toBe(true);

    expect(await one.read('BTC')).toBeUndefined();
    expect(await other.read('BTC')).toBeUndefined();
  });

  it('shuts out the result of a load that another process began before, without an entry to tell its tags', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    const turn = await turnOf(other, 'BTC');

    await invalidate(one);
    turn.store(rig.result(1, TAGGED));
    await other.idle();

    expect(await one.read('BTC')).toBeUndefined();
    expect(await other.read('BTC')).toBeUndefined();
    expect(other.stats()).toMatchObject({ storeOutdated: 1, storeWritten: 0 });
  });

  it('shuts out a write that was on its way and lands afterwards', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    const turn = await turnOf(other, 'BTC');
    rig.store.fault = faultOn(':entry:', { late: 500 }, 'set');

    turn.store(rig.result(1, TAGGED));
    await rig.settle();
    await invalidate(one);
    await rig.clock.advance(1_000);

    expect(rig.store.names('tickwise:quotes:1:entry')).toHaveLength(1);
    expect(await one.read('BTC')).toBeUndefined();
    expect(await other.read('BTC')).toBeUndefined();
  });

  it('shares at once what is loaded afterwards', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);

    await invalidate(one);
    await rig.fill(other, 'BTC', 2, TAGGED);

    expect((await one.read('BTC'))?.value).toBe(2);
  });

  it('shares what a call loads that does not wait for it', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1, TAGGED);
    rig.store.fault = (operation) => (operation.name === 'set' ? { late: 5 } : undefined);

    const invalidated = invalidate(level);
    const turn = (await rig.resolved(level.begin('BTC'))).value.turn;
    turn?.store(rig.result(2, TAGGED));
    await rig.clock.advance(100);

    expect(await invalidated).toBe(true);
    expect((await rig.level().read('BTC'))?.value).toBe(2);
  });

  it('leaves what it does not concern', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'ETH', 1, { tags: ['other'] });
    const foreign = rig.level({ name: 'candles' });
    await rig.fill(foreign, 'BTC', 2, TAGGED);

    await invalidate(level);

    expect((await level.read('ETH'))?.value).toBe(invalidate === WAYS[2]?.[1] ? undefined : 1);
    expect((await foreign.read('BTC'))?.value).toBe(2);
  });

  it.each(['reject', 'hang', 'throw', 'lose-answer'] as const)(
    'makes what it concerns a miss here until the store has taken it, on %s',
    async (fault) => {
      const rig = new Rig();
      const [one, other] = [rig.level(), rig.level()];
      await rig.fill(one, 'BTC', 1, TAGGED);
      rig.store.fault = ({ name }) => (name === 'set' ? fault : undefined);

      const { value: isDone, took } = await rig.resolved(invalidate(one));
      const meanwhile = await one.read('BTC');
      rig.store.fault = () => undefined;
      await rig.clock.advance(1_000);

      expect(isDone).toBe(false);
      expect(took).toBeLessThanOrEqual(50);
      expect(meanwhile).toBeUndefined();
      expect(await one.read('BTC')).toBeUndefined();
      expect(await other.read('BTC')).toBeUndefined();
      expect(one.stats()).toMatchObject({ storeInvalidations: 1, storePostponed: 1, storeUnsettled: 0 });
    },
  );

  it('is carried out once the breaker lets it through', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);
    rig.store.fault = () => 'reject';
    for (let index = 0; index < 5; index++) await one.read('ETH');
    rig.errors.length = 0;

    const isDone = await invalidate(one);

    expect(isDone).toBe(false);
    expect(rig.errors).toMatchObject([{ during: 'store', error: { code: 'ERR_CIRCUIT_OPEN' } }]);
    expect(await one.read('BTC')).toBeUndefined();
    rig.store.fault = () => undefined;
    expect((await other.read('BTC'))?.value).toBe(1);
    await rig.clock.advance(1_000);
    expect(await other.read('BTC')).toBeUndefined();
    expect(one.stats().storeUnsettled).toBe(0);
  });

  it('is tried a last time when the level closes', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);
    rig.store.fault = ({ name }) => (name === 'set' ? 'reject' : undefined);
    await invalidate(one);
    rig.store.fault = () => undefined;

    await one.close();

    expect(await other.read('BTC')).toBeUndefined();
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('remove', () => {
  it('makes room in the store', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);

    await level.remove('BTC');
    await level.idle();

    expect(rig.store.names('tickwise:quotes:1:entry')).toEqual([]);
  });

  it('counts as done when only the making of room fails', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);
    rig.store.fault = ({ name }) => (name === 'delete' ? 'reject' : undefined);

    expect(await level.remove('BTC')).toBe(true);
    await level.idle();
    expect(await rig.level().read('BTC')).toBeUndefined();
  });
});

describe('a tag bump', () => {
  it('of another tag during a load does not concern a key whose tags are known', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);
    await one.remove('BTC');
    const turn = await turnOf(one, 'BTC');

    await other.bumpTag('another');
    turn.store(rig.result(2, TAGGED));
    await one.idle();

    expect((await other.read('BTC'))?.value).toBe(2);
  });

  it('of another tag does not concern a key whose tags were read before', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1, TAGGED);
    await other.read('BTC');
    await one.remove('BTC');
    const turn = await turnOf(other, 'BTC');

    await one.bumpTag('another');
    turn.store(rig.result(2, TAGGED));
    await other.idle();

    expect((await one.read('BTC'))?.value).toBe(2);
  });

  it('whose first half has landed shuts out a load that began before', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    const turn = await turnOf(other, 'BTC');
    // Each half takes 10 ms; the result is written when the first has landed, and when the second has.
    rig.store.fault = ({ name, key }) => (name === 'set' && !key.includes(':entry:') ? { late: 10 } : undefined);

    const bumped = one.bumpTag('position');
    await rig.clock.advance(15);
    turn.store(rig.result(1, TAGGED));
    await rig.clock.advance(20);

    expect(await bumped).toBe(true);
    expect(await other.read('BTC')).toBeUndefined();
  });

  it('that lands between the two looks of a writer shuts its result out', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    const turn = await turnOf(other, 'BTC');
    // The writer reads the tag's register in the first 10 ms, those of all in the next.
    rig.store.fault = ({ name }) => (name === 'get' ? { late: 10 } : { late: 2 });

    turn.store(rig.result(1, TAGGED));
    await rig.clock.advance(5);
    const bumped = one.bumpTag('position');
    await rig.clock.advance(50);

    expect(await bumped).toBe(true);
    expect((await rig.resolved(other.read('BTC'))).value).toBeUndefined();
  });
});

describe('two invalidations of a key at once', () => {
  it('are not settled before the later one is, when the earlier one succeeds', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);
    let sets = 0;
    rig.store.fault = ({ name }) => (name !== 'set' ? undefined : sets++ === 0 ? { late: 10 } : 'reject');

    const earlier = level.remove('BTC');
    const later = level.remove('BTC');
    await rig.clock.advance(20);

    expect(await Promise.all([earlier, later])).toEqual([true, false]);
    expect(level.stats().storeUnsettled).toBe(1);
  });
});

describe('onLateInvalidation', () => {
  it('is called once invalidations have landed that were postponed, and for no others', async () => {
    const rig = new Rig();
    let calls = 0;
    const level = rig.level({ onLateInvalidation: () => calls++ });
    await level.remove('A');
    rig.store.fault = ({ name }) => (name === 'set' ? 'reject' : undefined);
    await level.remove('B');
    await level.bumpTag('position');
    await rig.clock.advance(150);
    expect(calls).toBe(0);
    rig.store.fault = () => undefined;

    await rig.clock.advance(100);

    expect(calls).toBe(1);
    expect(level.stats().storeUnsettled).toBe(0);
  });
});

describe('several unsettled invalidations', () => {
  it('are tried until one fails, not each in vain', async () => {
    const rig = new Rig();
    const level = rig.level();
    rig.store.fault = ({ name }) => (name === 'set' ? 'reject' : undefined);
    for (const key of ['A', 'B', 'C']) await level.remove(key);
    rig.store.operations.length = 0;

    await rig.clock.advance(100);

    expect(rig.store.count('set')).toBe(1);
    expect(level.stats().storeUnsettled).toBe(3);
  });
});

describe('an entry that outlives the registers which shut it out', () => {
  it('is a miss', async () => {
    const rig = new Rig();
    const level = rig.level({ lifetime: 1_000 });
    await rig.fill(level, 'BTC', 1, { freshUntil: Infinity });
    for (const item of rig.store.items.values()) item.until = Infinity;

    await rig.clock.advance(601_000);
    expect((await level.read('BTC'))?.value).toBe(1);
    await rig.clock.advance(1);

    expect(await level.read('BTC')).toBeUndefined();
  });

  it('is a miss too when its age cannot be told, its load being ten minutes ahead of the clock', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1);
    const behind = new VirtualClock(START - 600_001);

    expect(await rig.level({ ioClock: behind }).read('BTC')).toBeUndefined();
  });

  it('is not there any more in a store that keeps to the ttl, and the register is', async () => {
    const rig = new Rig();
    const level = rig.level({ lifetime: 1_000 });
    await level.remove('ETH');
    await rig.fill(level, 'BTC', 1, { freshUntil: Infinity });

    const until = [...rig.store.items.values()].map((item) => item.until);

    expect(until).toEqual([1_000 + 3_600_000, 1_000 + 600_000]);
  });
});

describe('more invalidations than are remembered', () => {
  it('become one of everything', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1);
    rig.store.fault = () => 'reject';
    await Promise.all(Array.from({ length: 10_001 }, (_, index) => one.remove(index)));

    expect(one.stats().storeUnsettled).toBeLessThan(10_000);
    expect(await one.read('BTC')).toBeUndefined();
    rig.store.fault = () => undefined;
    await rig.clock.advance(60_000);
    expect(await other.read('BTC')).toBeUndefined();
    expect(one.stats().storeUnsettled).toBe(0);
  });
});

describe('replace', () => {
  it('puts a value in the place of what is stored', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    await rig.fill(one, 'BTC', 1);

    expect(await one.replace('BTC', rig.result(2))).toBe(true);

    expect((await other.read('BTC'))?.value).toBe(2);
  });

  it('shuts out loads that began before', async () => {
    const rig = new Rig();
    const [one, other] = [rig.level(), rig.level()];
    const turn = await turnOf(other, 'BTC');

    await one.replace('BTC', rig.result(2));
    turn.store(rig.result(1));
    await other.idle();

    expect((await one.read('BTC'))?.value).toBe(2);
    expect((await other.read('BTC'))?.value).toBe(2);
  });

  it('shuts out what is stored even if the new value cannot be', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);

    expect(
      await level.replace(
        'BTC',
        rig.result(() => 2),
      ),
    ).toBe(true);

    expect(await rig.level().read('BTC')).toBeUndefined();
  });

  it('of many keys at once stores them all', async () => {
    const rig = new Rig();
    const level = rig.level();

    await Promise.all(Array.from({ length: 100 }, (_, index) => level.replace(index, rig.result(index, TAGGED))));

    const found = await Promise.all(Array.from({ length: 100 }, (_, index) => rig.level().read(index)));
    expect(found.map((result) => result?.value)).toEqual(found.map((_, index) => index));
  });

  it.each(WAYS)('is undone by a %s that follows in the same turn', async (_, invalidate) => {
    const rig = new Rig();
    const level = rig.level();

    const replaced = level.replace('BTC', rig.result(1, TAGGED));
    const invalidated = invalidate(level);
    await Promise.all([replaced, invalidated]);

    expect(await rig.level().read('BTC')).toBeUndefined();
  });

  it('encodes the value as it is at the call', async () => {
    const rig = new Rig();
    const level = rig.level();
    const value = { bid: 1 };

    const replaced = level.replace('BTC', rig.result(value));
    value.bid = 2;
    await replaced;

    expect((await level.read('BTC'))?.value).toEqual({ bid: 1 });
  });

  it('does not believe the entry before while the store fails', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);
    rig.store.fault = ({ name }) => (name === 'set' ? 'reject' : undefined);

    expect(await level.replace('BTC', rig.result(2))).toBe(false);

    expect(await level.read('BTC')).toBeUndefined();
  });
});
