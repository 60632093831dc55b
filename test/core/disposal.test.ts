import { cacheKey } from 'tickwise/core';
import { describe, expect, it, vi } from 'vitest';
import { disposable } from '../../src/core/disposal.js';

describe('disposable', () => {
  it('ends once, however often it is disposed', () => {
    const end = vi.fn<(...args: unknown[]) => void>();
    const handle = disposable(end);

    handle[Symbol.dispose]();
    handle[Symbol.dispose]();

    expect(end).toHaveBeenCalledTimes(1);
  });

  it('ends when a using block is left, also by an error', () => {
    const end = vi.fn<(...args: unknown[]) => void>();
    const leave = (): void => {
      using handle = disposable(end);
      expect(handle).toBeDefined();
      throw new Error('left');
    };

    expect(leave).toThrow('left');

    expect(end).toHaveBeenCalledTimes(1);
  });

  it('does not end again when the end disposes it, or throws', () => {
    const end = vi.fn<() => void>(() => {
      handle[Symbol.dispose]();
      throw new Error('end failed');
    });
    const handle = disposable(end);

    expect(() => handle[Symbol.dispose]()).toThrow('end failed');
    expect(() => handle[Symbol.dispose]()).not.toThrow();

    expect(end).toHaveBeenCalledTimes(1);
  });
});

describe('cacheKey', () => {
  it('is the same symbol in every copy of the package', () => {
    expect(cacheKey).toBe(Symbol.for('tickwise.cacheKey'));
  });
});
