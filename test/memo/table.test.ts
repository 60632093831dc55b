import { describe, expect, it } from 'vitest';
import { entryOf, fillTable, keysTo, newTable } from './table-rig.js';

const POLICIES = ['lru', 'tinylfu'] as const;

describe.each(POLICIES)('a table with policy %s', (policy) => {
  it('finds what was stored, by strings and numbers that stay apart', () => {
    const { table } = newTable({ policy });
    const first = entryOf('text');
    const second = entryOf('number');

    table.set('1', first);
    table.set(1, second);

    expect(table.get('1')).toBe(first);
    expect(table.peek('1')).toBe(first);
    expect(table.get(1)).toBe(second);
    expect(table.get('2')).toBeUndefined();
    expect(table.peek(2)).toBeUndefined();
    expect(table.size).toBe(2);
  });

  it('keeps the empty string, NaN and keys named like members apart from nothing', () => {
    const { table } = newTable({ policy });
    const keys = ['', NaN, '__proto__', 'constructor', 0, '\0'];

    fillTable(table, keys);
    table.delete('\0', 'invalidated');

    expect(keys.map((key) => table.get(key)?.answer)).toEqual(['', NaN, '__proto__', 'constructor', 0, undefined]);
  });

  it('replaces an entry in its place', () => {
    const { table, counters } = newTable({ policy });

    table.set('a', entryOf(1));
    table.set('a', entryOf(2));

    expect(table.get('a')?.answer).toBe(2);
    expect(table.size).toBe(1);
    expect(counters.evictions).toBe(0);
  });

  it('holds as many entries as it may, and each that was evicted is counted and remembered', () => {
    const { table, counters } = newTable({ policy, maxEntries: 100 });
    const keys = keysTo(250);

    fillTable(table, keys);

    const present = keys.filter((key) => table.peek(key) !== undefined);
    expect(present).toHaveLength(100);
    expect(table.size).toBe(100);
    expect(counters).toMatchObject({ evictions: 150, expirations: 0 });
    for (const key of keys) {
      expect(table.departure(key)?.reason).toBe(present.includes(key) ? undefined : 'evicted');
    }
  });

  it.each([1, 2, 3, 16, 17, 64, 65, 5_000])('holds exactly %i entries when that is the limit', (maxEntries) => {
    const { table, counters } = newTable({ policy, maxEntries });

    fillTable(table, keysTo(maxEntries));

    expect(table.size).toBe(maxEntries);
    expect(counters.evictions).toBe(0);

    fillTable(table, ['more', 'and', 'more still']);

    expect(table.size).toBe(maxEntries);
    expect(counters.evictions).toBe(3);
  });

  it('counts an evicted entry that was past all use as expired, and once', () => {
    const { table, counters } = newTable({ policy, maxEntries: 2 });
    const counted = entryOf('counted before', { ttl: 0 });
    counted.flags |= 4;

    table.set('a', counted);
    table.set('b', entryOf('b', { ttl: 0 }));
    fillTable(table, ['c', 'd']);

    expect(counters).toMatchObject({ evictions: 0, expirations: 1 });
    expect(table.departure('b')?.reason).toBe('expired');
  });

  it('counts an entry that may still stand in for an error as evicted', () => {
    const { table, counters } = newTable({ policy, maxEntries: 1, staleIfError: 10 });

    table.set('a', entryOf('a', { ttl: 0 }));
    table.set('b', entryOf('b'));

    expect(counters).toMatchObject({ evictions: 1, expirations: 0 });
  });

  it('remembers why an entry was deleted, its error included, until it is back', () => {
    const { table } = newTable({ policy });
    const error = new Error('no quote');

    table.set('a', entryOf('a'));
    table.set('b', entryOf('b', { error }));
    table.delete('a', 'invalidated');
    table.delete('b', 'expired');
    table.delete('c', 'invalidated');

    expect(table.departure('a')).toMatchObject({ reason: 'invalidated', error: undefined });
    expect(table.departure('b')).toMatchObject({ reason: 'expired', error });
    expect(table.departure('c')).toBeUndefined();

    table.set('a', entryOf('a'));

    expect(table.departure('a')).toBeUndefined();
  });

  it('deletes exactly the entries that have a tag now', () => {
    const { table } = newTable({ policy });
    table.set('kept', entryOf(1, { tags: ['btc'] }));
    table.set('changed', entryOf(1, { tags: ['eth'] }));
    table.set('changed', entryOf(2, { tags: ['btc'] }));
    table.set('both', entryOf(1, { tags: ['eth', 'btc'] }));
    table.set('gained', entryOf(1));
    table.set('gained', entryOf(2, { tags: ['eth'] }));

    table.deleteTag('eth');

    expect(new Set(table.recentKeys(10))).toEqual(new Set(['changed', 'kept']));
    expect(table.departure('both')?.reason).toBe('invalidated');
  });

  it('forgets the tags of what it evicts', () => {
    const { table } = newTable({ policy, maxEntries: 1 });
    table.set('a', entryOf('a', { tags: ['t'] }));
    table.set('b', entryOf('b'));
    table.deleteTag('t');

    expect(table.departure('a')?.reason).toBe('evicted');
    expect(table.size).toBe(1);
  });

  it('is empty after clear and works as before', () => {
    const { table } = newTable({ policy, maxEntries: 40 });
    fillTable(table, keysTo(40), { tags: ['t'] });

    table.clear();

    expect(table.size).toBe(0);
    expect(table.bytes).toBe(0);
    expect(table.get('k1')).toBeUndefined();
    expect(table.departure('k39')?.reason).toBe('invalidated');

    fillTable(table, keysTo(50));
    table.deleteTag('t');

    expect(table.size).toBe(40);
  });

  it('lists the keys used last', () => {
    const { table } = newTable({ policy });
    fillTable(table, keysTo(300));

    expect(table.recentKeys(2)).toEqual(['k299', 'k298']);
    expect(table.recentKeys(1_000)).toHaveLength(300);
    expect(new Set(table.recentKeys(1_000)).size).toBe(300);
  });

  it('stays within its bytes, which it sums to the byte', () => {
    const { table, counters } = newTable({ policy, maxBytes: 1_000 });

    for (const [index, key] of keysTo(50).entries()) {
      table.set(key, entryOf(index), 10 + index);

      const held = keysTo(50).reduce((sum, each, size) => sum + (table.peek(each) === undefined ? 0 : 10 + size), 0);
      expect(table.bytes).toBe(held);
      expect(table.bytes).toBeLessThanOrEqual(1_000);
    }
    expect(counters.evictions).toBe(50 - table.size);
  });

  it('counts the new size of what is replaced, and at least one byte for each entry', () => {
    const { table } = newTable({ policy, maxBytes: 100 });

    table.set('a', entryOf(1), 60);
    table.set('b', entryOf(1), 0);
    table.set('a', entryOf(2), 20);

    expect(table.bytes).toBe(21);
    expect(table.size).toBe(2);
  });

  it('does not keep what is larger than all its room, and drops what that would have replaced', () => {
    const { table, counters } = newTable({ policy, maxBytes: 100 });
    table.set('a', entryOf(1, { tags: ['t'] }), 10);
    table.set('b', entryOf(1), 90);

    table.set('a', entryOf(2), 101);
    table.set('c', entryOf(3), 1e300);

    expect(table.get('a')).toBeUndefined();
    expect(table.departure('a')?.reason).toBe('too-large');
    expect(table.departure('c')?.reason).toBe('too-large');
    expect(table.bytes).toBe(90);
    expect(counters.evictions).toBe(0);
  });

  it('keeps one entry that takes all its room', () => {
    const { table } = newTable({ policy, maxBytes: 100 });

    table.set('a', entryOf(1), 100);

    expect(table.size).toBe(1);
    expect(table.bytes).toBe(100);
  });

  it('counts no bytes without a limit', () => {
    const { table } = newTable({ policy });

    table.set('a', entryOf(1), 1e300);

    expect(table.bytes).toBe(0);
    expect(table.size).toBe(1);
  });

  it('notes a load that left nothing behind', () => {
    const { table } = newTable({ policy });
    const error = new TypeError('timeout');

    table.noteDeparture('a', 'failed', error);

    expect(table.departure('a')).toMatchObject({ reason: 'failed', error });
    expect(table.size).toBe(0);
  });

  it('goes on when a walk over its keys ends early', () => {
    const { table } = newTable({ policy, maxEntries: 20 });
    fillTable(table, keysTo(20));

    table.recentKeys(3);
    table.delete('k3', 'invalidated');
    fillTable(table, ['x', 'y']);

    expect(table.size).toBe(20);
  });
});

