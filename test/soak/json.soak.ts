import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { JsonCache, JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ROWS = 2_000_000;

/** A repeatable stream of numbers from 0 to before 2 ** 32. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

/** Bytes in use, buffers outside the heap included. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('JsonSeries over two million rows', () => {
  it('gives the bytes of JSON.stringify, within constant memory', { timeout: 900_000 }, () => {
    const ring = new SeriesRing({
      capacity: 997,
      columns: { ts: 'f64', close: 'f64', size: { type: 'i32', scale: 0.01 } },
      order: { column: 'ts', late: 'insert' },
    });
    const json = new JsonSeries(ring, { columns: ['ts', 'close', 'size'] });
    const source = numbers(7);
    const expected = (n: number): string => JSON.stringify(Array.from({ length: n }, (_, i) => ring.row(i - n)));
    let before = 0;
    let wrong = 0;

    for (let i = 0; i < ROWS; i++) {
      const random = source.next().value;
      ring.append(i, random % 11 === 0 ? Number.NaN : random / 7, (random % 1_000) / 100);
      if (random % 3 === 0) ring.amend({ close: random / 3 });
      if (random % 101 === 0 && ring.size > 10) ring.append(i - (random % 10), random, 0.07);
      if (random % 500_009 === 0) ring.clear();
      if (random % 5 === 0) json.bytes(Math.min(ring.size, random % 200));
      if (i % 1_999 === 0) {
        const n = Math.min(ring.size, random % 998);
        if (json.bytes(n).toString() !== expected(n) || json.stringify(n) !== expected(n)) wrong++;
      }
      if (i === ROWS / 10) before = heldBytes();
    }

    expect(wrong).toBe(0);
    expect(heldBytes() - before).toBeLessThan(2 ** 20);
    expect(json.stats().storageBytes).toBeLessThan(2 ** 20);
  });
});

describe('JsonCache over a million values', () => {
  it('gives the bytes of JSON.stringify, within its bounds', { timeout: 900_000 }, () => {
    const cache = new JsonCache({ maxEntries: 500, maxBytes: 2 ** 20 });
    const source = numbers(11);
    const books = Array.from({ length: 1_000 }, (_, i) => ({ symbol: `S${i}`, bids: [[i, 1]] }));
    let before = 0;
    let wrong = 0;

    for (let i = 0; i < 1_000_000; i++) {
      const random = source.next().value;
      const book = books[random % 1_000] ?? { symbol: '', bids: [] };
      if (random % 7 === 0) book.bids.push([random, random / 7]);
      if (book.bids.length > 20) book.bids.splice(0, 15);
      if (random % 50_021 === 0) books[random % 1_000] = { symbol: `T${i}`, bids: [] };
      if (cache.stringify(book) !== JSON.stringify(book)) wrong++;
      if (random % 13 === 0 && !cache.bytes(book).equals(Buffer.from(JSON.stringify(book)))) wrong++;
      if (i === 100_000) before = heldBytes();
    }

    expect(wrong).toBe(0);
    expect(cache.stats().heldBytes).toBeLessThanOrEqual(2 ** 20);
    expect(heldBytes() - before).toBeLessThan(2 ** 21);
  });
});
