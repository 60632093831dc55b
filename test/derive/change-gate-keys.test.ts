import { ChangeGate, type ChangeGateOptions } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';

describe('keys of a ChangeGate', () => {
  it('are never more than maxKeys, and one beyond makes room', () => {
    const gate = new ChangeGate<number>({ maxKeys: 3 });

    for (let key = 0; key < 10; key++) gate.changed(key, 1);

    expect(gate.stats()).toEqual({ checks: 10, passed: 10, suppressed: 0, keys: 3, evicted: 7 });
  });

  it('are 10 000 by default', () => {
    const gate = new ChangeGate<number>();

    for (let key = 0; key < 10_001; key++) gate.changed(key, 1);

    expect(gate.stats()).toMatchObject({ keys: 10_000, evicted: 1 });
  });

  it('that were evicted begin anew', () => {
    const gate = new ChangeGate<string>({ maxKeys: 1 });
    gate.changed('a', 1);
    gate.changed('b', 1);

    expect(gate.explain('a')).toBeUndefined();
    expect(gate.changed('a', 1)).toBe(true);
    expect(gate.changed('a', 1)).toBe(false);
  });

  it.each([[['a']], [['b']], [['a', 'b']], [['b', 'c']], [['a', 'c']]])('stay when asked for lately: %j', (lately) => {
    const gate = new ChangeGate<string>({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) gate.changed(key, 1);
    for (const key of lately) gate.changed(key, 1);

    gate.changed('d', 1);

    expect(lately.map((key) => gate.changed(key, 1))).toEqual(lately.map(() => false));
    expect(gate.stats()).toMatchObject({ keys: 3, evicted: 1 });
  });

  it('that are asked for all the time outlive any number of others', () => {
    const gate = new ChangeGate<string>({ maxKeys: 2 });
    gate.changed('BTCUSDT', 1);

    const again = Array.from({ length: 1_000 }, (_, i) => {
      gate.changed(`other ${i}`, 1);
      return gate.changed('BTCUSDT', 1);
    });

    // At the start both are new, so that it may be the one to go.
    expect(again.slice(1).some(Boolean)).toBe(false);
  });

  it('make room when all were asked for lately', () => {
    const gate = new ChangeGate<string>({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) gate.changed(key, 1);

    expect(gate.changed('d', 1)).toBe(true);
    expect(gate.changed('d', 1)).toBe(false);
    expect(['a', 'b', 'c'].filter((key) => gate.explain(key) !== undefined)).toHaveLength(2);
  });

  it('are not asked for by explain, which leaves everything as it is', () => {
    const gate = new ChangeGate<string>({ maxKeys: 2 });
    gate.changed('a', 1);
    gate.changed('b', 1);
    const before = gate.stats();

    gate.explain('a');
    gate.explain('unknown');

    expect(gate.stats()).toEqual(before);
    gate.changed('c', 1);
    expect(gate.explain('a')).toBeUndefined();
  });

  it('are forgotten one by one', () => {
    const gate = new ChangeGate<string>({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) gate.changed(key, 1);

    expect([gate.forget('a'), gate.forget('a'), gate.forget('unknown')]).toEqual([true, false, false]);
    expect(gate.explain('a')).toBeUndefined();
    expect([gate.changed('b', 1), gate.changed('c', 1), gate.changed('a', 1)]).toEqual([false, false, true]);
    expect(gate.stats()).toEqual({ checks: 6, passed: 4, suppressed: 2, keys: 3, evicted: 0 });
  });

  it('that are forgotten leave room, so that no other has to go', () => {
    const gate = new ChangeGate<number>({ maxKeys: 4 });
    for (let key = 0; key < 4; key++) gate.changed(key, 1);

    gate.forget(1);
    gate.changed(4, 1);

    expect(gate.stats()).toMatchObject({ keys: 4, evicted: 0 });
    expect([0, 2, 3, 4].map((key) => gate.changed(key, 1))).toEqual([false, false, false, false]);
  });

  it.each([
    ['ac', 'b'],
    ['ca', 'b'],
    ['ab', 'c'],
    ['ba', 'c'],
    ['bc', 'a'],
    ['cb', 'a'],
    ['abc', ''],
    ['cba', ''],
  ])('that are forgotten one after the other, %s, leave room for as many', (gone, stays) => {
    const gate = new ChangeGate<string>({ maxKeys: 3 });
    for (const key of 'abc') gate.changed(key, 1);

    for (const key of gone) expect(gate.forget(key)).toBe(true);
    for (const key of 'def'.slice(0, gone.length)) expect(gate.changed(key, 1)).toBe(true);

    expect(gate.stats()).toMatchObject({ keys: 3, evicted: 0 });
    for (const key of stays) expect(gate.changed(key, 1)).toBe(false);
    gate.changed('g', 1);
    expect(gate.stats()).toMatchObject({ keys: 3, evicted: 1 });
  });

  it('leave the others when two of three are forgotten and one comes', () => {
    const gate = new ChangeGate<string>({ maxKeys: 3 });
    for (const key of 'abc') gate.changed(key, 1);

    gate.forget('a');
    gate.forget('c');
    gate.changed('d', 1);

    expect(gate.stats()).toMatchObject({ keys: 2, evicted: 0 });
    expect([gate.changed('b', 1), gate.changed('d', 1)]).toEqual([false, false]);
  });

  it('are forgotten all at once, while the counters stay', () => {
    const gate = new ChangeGate<number>({ maxKeys: 4 });
    for (let key = 0; key < 6; key++) gate.changed(key, 1);

    gate.clear();

    expect(gate.stats()).toEqual({ checks: 6, passed: 6, suppressed: 0, keys: 0, evicted: 2 });
    for (let key = 0; key < 6; key++) expect(gate.changed(key, 1)).toBe(true);
    expect(gate.stats()).toEqual({ checks: 12, passed: 12, suppressed: 0, keys: 4, evicted: 4 });
  });
});

describe('what a ChangeGate explains', () => {
  it.each<[ChangeGateOptions, unknown, number | undefined]>([
    [{}, 100, undefined],
    [{ epsilon: 0.5 }, 100, 0.5],
    [{ relative: 0.01 }, -100, 1],
    [{ epsilon: 0.5, relative: 0.01 }, 100, 1],
    [{ epsilon: 0.5, relative: 0.01 }, 10, 0.5],
    [{ epsilon: 0 }, 100, 0],
    [{ epsilon: 0.5 }, 'buy', undefined],
    [{ epsilon: 0.5 }, undefined, undefined],
    [{ epsilon: 0.5 }, Number.NaN, undefined],
    [{ epsilon: 0.5, relative: 0.1 }, Infinity, undefined],
    [{ epsilon: Number.MAX_VALUE }, -Infinity, undefined],
    [{ relative: 0 }, Infinity, undefined],
    [{ relative: 1 }, Number.MAX_VALUE, Number.MAX_VALUE],
    [{ epsilon: 0.5 }, -0, 0.5],
  ])('with %j after %j is a tolerance of %j', (options, value, tolerance) => {
    const gate = new ChangeGate<string>(options);

    gate.changed('a', value);

    expect(gate.explain('a')).toEqual({ value, tolerance });
  });

  it('is the last value that passed, not the last one seen', () => {
    const gate = new ChangeGate<string>({ epsilon: 1 });
    for (const value of [1, 1.5, 2]) gate.changed('a', value);

    expect(gate.explain('a')).toEqual({ value: 1, tolerance: 1 });
  });

  it('is counted in plain figures that JSON keeps', () => {
    const gate = new ChangeGate<string>();
    for (const value of [1, 1, 2]) gate.changed('a', value);

    const stats = gate.stats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toEqual({ checks: 3, passed: 2, suppressed: 1, keys: 1, evicted: 0 });
    gate.changed('a', 3);
    expect(stats.checks).toBe(3);
  });
});
