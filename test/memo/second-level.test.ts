import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/core/virtual-clock.js';
import type { CacheStore } from '../../src/memo/cache-store.js';
import { faultOn } from './memory-store.js';
import { resultAt, Rig, START, turnOf } from './second-level-rig.js';

const NO_STORE: CacheStore = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('SecondLevel', () => {
  it('gives another process what one has stored', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', { bid: 1, ask: undefined });

    const { found } = await rig.level().begin('BTC');

    expect(found?.value).toEqual({ bid: 1, ask: undefined });
    expect(found).toMatchObject({ tags: [], loadTime: 5 });
  });

  it.each([
    [undefined],
    [null],
    [0],
    [-0],
    [''],
    [false],
    [Number.NaN],
    [10n],
    [Object.assign([1], { 2: 3 })],
    [new Date(5)],
  ])('keeps the value %s as it is', async (value) => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', value);

    const { found } = await rig.level().begin('BTC');

    expect(found).toBeDefined();
    expect(found?.value).toStrictEqual(value);
  });

  it('gives each reader a value of its own', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', { bars: Float64Array.of(1, 2) });

    const first = await rig.level().read('BTC');
    const second = await rig.level().read('BTC');

    expect(first?.value).toEqual(second?.value);
    expect(first?.value).not.toBe(second?.value);
  });

  it('encodes a result before the caller can change it', async () => {
    const rig = new Rig();
    const level = rig.level();
    const value = { bid: 1 };

    const turn = await turnOf(level, 'BTC');
    turn.store(rig.result(value));
    value.bid = 2;
    await level.idle();

    expect((await level.read('BTC'))?.value).toEqual({ bid: 1 });
  });

  it.each([
    [{ name: 'other' }],
    [{ version: '2' }],
    [{ name: 'quotes:1', version: '' }],
    [{ name: 'quotes', version: '1:entry' }],
  ])('shares nothing with %o', async (settings) => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1);

    expect(await rig.level(settings).read('BTC')).toBeUndefined();
  });

  it('tells the number 1 from the text 1', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 1, 'number');
    await rig.fill(level, '1', 'text');

    expect((await level.read(1))?.value).toBe('number');
    expect((await level.read('1'))?.value).toBe('text');
  });

  it('takes the entry of another key for a miss, wherever the store has it from', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);
    const entry = [...rig.store.items].find(([key]) => key.includes(':entry:'));

    rig.store.fault = ({ key }) => {
      if (entry !== undefined && key.includes(':entry:')) rig.store.items.set(key, entry[1]);
      return undefined;
    };

    expect(await level.read('ETH')).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeCorrupt: 1 });
  });

  it('does nothing on a second end of a turn', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turn = await turnOf(level, 'BTC');

    turn.end();
    turn.store(rig.result(1));
    turn.end();
    await level.idle();

    expect(rig.store.count('set')).toBe(0);
    expect(level.stats().storeWrites).toBe(0);
  });

  it('does not store a result that is of no use any more', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turn = await turnOf(level, 'BTC');

    turn.store(rig.result(1, { freshUntil: rig.clock.now() }));
    await level.idle();

    expect(rig.store.count('set')).toBe(0);
    expect(level.stats()).toMatchObject({ storeWrites: 1, storeOutdated: 1 });
  });

  it('does not share the result of a load of more than ten minutes', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turn = await turnOf(level, 'BTC');
    await rig.clock.advance(600_001);

    turn.store(rig.result(1));
    await level.idle();

    expect(await level.read('BTC')).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeOutdated: 1 });
  });

  it('reads one register less where results have no tags, and does not share those that have', async () => {
    const rig = new Rig();
    const level = rig.level({ hasTags: false });
    await rig.fill(level, 'BTC', 1);
    await rig.fill(level, 'ETH', 1, { tags: ['position'] });
    rig.store.operations.length = 0;

    const found = await level.read('BTC');

    expect(rig.store.operations.map(({ key }) => key.replace('tickwise:quotes:1:', ''))).toEqual([
      'entry:sBTC',
      'clear',
      'key:sBTC',
    ]);
    expect(found?.value).toBe(1);
    expect(await level.read('ETH')).toBeUndefined();
  });

  it('gives counts that can be written as JSON', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);

    const stats = level.stats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(Object.values(stats).every(Number.isInteger)).toBe(true);
  });
});

