import { VirtualClock } from 'tickwise/core';
import { UniverseFilter, type UniverseFilterOptions } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';

interface Info {
  readonly volume: number;
  readonly lastTrade?: number;
}

function open(options: Partial<UniverseFilterOptions<Info>> = {}) {
  const clock = new VirtualClock();
  const changes: string[] = [];
  const errors: string[] = [];
  const universe = new UniverseFilter<Info>({
    enter: ({ volume }) => volume >= 100,
    clock,
    onChange: (symbol, change) => void changes.push(`${symbol} ${change}`),
    onError: (error, { symbol, action }) => void errors.push(`${symbol} ${action} ${String(error)}`),
    ...options,
  });
  return { universe, clock, changes, errors };
}

const volume = (value: number): Info => ({ volume: value });

describe('thresholds', () => {
  it('tracks what is worth it, and no longer what is not', () => {
    const { universe, changes } = open();

    expect(universe.update('A', volume(100))).toBe('entered');
    expect(universe.update('B', volume(99))).toBeUndefined();
    expect(universe.update('A', volume(150))).toBeUndefined();
    expect([...universe.tracked]).toEqual(['A']);
    expect(universe.update('A', volume(99))).toBe('left');

    expect([...universe.tracked]).toEqual([]);
    expect(changes).toEqual(['A entered', 'A left']);
    expect(universe.stats()).toMatchObject({ tracked: 0, known: 2, entered: 1, left: 1 });
  });

  it('keeps between the thresholds what is tracked, and lets in what is not only above both', () => {
    const { universe } = open({ leave: (info) => info.volume < 50 });
    universe.update('A', volume(100));

    expect(universe.update('A', volume(60))).toBeUndefined();
    expect(universe.update('B', volume(60))).toBeUndefined();
    expect(universe.update('A', volume(49))).toBe('left');
    expect(universe.update('A', volume(60))).toBeUndefined();

    expect([...universe.tracked]).toEqual([]);
  });

  it('follows a rule of the last trade with review, though nothing is updated', async () => {
    const clock = new VirtualClock();
    const { universe, changes } = open({
      clock,
      enter: ({ lastTrade = 0 }) => clock.wallTime() - lastTrade <= 60_000,
    });
    await clock.advance(100_000);
    const rows: [string, number][] = [
      ['fresh', 90_000],
      ['old', 30_000],
      ['edge', 40_000],
    ];
    for (const [symbol, lastTrade] of rows) universe.update(symbol, { volume: 0, lastTrade });
    expect([...universe.tracked]).toEqual(['fresh', 'edge']);

    await clock.advance(1);
    universe.review();
    expect([...universe.tracked]).toEqual(['fresh']);
    await clock.advance(60_000);
    universe.review();

    expect(changes).toEqual(['fresh entered', 'edge entered', 'edge left', 'fresh left']);
  });
});

