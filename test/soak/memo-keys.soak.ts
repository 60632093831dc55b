import { describe, expect, it } from 'vitest';
import { memo } from 'tickwise/memo';
import { checkOrders, checkWindows } from '../memo/key-orders.js';

describe('keys', () => {
  it('never give a wrong value over a million distinct orders', () => {
    const side = memo((...order: unknown[]) => order.join('|'), { maxEntries: 2 ** 21 });

    expect(checkOrders(side, 1_000_000)).toEqual({ wrong: 0, merged: 0 });
  });

  it('never give a wrong value over a million distinct orders, by fingerprint', () => {
    const side = memo((...order: unknown[]) => order.join('|'), { maxEntries: 2 ** 21, keyMode: 'fingerprint' });

    expect(checkOrders(side, 1_000_000)).toEqual({ wrong: 0, merged: 0 });
  });

  it('never merge two of a million distinct windows, by fingerprint', () => {
    expect(checkWindows(1_000_000)).toEqual({ merged: 0 });
  });
});
