import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../src/core/deep-freeze.js';

describe('deepFreeze', () => {
  it('freezes plain objects and arrays in depth, and returns the same value', () => {
    const value = { bids: [[1, 2]], meta: { [Symbol.for('s')]: { deep: [{}] }, none: Object.create(null) as object } };

    expect(deepFreeze(value)).toBe(value);

    const parts = [value, value.bids, value.bids[0], value.meta, value.meta[Symbol.for('s')], value.meta.none];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(value.meta[Symbol.for('s')]?.deep[0])).toBe(true);
  });

  it('goes on below what was frozen before', () => {
    const inner = { n: 1 };

    deepFreeze(Object.freeze({ inner }));

    expect(Object.isFrozen(inner)).toBe(true);
  });

  it('leaves instances, typed arrays, maps and functions as they are, and runs no getter', () => {
    class Ring {
      size = 1;
    }
    let reads = 0;
    const value = {
      ring: new Ring(),
      prices: new Float64Array(2),
      map: new Map(),
      fn: () => {},
      get computed() {
        reads++;
        return {};
      },
    };

    deepFreeze(value);

    expect([value.ring, value.prices, value.map, value.fn].some((part) => Object.isFrozen(part))).toBe(false);
    expect(reads).toBe(0);
  });

  it('ends on cycles and on depth', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    let deep: Record<string, unknown> = {};
    const innermost = deep;
    for (let level = 0; level < 100_000; level++) deep = { deep };

    deepFreeze(cycle);
    deepFreeze(deep);

    expect(Object.isFrozen(cycle)).toBe(true);
    expect(Object.isFrozen(innermost)).toBe(true);
  });

  it.each([undefined, null, 5, 'text', Symbol('s')])('returns %o', (value) => {
    expect(deepFreeze(value)).toBe(value);
  });
});
