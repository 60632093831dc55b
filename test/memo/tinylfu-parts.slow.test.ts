import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, mix } from '../../src/memo/frequency-hash.js';
import { FrequencySketch, MAX_FREQUENCY } from '../../src/memo/frequency-sketch.js';
import { WindowClimber } from '../../src/memo/tinylfu-climber.js';
import { LruGuard } from '../../src/memo/tinylfu-guard.js';
import { PROBATION, PROTECTED, type Queue, SlotQueues, WINDOW } from '../../src/memo/tinylfu-queues.js';

describe('the hash of a key', () => {
  it('is the same each time, and whole in 32 bits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double()), fc.integer(), (key, seed) => {
        const hash = hashOf(key, seed);

        expect(hash).toBe(hashOf(key, seed));
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      }),
    );
  });

  it.each<[string, (index: number) => string | number]>([
    ['texts that differ at the end', (index) => `\0s3:BTCn${index};`],
    ['texts that differ at the start', (index) => `${index}:BTC/USDT:USDT`],
    ['small whole numbers', (index) => index],
    ['prices', (index) => 60_000 + index * 0.01],
    ['multiples of a large power of two', (index) => index * 2 ** 40],
  ])('spreads %s over all places', (_, keyAt) => {
    const count = 2 ** 14;
    for (const seed of [0, 1, 0xffffffff]) {
      const hashes = Array.from({ length: count }, (__, index) => hashOf(keyAt(index), seed));
      const low = new Set(hashes.map((hash) => hash & (count - 1)));
      const high = new Set(hashes.map((hash) => hash >>> 18));

      // Chance fills 63 % of as many places.
      expect(low.size / count).toBeGreaterThan(0.6);
      expect(high.size / count).toBeGreaterThan(0.6);
      expect(new Set(hashes).size).toBeGreaterThan(count - 10);
    }
  });

  it('depends on the seed as to which keys collide', () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `key${index}`);
    const meeting = (seed: number): string[] => {
      const place = hashOf('key0', seed) & 63;
      return keys.filter((key) => (hashOf(key, seed) & 63) === place);
    };

    const both = meeting(1).filter((key) => meeting(2).includes(key));

    expect(meeting(1).length).toBeGreaterThan(20);
    expect(both.length).toBeLessThan(meeting(1).length / 4);
  });
});

describe('the frequency sketch', () => {
  it('counts nothing before it has room', () => {
    const sketch = new FrequencySketch();

    sketch.add(1, 1);

    expect(sketch.frequency(1)).toBe(0);
    expect(sketch.sampleSize).toBe(0);
  });

  it('never says less than was counted, up to 15, and seldom more', () => {
    const key = fc.nat(200).map((id) => mix(id + 1));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.integer({ min: 1, max: 15 })), { maxLength: 150, size: 'max' }), (uses) => {
        const sketch = new FrequencySketch();
        sketch.ensureCapacity(300);
        const counts = new Map<number, number>();
        for (const [hash, times] of uses) {
          sketch.add(hash, times);
          counts.set(hash, (counts.get(hash) ?? 0) + times);
        }

        let wrong = 0;
        for (const [hash, count] of counts) {
          expect(sketch.frequency(hash)).toBeGreaterThanOrEqual(Math.min(count, MAX_FREQUENCY));
          if (sketch.frequency(hash) > Math.min(count, MAX_FREQUENCY)) wrong++;
        }
        expect(wrong).toBeLessThanOrEqual(Math.max(2, counts.size / 20));
      }),
      { numRuns: 60 },
    );
  });

  it('adds several uses at once as one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 15 })), { maxLength: 40 }),
        (uses) => {
          const [whole, single] = [new FrequencySketch(), new FrequencySketch()];
          whole.ensureCapacity(1_000);
          single.ensureCapacity(1_000);
          for (const [hash, times] of uses) {
            whole.add(hash, times);
            for (let time = 0; time < times; time++) single.add(hash, 1);
          }

          for (const [hash] of uses) expect(whole.frequency(hash)).toBe(single.frequency(hash));
        },
      ),
    );
  });

  it('halves all counts after ten uses per entry', () => {
    const sketch = new FrequencySketch();
    sketch.ensureCapacity(64);
    const hashes = Array.from({ length: 64 }, (_, index) => mix(index + 1));
    for (const hash of hashes.slice(0, 63)) sketch.add(hash, 10);
    const before = hashes.slice(0, 63).map((hash) => sketch.frequency(hash));

    sketch.add(hashes[63] ?? 0, 10);

    expect(Math.min(...before)).toBe(10);
    expect(hashes.slice(0, 63).map((hash) => sketch.frequency(hash))).toEqual(before.map((count) => count >> 1));
  });

  it('counts again after each halving, for ever', () => {
    const sketch = new FrequencySketch();
    sketch.ensureCapacity(10);

    for (let use = 0; use < 10_000; use++) sketch.add(mix(use % 7), 1);

    for (let key = 0; key < 7; key++) {
      expect(sketch.frequency(mix(key))).toBeGreaterThan(2);
      expect(sketch.frequency(mix(key))).toBeLessThanOrEqual(MAX_FREQUENCY);
    }
  });

  it('keeps its counts while its room is enough, and starts anew with more', () => {
    const sketch = new FrequencySketch();
    sketch.ensureCapacity(100);
    sketch.add(5, 3);

    sketch.ensureCapacity(90);
    sketch.ensureCapacity(128);

    expect(sketch.frequency(5)).toBe(3);
    expect(sketch.sampleSize).toBe(1_280);

    sketch.ensureCapacity(129);

    expect(sketch.frequency(5)).toBe(0);
  });

  it('forgets everything when cleared', () => {
    const sketch = new FrequencySketch();
    sketch.ensureCapacity(100);
    sketch.add(5, 3);

    sketch.clear();

    expect(sketch.sampleSize).toBe(0);
    expect(sketch.frequency(5)).toBe(0);
  });
});

