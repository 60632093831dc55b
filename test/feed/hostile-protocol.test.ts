import type { ProtocolDefinition } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';
import { scene, type TestEvent } from './fake-venue.js';
import { Journal } from './journal.js';

/** How long a connection is used, in milliseconds. */
const LIFE = 100_000;

/** A function of a protocol that works until it is told to fail. */
function failing<Value>(value: Value): { readonly call: () => Value; fail(): void } {
  let hasFailed = false;
  const call = (): Value => {
    if (hasFailed) throw new Error('a function of the protocol failed');
    return value;
  };
  return { call, fail: () => (hasFailed = true) };
}

describe('a protocol whose functions begin to fail', () => {
  it.each(['group', 'resends'] as const)('loses no live topic when its connection is replaced: %s', async (name) => {
    const broken = failing<unknown>({ group: '', resends: true }[name]);
    // Each gives what its type says.
    const definition = { [name]: broken.call } as Partial<ProtocolDefinition<TestEvent>>;
    await using stage = await scene({ rotateAfter: LIFE }, definition);
    const values = new Journal<number>();
    await stage.pool.subscribe('a', ({ items }) => items.forEach(values.add));

    broken.fail();
    await stage.clock.advance(LIFE);
    await stage.venue.requests.atLeast(2);
    const [old, next] = stage.venue.connections.entries;
    for (const value of [1, 2]) for (const socket of [old, next]) socket?.send(JSON.stringify({ topic: 'a', value }));
    await stage.venue.closes.atLeast(1);
    next?.send(JSON.stringify({ topic: 'a', value: 3 }));
    await values.atLeast(3);

    expect(values.entries).toEqual([1, 2, 3]);
    expect(stage.pool.stats()).toMatchObject({ rotations: 1, rotationFailures: 0, gaps: 0, live: 1 });
  });
});