describe('times through the store', () => {
  it('survive on the clock of another process', async () => {
    const rig = new Rig();
    await rig.clock.advance(5_000);
    const now = rig.clock.now();
    await rig.fill(rig.level(), 'BTC', 1, { freshUntil: now + 100, staleUntil: now + 300, fallbackUntil: now + 900 });
    const other = new VirtualClock(START + 5_050);

    const found = await rig.level({ clock: other }).read('BTC');

    expect(found).toMatchObject({ storedAt: -50, freshUntil: 50, staleUntil: 250, fallbackUntil: 850 });
  });

  it('keep Infinity', async () => {
    const rig = new Rig();
    const level = rig.level({ lifetime: Infinity });
    await rig.fill(level, 'BTC', 1, { freshUntil: Infinity, staleUntil: Infinity, fallbackUntil: Infinity });
    await rig.clock.advance(1e12);

    expect(await level.read('BTC')).toMatchObject({ freshUntil: Infinity, staleUntil: Infinity });
  });

  it('serve an entry until it is neither fresh nor stale', async () => {
    const rig = new Rig();
    const level = rig.level();
    const now = rig.clock.now();
    await rig.fill(level, 'BTC', 1, { freshUntil: now + 100, staleUntil: now + 200, fallbackUntil: now + 300 });

    await rig.clock.advance(199);
    const stale = await level.begin('BTC');
    const refresh = await level.begin('BTC', ({ freshUntil }) => rig.clock.now() < freshUntil);
    await rig.clock.advance(1);
    const fallback = await level.begin('BTC');
    await rig.clock.advance(100);
    const gone = await level.begin('BTC');

    expect(stale.found?.value).toBe(1);
    expect(refresh.turn?.outdated?.value).toBe(1);
    expect(fallback.turn?.outdated?.value).toBe(1);
    expect(await level.read('BTC')).toBeUndefined();
    expect(gone.turn?.outdated).toBeUndefined();
  });

  it('never give an entry more life than it had, on a clock that is behind', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1);
    const behind = new VirtualClock(START - 800);

    expect(await rig.level({ clock: behind }).read('BTC')).toMatchObject({ storedAt: 0, freshUntil: 60_000 });
  });

  it('keep what comes from the future out of a replay of the past', async () => {
    const rig = new Rig();
    const live = rig.level();
    const turn = await turnOf(live, 'BTC');
    turn.store(resultAt(rig.clock, 1, { freshUntil: Infinity }));
    await live.idle();
    const replay = new VirtualClock(START - 86_400_000);

    expect(await rig.level({ clock: replay }).read('BTC')).toBeUndefined();
  });

  it.each([[-3_600_000], [3_600_000]])('make an entry a miss after the wall time stepped by %i ms', async (step) => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);

    rig.clock.stepWallTime(step);

    expect(await level.read('BTC')).toBeUndefined();
  });
});

describe('a damaged store', () => {
  it('is a miss and a count', async () => {
    const rig = new Rig();
    const level = rig.level();
    await rig.fill(level, 'BTC', 1);
    rig.store.fault = faultOn(':entry:', 'corrupt');

    const { turn } = await level.begin('BTC');

    expect(turn).toBeDefined();
    expect(level.stats()).toMatchObject({ storeReads: 2, storeMisses: 2, storeCorrupt: 1, storeErrors: 0 });
  });

  it('that returns something else than bytes is a miss and a count', async () => {
    const rig = new Rig();
    const get = (key: string) => Promise.resolve(key.includes(':entry:') ? ('text' as never) : undefined);
    const level = rig.level({ store: { ...NO_STORE, get } });

    expect(await level.read('BTC')).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeMisses: 1, storeCorrupt: 1 });
  });

  it('that returns null for absent has no entry', async () => {
    const rig = new Rig();
    const level = rig.level({ store: { ...NO_STORE, get: () => Promise.resolve(null as never) } });

    expect(await level.read('BTC')).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeMisses: 1, storeCorrupt: 0 });
  });

  it('whose register is damaged is believed again once the register is written anew', async () => {
    const rig = new Rig();
    const level = rig.level();
    await level.clear();
    await rig.fill(level, 'BTC', 1);
    const bytes = rig.store.items.get('tickwise:quotes:1:clear')?.bytes;
    bytes?.fill(0);

    expect(await level.read('BTC')).toBeUndefined();
    expect(level.stats()).toMatchObject({ storeUnsettled: 1, storeStamped: 1 });
    await rig.clock.advance(200);
    expect(level.stats().storeUnsettled).toBe(0);
    expect(await level.read('BTC')).toBeUndefined();
    await rig.fill(level, 'BTC', 2);
    expect((await rig.level().read('BTC'))?.value).toBe(2);
    expect(rig.errors).toMatchObject([{ during: 'store', error: { code: 'ERR_CORRUPT_DATA' } }]);
  });
});

describe('a codec', () => {
  it('that fails to encode is reported, and the result is not shared', async () => {
    const rig = new Rig();
    const level = rig.level();
    const turn = await turnOf(level, 'BTC');

    turn.store(rig.result(() => 1));
    await level.idle();

    expect(rig.errors).toMatchObject([{ during: 'codec', error: { code: 'ERR_INVALID_ARGUMENT' } }]);
    expect(level.stats()).toMatchObject({ storeWrites: 1, storeRefused: 1, codecErrors: 1 });
    expect(rig.store.count('set')).toBe(0);
  });

  it('that returns no bytes is reported', async () => {
    const rig = new Rig();
    const level = rig.level({ codec: { encode: () => 'text' as never, decode: () => 1 } });

    await rig.fill(level, 'BTC', 1);

    expect(rig.errors).toMatchObject([{ during: 'codec', error: { message: expect.stringMatching(/Uint8Array/) } }]);
  });

  it('that fails to decode is reported, and the entry is a miss', async () => {
    const rig = new Rig();
    await rig.fill(rig.level(), 'BTC', 1);
    const failing = (): never => {
      throw new Error('bad bytes');
    };
    const level = rig.level({ codec: { encode: () => new Uint8Array(), decode: failing } });

    expect(await level.read('BTC')).toBeUndefined();
    expect(rig.errors).toMatchObject([{ during: 'codec', error: { message: 'bad bytes' } }]);
    expect(level.stats()).toMatchObject({ storeMisses: 1, codecErrors: 1 });
  });

  it('of the user carries what it makes', async () => {
    const rig = new Rig();
    const codec = {
      encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
      decode: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
    };
    await rig.fill(rig.level({ codec }), 'BTC', { bid: 1 });

    expect((await rig.level({ codec }).read('BTC'))?.value).toEqual({ bid: 1 });
  });

  it('cannot offer more than 64 MiB', async () => {
    const rig = new Rig();
    const level = rig.level({ codec: { encode: () => new Uint8Array(2 ** 26), decode: () => 1 } });

    await rig.fill(level, 'BTC', 1);

    expect(level.stats()).toMatchObject({ storeRefused: 1 });
    expect(rig.errors).toMatchObject([{ during: 'codec', error: { message: expect.stringMatching(/67108864/) } }]);
  });
});