describe('the queues of slots', () => {
  it('do in any history what three arrays do', () => {
    const step = fc.record({
      type: fc.constantFrom('add' as const, 'addOldest' as const, 'move' as const, 'remove' as const),
      slot: fc.integer({ min: 3, max: 14 }),
      queue: fc.constantFrom<Queue>(WINDOW, PROBATION, PROTECTED),
      size: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), fc.boolean(), (steps, isSized) => {
        const queues = new SlotQueues(8, isSized);
        queues.grow(20);
        const model: { slot: number; size: number }[][] = [[], [], []];
        const take = (slot: number): { slot: number; size: number } | undefined => {
          for (const items of model) {
            const index = items.findIndex((item) => item.slot === slot);
            if (index >= 0) return items.splice(index, 1)[0];
          }
          return undefined;
        };

        for (const { type, slot, queue, size } of steps) {
          const item = take(slot);
          if (type === 'add' || type === 'addOldest') {
            if (item !== undefined) queues.remove(slot);
            queues[type](slot, queue, size);
            model[queue]?.[type === 'add' ? 'push' : 'unshift']({ slot, size });
          } else if (item !== undefined && type === 'move') {
            queues.move(slot, queue);
            model[queue]?.push(item);
          } else if (item !== undefined) queues.remove(slot);

          for (const each of [WINDOW, PROBATION, PROTECTED] as const) {
            const items = model[each] ?? [];
            expect([...queues.newestFirst(each)]).toEqual(items.map((one) => one.slot).toReversed());
            expect(queues.counts[each]).toBe(items.length);
            expect(queues.bytes[each]).toBe(isSized ? items.reduce((sum, one) => sum + one.size, 0) : 0);
            for (const one of items) expect(queues.queueOf(one.slot)).toBe(each);
            if (items.length === 0) expect(queues.oldest(each)).toBeLessThan(3);
            else expect(queues.oldest(each)).toBe(items[0]?.slot);
          }
        }
      }),
    );
  });

  it('name the slot after another, and none after the newest', () => {
    const queues = new SlotQueues(8, true);
    queues.add(3, WINDOW, 5);
    queues.add(4, WINDOW, 6);

    expect(queues.newerThan(3)).toBe(4);
    expect(queues.newerThan(4)).toBeLessThan(3);
    expect(queues.sizeOf(4)).toBe(6);
  });
});

