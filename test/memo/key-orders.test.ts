import { describe, expect, it } from 'vitest';
import { memo } from 'tickwise/memo';
import { checkOrders, checkWindows } from './key-orders.js';

describe('memo over distinct orders', () => {
  it.each(['exact', 'fingerprint'] as const)('never gives the value of another one, %s', (keyMode) => {
    const side = memo((...order: unknown[]) => order.join('|'), { maxEntries: 50_000, keyMode });

    expect(checkOrders(side, 30_000)).toEqual({ wrong: 0, merged: 0 });
  });

  it('never merges windows by their fingerprints', () => {
    expect(checkWindows(30_000)).toEqual({ merged: 0 });
  });
});
