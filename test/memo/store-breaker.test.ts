import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreBreaker } from '../../src/memo/store-breaker.js';

class Time {
  now = 0;
  readonly breaker = new StoreBreaker(() => this.now);

  /** Lets one call through and tells its outcome. @returns whether it was let through. */
  call(isGood: boolean): boolean {
    const state = this.breaker.enter();
    if (state === undefined) return false;
    if (isGood) this.breaker.succeed(state);
    else this.breaker.fail(state);
    return true;
  }

  fail(times: number): void {
    for (let index = 0; index < times; index++) this.call(false);
  }
}

describe('StoreBreaker', () => {
  it('opens after five failures in a row', () => {
    const time = new Time();

    time.fail(4);
    expect(time.call(false)).toBe(true);

    expect(time.call(true)).toBe(false);
    expect(time.breaker.opened).toBe(1);
  });

  it('starts to count anew after a success', () => {
    const time = new Time();

    time.fail(4);
    time.call(true);
    time.fail(4);

    expect(time.call(true)).toBe(true);
  });

  it('stays open for 1 s, then twice as long after each failed trial, up to 30 s', () => {
    const time = new Time();
    time.fail(5);
    const waits: number[] = [];

    for (let trial = 0; trial < 7; trial++) {
      waits.push(time.breaker.wait);
      time.now += time.breaker.wait - 1;
      expect(time.call(false)).toBe(false);
      time.now += 1;
      expect(time.call(false)).toBe(true);
    }

    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(time.breaker.opened).toBe(8);
  });

  it('starts at 1 s again after a success', () => {
    const time = new Time();
    time.fail(5);
    time.now += 1_000;
    time.call(false);
    time.now += 2_000;

    time.call(true);
    time.fail(5);

    expect(time.breaker.wait).toBe(1_000);
  });

  it('lets one call through at a time while it tries', () => {
    const time = new Time();
    time.fail(5);
    time.now += 1_000;

    const trial = time.breaker.enter();

    expect(trial).toBeDefined();
    expect(time.breaker.enter()).toBeUndefined();
    expect(time.breaker.wait).toBe(0);
    time.breaker.succeed(trial ?? -1);
    expect(time.call(true)).toBe(true);
  });

  it.each([true, false])('ignores the outcome of a call that began before it opened, success %s', (isGood) => {
    const time = new Time();
    const early = time.breaker.enter() ?? -1;
    time.fail(5);

    if (isGood) time.breaker.succeed(early);
    else time.breaker.fail(early);

    expect(time.breaker.opened).toBe(1);
    expect(time.breaker.wait).toBe(1_000);
    expect(time.call(true)).toBe(false);
  });

  it('lets the next call try when a trial says nothing of the store', () => {
    const time = new Time();
    time.fail(5);
    time.now += 1_000;

    const trial = time.breaker.enter();
    time.breaker.leave(trial ?? -1);

    expect(time.call(true)).toBe(true);
    expect(time.call(true)).toBe(true);
  });

  it('agrees with a plain model over random histories', () => {
    const step = fc.record({ wait: fc.constantFrom(0, 1, 500, 1_000, 40_000), isGood: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const time = new Time();
        const model = { failures: 0, openUntil: -1, openFor: 0 };
        for (const { wait, isGood } of steps) {
          time.now += wait;
          const isOpen = model.openFor > 0;
          const isLet = !isOpen || time.now >= model.openUntil;
          expect(time.call(isGood)).toBe(isLet);
          if (!isLet) continue;
          model.failures = isGood ? 0 : model.failures + 1;
          if (isGood) model.openFor = 0;
          else if (isOpen || model.failures >= 5) {
            model.openFor = isOpen ? Math.min(30_000, model.openFor * 2) : 1_000;
            model.openUntil = time.now + model.openFor;
          }
        }
      }),
    );
  });
});