describe('minStay', () => {
  it('keeps a symbol until its stay has ended, then lets it go without another update', async () => {
    const { universe, clock, changes } = open({ minStay: 1_000 });
    universe.update('A', volume(100));
    await clock.advance(400);
    universe.update('B', volume(100));

    expect(universe.update('A', volume(0))).toBeUndefined();
    expect(universe.update('B', volume(0))).toBeUndefined();
    expect(universe.explain('A')).toMatchObject({ state: 'tracked', trackedFor: 400 });
    expect(universe.explain('A').reason).toContain('stays for 1000 ms');
    await clock.advance(599);
    expect(changes).toEqual(['A entered', 'B entered']);
    await clock.advance(1);
    expect(changes.at(-1)).toBe('A left');
    await clock.advance(400);

    expect(changes.at(-1)).toBe('B left');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps a symbol that is worth it again when its stay ends', async () => {
    const { universe, clock, changes } = open({ minStay: 1_000 });
    universe.update('A', volume(100));
    universe.update('A', volume(0));
    universe.update('A', volume(100));

    await clock.advance(5_000);

    expect(changes).toEqual(['A entered']);
    expect(universe.update('A', volume(0))).toBe('left');
  });

  it('of Infinity keeps for ever, without a timer', () => {
    const { universe, clock } = open({ minStay: Infinity });
    universe.update('A', volume(100));

    expect(universe.update('A', volume(0))).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('maxTracked', () => {
  it('takes the first without rank, and lets the next in when one leaves', () => {
    const { universe, changes } = open({ maxTracked: 2 });
    for (const symbol of ['A', 'B', 'C', 'D']) universe.update(symbol, volume(100));
    expect([...universe.tracked]).toEqual(['A', 'B']);
    expect(universe.explain('C')).toMatchObject({ state: 'waiting', rank: undefined });
    expect(universe.stats()).toMatchObject({ waiting: 2 });

    universe.update('A', volume(0));

    expect(changes.slice(2)).toEqual(['A left', 'C entered']);
    expect(universe.explain('C').reason).toContain('room again');
  });

  it('takes the best with rank: a better one takes the place of the weakest, which leaves first', () => {
    const { universe, changes } = open({ maxTracked: 2, rank: (info) => info.volume });
    universe.update('A', volume(200));
    universe.update('B', volume(300));
    changes.length = 0;

    expect(universe.update('C', volume(200))).toBeUndefined();
    expect(universe.update('D', volume(250))).toBe('entered');
    universe.update('B', volume(0));

    expect(changes).toEqual(['A left', 'D entered', 'B left', 'C entered']);
    expect(universe.stats()).toMatchObject({ displaced: 1, tracked: 2 });
  });

  it('brings back what was displaced only when it may enter, not when it merely might have stayed', () => {
    const { universe } = open({ maxTracked: 1, rank: (info) => info.volume, leave: (info) => info.volume < 10 });
    universe.update('A', volume(100));
    universe.update('A', volume(50));
    universe.update('B', volume(200));

    universe.update('B', volume(0));

    expect([...universe.tracked]).toEqual([]);
    expect(universe.stats().waiting).toBe(0);
  });

  it('displaces nothing within its stay', async () => {
    const { universe, clock } = open({ maxTracked: 1, rank: (info) => info.volume, minStay: 100 });
    universe.update('A', volume(100));

    expect(universe.update('B', volume(200))).toBeUndefined();
    await clock.advance(100);
    expect(universe.update('B', volume(200))).toBe('entered');

    expect([...universe.tracked]).toEqual(['B']);
  });

  it('holds NaN for worth nothing', () => {
    const { universe } = open({ maxTracked: 1, rank: (info) => info.volume - 1_000, enter: () => true });
    universe.update('A', volume(NaN));

    expect(universe.update('B', volume(0))).toBe('entered');
    expect(universe.update('A', volume(NaN))).toBeUndefined();
    expect(universe.explain('A').rank).toBe(-Infinity);
  });
});

describe('pinned', () => {
  it('enters whatever it is like, displaces the weakest though its stay has not ended, and does not leave', () => {
    const held = new Set(['P']);
    const { universe, changes } = open({
      maxTracked: 1,
      minStay: 1_000,
      rank: (info) => info.volume,
      pinned: (symbol) => held.has(symbol),
    });
    universe.update('A', volume(500));

    expect(universe.update('P', volume(0))).toBe('entered');
    expect(universe.update('A', volume(900))).toBeUndefined();
    expect(universe.update('P', volume(0))).toBeUndefined();
    expect(universe.explain('P')).toMatchObject({ state: 'tracked', reason: 'pinned', isPinned: true });

    expect(changes).toEqual(['A entered', 'A left', 'P entered']);
  });

  it('goes beyond maxTracked when all are pinned, and the rest goes once it is no longer pinned', () => {
    const held = new Set(['P', 'Q', 'R']);
    const { universe } = open({ maxTracked: 1, pinned: (symbol) => held.has(symbol) });
    for (const symbol of ['P', 'Q', 'R']) universe.update(symbol, volume(200));
    expect(universe.tracked.size).toBe(3);

    held.clear();
    universe.review();

    expect(universe.tracked.size).toBe(1);
  });

  it('leaves with review once it is no longer pinned', () => {
    let isHeld = true;
    const { universe, changes } = open({ pinned: () => isHeld });
    universe.update('P', volume(0));

    isHeld = false;
    universe.review();

    expect(changes).toEqual(['P entered', 'P left']);
  });
});

describe('follow', () => {
  it('opens for each tracked symbol, those before it included, and disposes when it leaves', () => {
    const { universe } = open();
    const log: string[] = [];
    universe.update('A', volume(100));
    const handle = universe.follow((symbol) => {
      log.push(`open ${symbol}`);
      return { [Symbol.dispose]: () => void log.push(`end ${symbol}`) };
    });

    universe.update('B', volume(100));
    universe.update('A', volume(0));
    handle[Symbol.dispose]();
    handle[Symbol.dispose]();
    universe.update('C', volume(100));

    expect(log).toEqual(['open A', 'open B', 'end A', 'end B']);
  });

  it('drives the subscriptions of a hub', async () => {
    const upstream = new Set<string>();
    const hub = new SubscriptionHub<Record<string, number>>({
      source: {
        subscribe: (topic) => {
          upstream.add(topic);
          return () => void upstream.delete(topic);
        },
      },
    });
    const { universe } = open({ maxTracked: 2, rank: (info) => info.volume });
    universe.follow((symbol) => hub.subscribe(`tickers.${symbol}`, () => {}));

    for (const [symbol, value] of Object.entries({ A: 100, B: 300, C: 50, D: 200 }))
      universe.update(symbol, volume(value));
    await Promise.resolve();
    await Promise.resolve();

    expect([...upstream]).toEqual(['tickers.B', 'tickers.D']);
    await universe.close();
    await hub.close();
    expect(upstream.size).toBe(0);
  });

  it('reports what cannot be opened or ended, and goes on', () => {
    const { universe, errors } = open();
    universe.follow((symbol) => {
      if (symbol === 'bad') throw new Error('not listed');
      return {
        [Symbol.dispose]: () => {
          throw new Error('lost');
        },
      };
    });

    universe.update('bad', volume(100));
    universe.update('good', volume(100));
    universe.update('bad', volume(0));
    universe.update('good', volume(0));

    expect(errors).toEqual(['bad open Error: not listed', 'good end Error: lost']);
    expect(universe.stats()).toMatchObject({ tracked: 0, failures: 2 });
  });
});

describe('callbacks that fail', () => {
  it.each(['enter', 'leave', 'pinned', 'rank', 'onChange'] as const)('%s is reported, and decides nothing', (name) => {
    let isBroken = false;
    const fail = <T>(answer: T): T => {
      if (isBroken) throw new Error('broken');
      return answer;
    };
    const { universe, errors } = open({ [name]: () => fail(name === 'enter') });
    universe.update('A', volume(100));
    const wasTracked = universe.tracked.has('A');

    isBroken = true;
    universe.update('A', volume(name === 'onChange' ? 0 : 100));

    expect(universe.tracked.has('A')).toBe(name === 'onChange' ? false : wasTracked);
    expect(errors).toEqual([`A ${name} Error: broken`]);
  });

  it('an onChange that updates others keeps the bound', () => {
    const universe: UniverseFilter<Info> = new UniverseFilter<Info>({
      enter: () => true,
      rank: (info) => info.volume,
      maxTracked: 1,
      onChange: (symbol, change) => {
        if (change === 'left' && symbol === 'A') universe.update('thief', volume(1));
      },
    });
    universe.update('A', volume(10));

    universe.update('B', volume(20));

    expect(universe.tracked.size).toBe(1);
  });
});

describe('bounds and misuse', () => {
  it('forgets the symbol not tracked that was updated longest ago', () => {
    const { universe } = open({ maxKnown: 3 });
    universe.update('tracked', volume(100));
    for (const symbol of ['A', 'B', 'C', 'B', 'D']) universe.update(symbol, volume(0));

    expect(universe.stats()).toMatchObject({ known: 3, forgotten: 2 });
    expect(universe.explain('A').state).toBe('unknown');
    expect(universe.explain('C').state).toBe('unknown');
    expect(universe.explain('B')).toMatchObject({ state: 'untracked', reason: 'not worth it' });
    expect(universe.tracked.has('tracked')).toBe(true);
  });

  it('refuses calls after close, and tells nothing any more', async () => {
    const { universe, clock, changes } = open({ minStay: 100 });
    universe.update('A', volume(100));
    universe.update('A', volume(0));
    await universe.close();
    await universe.close();

    expect(() => universe.update('B', volume(1))).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(() => universe.follow(() => ({ [Symbol.dispose]: () => {} }))).toThrow('closed');
    universe.review();
    await clock.advance(1_000);

    expect(changes).toEqual(['A entered']);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<readonly [object, string]>([
    [{}, 'UniverseFilter: enter must be a function, got undefined'],
    [
      { enter: () => true, minStay: -1 },
      'UniverseFilter: minStay must be a number of milliseconds from 0 up, or Infinity, got -1',
    ],
    [
      { enter: () => true, maxTracked: 0 },
      'UniverseFilter: maxTracked must be a whole number from 1 to 16777216, got 0',
    ],
    [{ enter: () => true, top: 5 }, "UniverseFilter: unknown option 'top'"],
  ])('refuses the options %o', (options, message) => {
    expect(() => new UniverseFilter(options as UniverseFilterOptions<Info>)).toThrow(message);
  });

  it('refuses a symbol that is no text, and a follower that is no function', () => {
    const { universe } = open();

    expect(() => universe.update(5 as never, volume(1))).toThrow('symbol must be a text, got 5');
    expect(() => universe.follow('x' as never)).toThrow("open must be a function, got 'x'");
  });
});
