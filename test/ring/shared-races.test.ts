import { SharedRing } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';
import { ERA, HEAD, READERS_BELL, RECORDS_PER_ERA, TAIL } from '../../src/ring/shared-memory.js';
import { startAt } from './shared-records.js';

/** Runs `between` right after the next atomic load of a word, as another thread could. */
function afterLoadOf(word: number, between: () => void): void {
  const { load } = Atomics;
  const spy = vi.spyOn(Atomics, 'load').mockImplementation(((words: Int32Array, at: number) => {
    const value = load(words, at);
    if (at !== word) return value;
    spy.mockRestore();
    between();
    return value;
  }) as typeof load); // of which only this overload is used
}

/** Runs `between` right after the next ask for a ring, when the one who asks is not asleep yet. */
function afterAsking(between: () => void): void {
  const { or } = Atomics;
  const spy = vi.spyOn(Atomics, 'or').mockImplementation(((words: Int32Array, at: number, bit: number) => {
    const value = or(words, at, bit);
    spy.mockRestore();
    between();
    return value;
  }) as typeof or); // of which only this overload is used
}

function ringOf(mode: 'single' | 'broadcast' = 'single'): SharedRing {
  return new SharedRing({ capacity: 4, fields: ['value'], mode, batch: 1 });
}

describe('SharedRing, another thread in between', () => {
  it.each([HEAD, ERA])('counts right when three eras pass in the middle of a count, after word %s was read', (word) => {
    const ring = ringOf('broadcast');

    afterLoadOf(word, () => startAt(ring, 3 * RECORDS_PER_ERA + 5));

    expect(ring.stats().published).toBe(3 * RECORDS_PER_ERA + 5);
  });

  it('enters the next era with the first batch that reaches it', () => {
    const ring = ringOf();
    startAt(ring, RECORDS_PER_ERA - 1);
    const words = new Int32Array(ring.handle.memory, 0, 128);
    const writer = ring.writer();
    expect(words[ERA]).toBe(0);

    writer.write(1);

    expect([words[ERA], ring.stats().published]).toEqual([1, RECORDS_PER_ERA]);
  });

  it('gives matching counts of both ends when the reader moves on in the middle', () => {
    const ring = ringOf();
    const writer = ring.writer();
    const reader = ring.reader();
    for (let i = 0; i < 4; i++) writer.write(i);

    afterLoadOf(TAIL, () => {
      reader.poll(() => {});
      writer.write(4);
    });

    expect(ring.stats()).toEqual({ published: 5, read: 4, capacity: 4 });
  });

  it.each(['wait', 'spin', 'ready'] as const)('%s misses no record that comes right before the end', async (wait) => {
    const ring = ringOf();
    const writer = ring.writer();
    const reader = ring.reader();

    afterLoadOf(HEAD, () => {
      writer.write(1);
      writer.end();
    });

    expect(await reader[wait](20_000)).toBe(true);
    expect(reader.poll(() => {})).toBe(1);
    expect(await reader[wait](20_000)).toBe(false);
  });

  it.each(['wait', 'ready'] as const)('%s does not sleep when a record comes as it falls asleep', async (wait) => {
    const ring = ringOf();
    const writer = ring.writer();
    const reader = ring.reader();
    const sleep = vi.spyOn(Atomics, 'wait');

    afterAsking(() => void writer.write(1));

    expect(await reader[wait](20_000)).toBe(true);
    expect(sleep).not.toHaveBeenCalled();
  });

  it.each(['write', 'end'] as const)('wait is woken by a %s after its last look', (call) => {
    const ring = ringOf();
    const writer = ring.writer();
    const reader = ring.reader();
    const { wait } = Atomics;
    const outcomes: string[] = [];
    // `Atomics.wait` compares first: a bell that rang before is not waited for.
    vi.spyOn(Atomics, 'wait').mockImplementation(((words: Int32Array, at: number, asked: number, timeout: number) => {
      writer[call](1);
      const outcome = wait(words, at, asked, timeout);
      outcomes.push(outcome);
      return outcome;
    }) as typeof wait); // of which only this overload is used

    expect(reader.wait(20_000)).toBe(call === 'write');
    expect(outcomes).toEqual(['not-equal']);
  });

  it('a full writer is woken by a reader that makes room after its last look', () => {
    const ring = new SharedRing({ capacity: 2, fields: ['value'], batch: 1, timeout: 20_000 });
    const writer = ring.writer();
    const reader = ring.reader();
    const { wait } = Atomics;
    const outcomes: string[] = [];
    vi.spyOn(Atomics, 'wait').mockImplementation(((words: Int32Array, at: number, asked: number, timeout: number) => {
      reader.poll(() => {});
      const outcome = wait(words, at, asked, timeout);
      outcomes.push(outcome);
      return outcome;
    }) as typeof wait); // of which only this overload is used

    for (let i = 0; i < 3; i++) writer.write(i);

    expect(outcomes).toEqual(['not-equal']);
    expect(writer.stats()).toEqual({ written: 3, published: 3, dropped: 0, waits: 1 });
  });

  it('rings nobody while nobody sleeps', () => {
    const ring = ringOf();
    const writer = ring.writer();
    const reader = ring.reader();
    const notify = vi.spyOn(Atomics, 'notify');

    for (let i = 0; i < 20; i++) {
      writer.write(i);
      reader.poll(() => {});
    }

    expect(notify).not.toHaveBeenCalled();
  });

  it('rings once for a sleeper that never comes back', () => {
    const ring = ringOf('broadcast');
    const writer = ring.writer();
    Atomics.or(new Int32Array(ring.handle.memory, 0, 128), READERS_BELL, 1);
    const notify = vi.spyOn(Atomics, 'notify');

    for (let i = 0; i < 20; i++) writer.write(i);

    expect(notify).toHaveBeenCalledTimes(1);
  });

  it('spin never sleeps', () => {
    const sleep = vi.spyOn(Atomics, 'wait');

    expect(() => ringOf().reader().spin(1)).toThrow(expect.objectContaining({ code: 'ERR_TIMEOUT' }));

    expect(sleep).not.toHaveBeenCalled();
  });
});
