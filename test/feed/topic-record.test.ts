import { describe, expect, it } from 'vitest';
import { type Listener, TopicRecord } from '../../src/feed/topic-record.js';
import type { TestEvent } from './fake-venue.js';
import { newCounters } from '../../src/feed/counters.js';

const listenerOf = (settled: unknown[] = []): Listener<TestEvent> => ({
  emit: () => undefined,
  notify: () => undefined,
  settle: (error) => settled.push(error),
  isLive: false,
});

describe('a topic', () => {
  it('is wanted while somebody listens', () => {
    const record = new TopicRecord<TestEvent>('a', '', false);
    const listeners = [listenerOf(), listenerOf()];

    const wants = [record.isWanted];
    for (const listener of listeners) record.add(listener);
    wants.push(record.isWanted);
    for (const listener of listeners) {
      record.remove(listener);
      wants.push(record.isWanted);
    }

    expect(wants).toEqual([false, true, true, false]);
  });

  it('keeps a loop over its listeners valid while they change', () => {
    const record = new TopicRecord<TestEvent>('a', '', false);
    const [first, second, third] = [listenerOf(), listenerOf(), listenerOf()];
    record.add(first);
    record.add(second);

    const before = record.listeners;
    record.remove(first);
    record.add(third);

    expect(before).toEqual([first, second]);
    expect(record.listeners).toEqual([second, third]);
    expect([record.has(first), record.has(third)]).toEqual([false, true]);
  });

  it('that is abandoned settles everybody once and forgets them', () => {
    const record = new TopicRecord<TestEvent>('a', '', false);
    const settled: unknown[] = [];
    const reason = new Error('gone');
    for (let count = 0; count < 3; count++) record.add(listenerOf(settled));

    record.abandon(reason);
    record.abandon(reason);

    expect(settled).toEqual([reason, reason, reason]);
    expect(record.isWanted).toBe(false);
  });

  it('removed twice is removed once, and a stranger not at all', () => {
    const record = new TopicRecord<TestEvent>('a', '', false);
    const [mine, twin] = [listenerOf(), listenerOf()];
    record.add(mine);
    record.add(twin);

    record.remove(mine);
    record.remove(mine);
    record.remove(listenerOf());

    expect(record.listeners).toEqual([twin]);
  });

  it.each([
    ['a', 4],
    ['btcusdt@trade', 16],
    ['', 3],
  ])('takes room for %o with two quotes and a comma', (topic, characters) => {
    expect(new TopicRecord<TestEvent>(topic, '', false).characters).toBe(characters);
  });
});

describe('counters', () => {
  it('start at 0 and belong to one pool', () => {
    const [first, second] = [newCounters(), newCounters()];

    first.frames++;

    expect(Object.values(second).every((count) => count === 0)).toBe(true);
    expect(first.frames).toBe(1);
  });
});