describe('a table with policy lru', () => {
  it('gives up what was not used for longest', () => {
    const { table } = newTable({ maxEntries: 3 });
    fillTable(table, ['a', 'b', 'c']);

    table.get('a');
    table.peek('b');
    table.set('d', entryOf('d'));

    expect(table.recentKeys(9)).toEqual(['d', 'a', 'c']);
  });

  it('keeps the order of use while it grows', () => {
    const { table } = newTable({ maxEntries: 100 });
    fillTable(table, keysTo(16));
    table.get('k0');

    fillTable(table, ['x']);

    expect(table.recentKeys(3)).toEqual(['x', 'k0', 'k15']);
  });

  it('does not grow for what it replaces', () => {
    const { table } = newTable({ maxEntries: 64 });
    fillTable(table, keysTo(16));

    table.set('k3', entryOf('new'));

    expect(table.size).toBe(16);
    expect(table.recentKeys(1)).toEqual(['k3']);
  });

  it('keeps the sizes of its entries while it grows', () => {
    const { table } = newTable({ maxBytes: 1_000 });
    for (const [index, key] of keysTo(17).entries()) table.set(key, entryOf(key), index + 1);

    expect(table.bytes).toBe((17 * 18) / 2);
    table.delete('k16', 'invalidated');
    table.delete('k9', 'invalidated');

    expect(table.bytes).toBe((17 * 18) / 2 - 17 - 10);
  });
});
