import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { register, registered } from '../../src/core/registry.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Runs the collector until `isDone`, at most 50 times. */
async function collectUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isDone(); round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The shared table, as another copy of the package sees it. */
function entryCount(): number {
  const table: unknown = Reflect.get(globalThis, Symbol.for('tickwise.registry'));
  const entries: unknown = typeof table === 'object' && table !== null ? Reflect.get(table, 'entries') : undefined;
  return entries instanceof Set ? entries.size : 0;
}

describe('registry', () => {
  it('lists instances of a kind in the order they were registered', () => {
    const [first, second, other] = [{ n: 1 }, { n: 2 }, { n: 3 }];

    register('order', first);
    register('another kind', other);
    register('order', second);

    expect(registered('order')).toEqual([first, second]);
    expect(registered('unknown')).toEqual([]);
  });

  it('forgets an instance when its handle is disposed, however often', () => {
    const kept = {};
    const dropped = {};
    register('disposal', kept);
    const handle = register('disposal', dropped);

    handle[Symbol.dispose]();
    handle[Symbol.dispose]();

    expect(registered('disposal')).toEqual([kept]);
  });

  it('lists one instance as often as it is registered, each handle for itself', () => {
    const instance = {};
    const first = register('twice', instance);
    register('twice', instance);

    first[Symbol.dispose]();

    expect(registered('twice')).toEqual([instance]);
  });

  it.each(['__proto__', 'constructor', ''])('takes %o as a kind', (kind) => {
    const instance = {};

    register(kind, instance);

    expect(registered(kind)).toEqual([instance]);
  });

  it('does not keep instances alive, and drops their entries', async () => {
    const before = entryCount();
    (() => {
      for (let index = 0; index < 100; index++) register('collected', { index });
    })();
    expect(registered('collected').length).toBeGreaterThan(0);

    // Looking at an instance would keep it until the end of the turn, so only entries are counted.
    await collectUntil(() => entryCount() <= before);

    expect(registered('collected')).toEqual([]);
    expect(entryCount()).toBeLessThanOrEqual(before);
  });

  it('is shared between two copies of the module', async () => {
    const instance = {};
    register('shared', instance);
    vi.resetModules();

    const copy = await import('../../src/core/registry.js');
    const own = copy.register('shared', { from: 'copy' });

    expect(copy.register).not.toBe(register);
    expect(copy.registered('shared')).toEqual([instance, { from: 'copy' }]);
    expect(registered('shared')).toHaveLength(2);
    own[Symbol.dispose]();
    expect(registered('shared')).toEqual([instance]);
  });
});