describe('the window climber', () => {
  /** Runs samples of 1 000 calls whose hit rate depends on the share. */
  function climb(climber: WindowClimber, samples: number, rateAt: (share: number) => number): number[] {
    return Array.from({ length: samples }, () => {
      const hits = Math.round(rateAt(climber.share) * 1_000);
      climber.hit(hits);
      for (let call = hits; call < 1_000; call++) climber.miss(1_000);
      return climber.share;
    });
  }

  it('begins with the smallest window', () => {
    expect(new WindowClimber().share).toBe(0.01);
  });

  it.each([0.1, 0.4, 0.8])('comes close to the best window, %d', (best) => {
    const climber = new WindowClimber();

    const shares = climb(climber, 120, (share) => 0.6 - Math.abs(share - best) / 2);

    for (const share of shares.slice(-20)) expect(Math.abs(share - best)).toBeLessThan(0.1);
  });

  it('takes smaller and smaller steps while the hit rate hardly changes, and large ones again when it jumps', () => {
    const climber = new WindowClimber();
    const shares = climb(climber, 12, (share) => 0.5 + share / 100);
    const steps = shares.slice(1).map((share, index) => Math.abs(share - (shares[index] ?? 0)));

    for (const [index, step] of steps.slice(1).entries()) expect(step).toBeLessThan(steps[index] ?? 0);

    climb(climber, 1, () => 0.9);
    const before = climber.share;
    climb(climber, 1, () => 0.9);

    expect(steps.at(-1)).toBeLessThan(0.055);
    expect(Math.abs(climber.share - before)).toBeCloseTo(0.0625);
  });

  it('follows when another window becomes the best', () => {
    const climber = new WindowClimber();
    climb(climber, 80, (share) => 0.5 - share / 4);
    const before = climber.share;

    climb(climber, 80, (share) => 0.1 + share / 2);

    expect(before).toBeLessThan(0.15);
    expect(climber.share).toBeGreaterThan(0.85);
  });

  it('stays within 0.01 and 0.99 whatever comes', () => {
    const rate = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(rate, fc.boolean()), { maxLength: 100, size: 'max' }), (samples) => {
        const climber = new WindowClimber();
        for (const [hitRate, isBehind] of samples) {
          for (let call = 0; call < 200; call++) climber.compare(!isBehind, isBehind);
          const shares = climb(climber, 1, () => hitRate);

          for (const share of shares) {
            expect(share).toBeGreaterThanOrEqual(0.01);
            expect(share).toBeLessThanOrEqual(0.99);
          }
        }
      }),
    );
  });

  it('leaps half way to an LRU cache as soon as the guard hits clearly more often', () => {
    const climber = new WindowClimber();
    for (let call = 0; call < 50; call++) climber.compare(false, true);
    climber.hit(100);

    expect(climber.miss(1_000)).toBe(true);
    expect(climber.share).toBe(0.5);
  });

  it.each([
    ['both hit', 50, true, true],
    ['both miss', 50, false, false],
    ['only the store hits', 50, true, false],
    ['only the guard hits, in a few calls', 4, false, true],
  ])('does not leap when %s', (_, calls, isHit, isGuardHit) => {
    const climber = new WindowClimber();
    for (let call = 0; call < calls; call++) climber.compare(isHit, isGuardHit);
    climber.hit(100);

    expect(climber.miss(1_000)).toBe(false);
    expect(climber.share).toBe(0.01);
  });

  it('does not leap for a lead that is small next to the misses', () => {
    const climber = new WindowClimber();
    for (let call = 0; call < 50; call++) climber.compare(false, true);
    for (let call = 0; call < 10_000; call++) climber.compare(false, false);
    climber.hit(100);

    expect(climber.miss(1_000)).toBe(false);
  });
});

describe('the guard', () => {
  it('sees every key of a small store', () => {
    const guard = new LruGuard(100, Infinity);

    expect(Array.from({ length: 1_000 }, (_, key) => guard.sees(mix(key))).every(Boolean)).toBe(true);
  });

  it.each([
    [1_000, 8],
    [8_192, 64],
    [1_000_000, 64],
  ])('of a store of %i sees one key in %i', (maxEntries, ratio) => {
    const guard = new LruGuard(maxEntries, Infinity);

    const seen = Array.from({ length: 64_000 }, (_, key) => guard.sees(mix(key))).filter(Boolean).length;

    expect(seen / 64_000).toBeGreaterThan(0.8 / ratio);
    expect(seen / 64_000).toBeLessThan(1.2 / ratio);
  });

  it('is an LRU cache of as many keys', () => {
    const guard = new LruGuard(2, Infinity);

    const answers = [1, 2, 1, 3, 2, 1].map((key) => guard.use(key, 0));

    expect(answers).toEqual([false, false, true, false, false, false]);
  });

  it('counts bytes where the store does, and forgets what is deleted there', () => {
    const guard = new LruGuard(100, 10);

    const answers = [guard.use(1, 6), guard.use(2, 4), guard.use(1, 6), guard.use(3, 5), guard.use(2, 4)];
    guard.delete(3);

    expect(answers).toEqual([false, false, true, false, false]);
    expect(guard.use(3, 5)).toBe(false);
  });
});
